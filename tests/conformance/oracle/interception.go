package main

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	proxyContainer = "istio-proxy"
	initContainer  = "istio-init"
	proxyUser      = 1337
	hbonePort      = 15008
)

// proxyPorts are the proxy's own; with the default "all ports" they are not captured.
var proxyPorts = []int{15090, 15021, 15020, hbonePort}

func allContainers(p *corev1.Pod) []corev1.Container {
	return append(append([]corev1.Container{}, p.Spec.Containers...), p.Spec.InitContainers...)
}

func hasSidecar(p *corev1.Pod) bool {
	return slices.ContainsFunc(allContainers(p), func(c corev1.Container) bool { return c.Name == proxyContainer })
}

// redirection is what the pod's iptables rules are made from.
type redirection struct {
	mode                        string
	includeInbound              string
	excludeInbound              string
	includeOutbound             string
	excludeOutbound             string
	includeRanges, excludeRange string
}

// redirectionOf reads the arguments that the injector gave to istio-init; a pod that was written as if injected has its annotations instead.
func redirectionOf(p *corev1.Pod) redirection {
	for _, c := range p.Spec.InitContainers {
		if c.Name == initContainer && len(c.Args) > 0 {
			return redirectionOfArguments(c.Args)
		}
	}
	annotation := func(name, otherwise string) string {
		if value, ok := p.Annotations[name]; ok {
			return value
		}
		return otherwise
	}
	const prefix = "traffic.sidecar.istio.io/"
	return redirection{
		mode:            annotation("sidecar.istio.io/interceptionMode", ""),
		includeInbound:  annotation(prefix+"includeInboundPorts", "*"),
		excludeInbound:  annotation(prefix+"excludeInboundPorts", ""),
		includeOutbound: annotation(prefix+"includeOutboundPorts", ""),
		excludeOutbound: annotation(prefix+"excludeOutboundPorts", ""),
		includeRanges:   annotation(prefix+"includeOutboundIPRanges", "*"),
		excludeRange:    annotation(prefix+"excludeOutboundIPRanges", ""),
	}
}

func redirectionOfArguments(args []string) (r redirection) {
	for flag, target := range map[string]*string{
		"-m": &r.mode, "-i": &r.includeRanges, "-x": &r.excludeRange, "-b": &r.includeInbound,
		"-d": &r.excludeInbound, "-q": &r.includeOutbound, "-o": &r.excludeOutbound,
	} {
		if at := slices.Index(args, flag); at >= 0 && at+1 < len(args) {
			*target = args[at+1]
		}
	}
	return r
}

func listed(ports string, port int) bool {
	return slices.ContainsFunc(strings.Split(ports, ","), func(written string) bool {
		n, err := strconv.Atoi(strings.TrimSpace(written))
		return err == nil && n == port
	})
}

func inRanges(ranges, ip string) bool {
	if ranges == "*" {
		return true
	}
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(strings.Split(ranges, ","), func(written string) bool {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(written))
		return err == nil && prefix.Contains(address)
	})
}

// intercepted follows tools/istio-iptables/pkg/capture/run.go: an explicit list of ports ignores the excluded ones.
func intercepted(p *corev1.Pod, port int) bool {
	if !hasSidecar(p) {
		return false
	}
	r := redirectionOf(p)
	switch {
	case r.mode == "NONE", port == hbonePort:
		return false
	case r.includeInbound == "*":
		return !slices.Contains(proxyPorts, port) && !listed(r.excludeInbound, port)
	}
	return listed(r.includeInbound, port)
}

// captured says whether the proxy gets what the application sends to an address; the first rule that matches decides.
func captured(p *corev1.Pod, ip string, port int) bool {
	if isGateway(p) {
		return true
	}
	if !hasSidecar(p) {
		return false
	}
	r := redirectionOf(p)
	switch {
	case r.mode == "NONE", listed(r.excludeOutbound, port), runsAsProxy(p), inRanges(r.excludeRange, ip):
		return false
	case listed(r.includeOutbound, port):
		return true
	}
	return inRanges(r.includeRanges, ip)
}

// runsAsProxy: iptables lets everything through that the proxy's user sends. The pod's user is that of containers that name none.
func runsAsProxy(p *corev1.Pod) bool {
	applications := 0
	for _, c := range p.Spec.Containers {
		if c.Name == proxyContainer {
			continue
		}
		applications++
		user := userOf(p)
		if c.SecurityContext != nil && c.SecurityContext.RunAsUser != nil {
			user = *c.SecurityContext.RunAsUser
		}
		if user != proxyUser {
			return false
		}
	}
	return applications > 0
}

// userOf is the user that a pod names for its containers; 0, which no container is taken for, when it names none.
func userOf(p *corev1.Pod) int64 {
	if p.Spec.SecurityContext == nil || p.Spec.SecurityContext.RunAsUser == nil {
		return 0
	}
	return *p.Spec.SecurityContext.RunAsUser
}
