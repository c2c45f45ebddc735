package main

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// maxAliases: a resolver follows no more.
const maxAliases = 8

// outside is an address that no object of a case has.
const outside = "203.0.113.7"

// dest is where bytes arrive.
type dest struct {
	ip   string
	port int
}

// svcByHost resolves the name an application dials, from the namespace of the client, as cluster DNS does. The second value is the pod
// whose own name under a headless service was dialled.
func (e *engine) svcByHost(ns, host string) (*corev1.Service, string) {
	name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(host, "."), "."+e.domain), ".svc")
	parts := strings.Split(name, ".")
	named := func(service, namespace string) *corev1.Service {
		for _, s := range e.svcs {
			if s.Name == service && s.Namespace == namespace {
				return s
			}
		}
		return nil
	}
	switch len(parts) {
	case 1:
		return named(parts[0], ns), ""
	case 2:
		return named(parts[0], parts[1]), ""
	case 3: // pod.svc.ns
		if s := named(parts[1], parts[2]); s != nil && s.Spec.ClusterIP == corev1.ClusterIPNone {
			return s, parts[0]
		}
	}
	return nil, ""
}

// endpointAt reads `ip:port`.
func endpointAt(text string) dest {
	at, err := netip.ParseAddrPort(text)
	if err != nil {
		return dest{}
	}
	return dest{ip: at.Addr().String(), port: int(at.Port())}
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// dialAddresses: what DNS gives the application.
func (e *engine) dialAddresses(ns string, f Flow) []string {
	if f.Address != "" {
		return []string{f.Address}
	}
	if isIP(f.Host) {
		return []string{f.Host}
	}
	s, podName := e.svcByHost(ns, f.Host)
	for hops := 0; s != nil && s.Spec.Type == corev1.ServiceTypeExternalName; hops++ {
		alias := strings.TrimSuffix(s.Spec.ExternalName, ".")
		if s, podName = nil, ""; strings.HasSuffix(alias, ".svc."+e.domain) { // an alias is an absolute name
			s, podName = e.svcByHost("", alias)
		}
		if s == nil {
			return []string{e.addressOfEntry(alias)}
		}
		if hops == maxAliases { // they stand for each other
			return nil
		}
	}
	switch {
	case s == nil:
		return []string{e.addressOfEntry(f.Host)}
	case s.Spec.ClusterIP != corev1.ClusterIPNone:
		return []string{s.Spec.ClusterIP}
	}
	var out []string
	for _, ep := range e.readyEndpoints(s) {
		if podName == "" || ep.TargetRef != nil && ep.TargetRef.Name == podName {
			out = append(out, ep.Addresses[0])
		}
	}
	return out
}

// addressOfEntry: what DNS outside the cluster says of a host, or the DNS proxy of a ServiceEntry with addresses.
func (e *engine) addressOfEntry(host string) string {
	for name := host; ; name = "*" + name[strings.Index(name, "."):] {
		if addresses, declared := e.seAddr[name]; declared {
			if len(addresses) == 0 {
				return outside
			}
			return strings.Split(addresses[0], "/")[0]
		}
		if name = strings.TrimPrefix(name, "*."); !strings.Contains(name, ".") {
			return outside
		}
	}
}

func isReady(ep discoveryv1.Endpoint) bool { return ep.Conditions.Ready == nil || *ep.Conditions.Ready }

func (e *engine) readyEndpoints(s *corev1.Service) (out []discoveryv1.Endpoint) {
	for _, slice := range e.slices[s.Namespace+"/"+s.Name] {
		for _, ep := range slice.Endpoints {
			if isReady(ep) {
				out = append(out, ep)
			}
		}
	}
	return out
}

// route: what the network (kube-proxy, hostPort) does with ip:port outside any proxy.
func (e *engine) route(ip string, port int) []dest {
	if s := e.serviceAt(ip); s != nil {
		return e.behindService(s, port)
	}
	if d, found := e.behindHostPort(ip, port); found {
		return []dest{d}
	}
	return []dest{{ip: ip, port: port}}
}

// serviceAt is the service that has a cluster IP.
func (e *engine) serviceAt(ip string) *corev1.Service {
	for _, s := range e.svcs {
		if s.Spec.ClusterIP == ip {
			return s
		}
	}
	return nil
}

func hasPort(s *corev1.Service, port int) bool {
	return slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool { return int(p.Port) == port })
}

func (e *engine) behindService(s *corev1.Service, port int) (out []dest) {
	for _, sp := range s.Spec.Ports {
		if int(sp.Port) != port {
			continue
		}
		for _, slice := range e.slices[s.Namespace+"/"+s.Name] {
			at := slices.IndexFunc(slice.Ports, func(p discoveryv1.EndpointPort) bool { return nameOf(p) == sp.Name })
			if at < 0 {
				continue
			}
			for _, ep := range slice.Endpoints {
				if isReady(ep) {
					out = append(out, dest{ip: ep.Addresses[0], port: int(*slice.Ports[at].Port)})
				}
			}
		}
	}
	return out
}

func nameOf(p discoveryv1.EndpointPort) string {
	if p.Name == nil {
		return ""
	}
	return *p.Name
}

func (e *engine) behindHostPort(ip string, port int) (dest, bool) {
	if p := e.podByIP[ip]; p != nil && !p.Spec.HostNetwork {
		return dest{}, false
	}
	for _, p := range e.pods {
		if p.Status.HostIP != ip {
			continue
		}
		for _, c := range allContainers(p) {
			for _, cp := range c.Ports {
				if int(cp.HostPort) == port {
					return dest{ip: p.Status.PodIP, port: int(cp.ContainerPort)}, true
				}
			}
		}
	}
	return dest{}, false
}

// app says what the application behind a port speaks: as the case says; else plaintext on the ports that its containers declare, or on all
// where they declare none.
func (e *engine) app(ip string, p *corev1.Pod, port int) string {
	keys := []string{ip}
	if p != nil {
		keys = append(keys, podKey(p))
	}
	for _, key := range keys {
		if said := e.c.Apps[key]; said != nil {
			if v := said[strconv.Itoa(port)]; v != "" {
				return v
			}
			if v := said["*"]; v != "" {
				return v
			}
		}
	}
	if p == nil {
		return "plaintext"
	}
	declared := false
	for _, c := range allContainers(p) {
		if c.Name == proxyContainer {
			continue
		}
		for _, cp := range c.Ports {
			declared = true
			if int(cp.ContainerPort) == port {
				return "plaintext"
			}
		}
	}
	if declared {
		return "none" // nothing listens
	}
	return "plaintext"
}
