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

// deriveSlices does what the EndpointSlice controller does: pods that resolve the ports alike share a slice.
func deriveSlices(svc *corev1.Service, pods []*corev1.Pod) (out []*discoveryv1.EndpointSlice) {
	bySignature := map[string]*discoveryv1.EndpointSlice{}
	for _, p := range pods {
		if p.Namespace != svc.Namespace || !labelsMatch(svc.Spec.Selector, p.Labels) || p.Status.PodIP == "" {
			continue
		}
		ports, signature := portsOf(svc, p)
		slice := bySignature[signature]
		if slice == nil {
			slice = &discoveryv1.EndpointSlice{
				TypeMeta: metav1.TypeMeta{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice"},
				ObjectMeta: metav1.ObjectMeta{
					Name: fmt.Sprintf("%s-%d", svc.Name, len(out)), Namespace: svc.Namespace,
					Labels: map[string]string{discoveryv1.LabelServiceName: svc.Name},
				},
				AddressType: discoveryv1.AddressTypeIPv4, Ports: ports,
			}
			bySignature[signature] = slice
			out = append(out, slice)
		}
		ready := isPodReady(p)
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses:  []string{p.Status.PodIP},
			Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Name: p.Name, Namespace: p.Namespace},
		})
	}
	return out
}

func portsOf(svc *corev1.Service, p *corev1.Pod) (ports []discoveryv1.EndpointPort, signature string) {
	for _, sp := range svc.Spec.Ports {
		number := findPort(p, sp)
		if number == 0 {
			continue
		}
		name, protocol := sp.Name, sp.Protocol
		ports = append(ports, discoveryv1.EndpointPort{Name: &name, Protocol: &protocol, Port: &number, AppProtocol: sp.AppProtocol})
		signature += fmt.Sprintf("%s=%d,", name, number)
	}
	return ports, signature
}

// findPort resolves a target port on a pod; 0 when the pod has no container port of that name.
func findPort(p *corev1.Pod, sp corev1.ServicePort) int32 {
	if sp.TargetPort.Type == intstr.Int {
		return sp.TargetPort.IntVal
	}
	for _, c := range runningContainers(p) {
		for _, cp := range c.Ports {
			if cp.Name == sp.TargetPort.StrVal && cp.Protocol == sp.Protocol {
				return cp.ContainerPort
			}
		}
	}
	return 0
}

// runningContainers leaves out init containers that end.
func runningContainers(p *corev1.Pod) []corev1.Container {
	out := append([]corev1.Container{}, p.Spec.Containers...)
	for _, c := range p.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			out = append(out, c)
		}
	}
	return out
}

func isPodReady(p *corev1.Pod) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return true
}
