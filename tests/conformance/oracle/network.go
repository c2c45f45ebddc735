package main

import (
	"strconv"
	"strings"

	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	corev1 "k8s.io/api/core/v1"
)

// svcByHost resolves the name an application dials, from the namespace of the client, as cluster DNS does.
func (e *engine) svcByHost(ns, host string) (*corev1.Service, string) {
	h := strings.TrimSuffix(host, ".")
	parts := strings.Split(strings.TrimSuffix(strings.TrimSuffix(h, ".cluster.local"), ".svc"), ".")
	for _, s := range e.svcs {
		switch len(parts) {
		case 1:
			if s.Name == parts[0] && s.Namespace == ns {
				return s, ""
			}
		case 2:
			if s.Name == parts[0] && s.Namespace == parts[1] {
				return s, ""
			}
		case 3: // pod.svc.ns
			if s.Name == parts[1] && s.Namespace == parts[2] {
				return s, parts[0]
			}
		}
	}
	return nil, ""
}

type dest struct {
	ip   string
	port int
	ep   *endpointv3.LbEndpoint
}

func isIP(s string) bool {
	p := strings.Split(s, ".")
	if len(p) != 4 {
		return false
	}
	for _, x := range p {
		if _, err := strconv.Atoi(x); err != nil {
			return false
		}
	}
	return true
}

// dialAddresses: what DNS gives the application
func (e *engine) dialAddresses(ns string, f Flow) []string {
	if f.Address != "" {
		return []string{f.Address}
	}
	if isIP(f.Host) {
		return []string{f.Host}
	}
	s, podName := e.svcByHost(ns, f.Host)
	if s == nil {
		if a := e.seAddr[f.Host]; a != "" {
			return []string{strings.Split(a, "/")[0]}
		}
		return []string{"203.0.113.7"} // resolved by outside DNS
	}
	if s.Spec.Type == corev1.ServiceTypeExternalName {
		t, _ := e.svcByHost(ns, s.Spec.ExternalName)
		if t == nil {
			return []string{"203.0.113.7"}
		}
		s = t
	}
	if s.Spec.ClusterIP != "None" {
		return []string{s.Spec.ClusterIP}
	}
	var out []string
	for _, sl := range e.slices[s.Namespace+"/"+s.Name] {
		for _, ep := range sl.Endpoints {
			if podName != "" && ep.TargetRef.Name != podName {
				continue
			}
			out = append(out, ep.Addresses[0])
		}
	}
	return out
}

// route: what the network (kube-proxy, hostPort) does with ip:port outside any proxy
func (e *engine) route(ip string, port int) []dest {
	for _, s := range e.svcs {
		if s.Spec.ClusterIP != ip {
			continue
		}
		var out []dest
		for _, sp := range s.Spec.Ports {
			if int(sp.Port) != port {
				continue
			}
			for _, sl := range e.slices[s.Namespace+"/"+s.Name] {
				for _, pp := range sl.Ports {
					if *pp.Name == sp.Name {
						for _, ep := range sl.Endpoints {
							out = append(out, dest{ip: ep.Addresses[0], port: int(*pp.Port)})
						}
					}
				}
			}
		}
		return out
	}
	if _, ok := e.podByIP[ip]; !ok {
		for _, p := range e.pods {
			if p.Status.HostIP == ip {
				for _, c := range allContainers(p) {
					for _, cp := range c.Ports {
						if int(cp.HostPort) == port {
							return []dest{{ip: p.Status.PodIP, port: int(cp.ContainerPort)}}
						}
					}
				}
			}
		}
	}
	return []dest{{ip: ip, port: port}}
}

func (e *engine) app(ip string, p *corev1.Pod, port int) string {
	keys := []string{ip}
	if p != nil {
		keys = append(keys, podKey(p))
	}
	for _, k := range keys {
		if m := e.c.Apps[k]; m != nil {
			if v := m[strconv.Itoa(port)]; v != "" {
				return v
			}
			if v := m["*"]; v != "" {
				return v
			}
		}
	}
	if p != nil {
		declared := false
		for _, c := range allContainers(p) {
			if c.Name == "istio-proxy" {
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
	}
	return "plaintext"
}
