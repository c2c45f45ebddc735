package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func labelsMatch(sel, l map[string]string) bool {
	if len(sel) == 0 {
		return false
	}
	for k, v := range sel {
		if l[k] != v {
			return false
		}
	}
	return true
}

func deriveSlices(svc *corev1.Service, pods []*corev1.Pod) []*discoveryv1.EndpointSlice {
	if len(svc.Spec.Selector) == 0 {
		return nil
	}
	groups := map[string]*discoveryv1.EndpointSlice{}
	var order []string
	for _, p := range pods {
		if p.Namespace != svc.Namespace || !labelsMatch(svc.Spec.Selector, p.Labels) || p.Status.PodIP == "" {
			continue
		}
		var ports []discoveryv1.EndpointPort
		key := ""
		for _, sp := range svc.Spec.Ports {
			tp := int32(0)
			switch {
			case sp.TargetPort.Type == intstr.String && sp.TargetPort.StrVal != "":
				for _, c := range allContainers(p) {
					for _, cp := range c.Ports {
						if cp.Name == sp.TargetPort.StrVal {
							tp = cp.ContainerPort
						}
					}
				}
				if tp == 0 {
					continue
				}
			case sp.TargetPort.IntVal != 0:
				tp = sp.TargetPort.IntVal
			default:
				tp = sp.Port
			}
			n, pr, t := sp.Name, sp.Protocol, tp
			if pr == "" {
				pr = corev1.ProtocolTCP
			}
			ports = append(ports, discoveryv1.EndpointPort{Name: &n, Protocol: &pr, Port: &t, AppProtocol: sp.AppProtocol})
			key += fmt.Sprintf("%s=%d,", n, t)
		}
		g := groups[key]
		if g == nil {
			g = &discoveryv1.EndpointSlice{
				TypeMeta: metav1.TypeMeta{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice"},
				ObjectMeta: metav1.ObjectMeta{
					Name: fmt.Sprintf("%s-%d", svc.Name, len(order)), Namespace: svc.Namespace,
					Labels: map[string]string{discoveryv1.LabelServiceName: svc.Name},
				},
				AddressType: discoveryv1.AddressTypeIPv4, Ports: ports,
			}
			groups[key] = g
			order = append(order, key)
		}
		ready := true
		g.Endpoints = append(g.Endpoints, discoveryv1.Endpoint{
			Addresses:  []string{p.Status.PodIP},
			Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Name: p.Name, Namespace: p.Namespace},
		})
	}
	var out []*discoveryv1.EndpointSlice
	for _, k := range order {
		out = append(out, groups[k])
	}
	return out
}
