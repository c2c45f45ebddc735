package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// podOf makes the one pod of a controller.
func podOf(h header) *corev1.Pod {
	template := h.Spec.Template
	p := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	p.Name, p.Namespace = h.Metadata.Name+"-0", h.Metadata.Namespace
	return p
}

// addPod gives a pod what a running one has.
func (e *engine) addPod(p *corev1.Pod) {
	if p.Status.PodIP == "" {
		p.Status.PodIP = fmt.Sprintf("10.244.9.%d", len(e.pods)+1)
	}
	if len(p.Status.PodIPs) == 0 {
		p.Status.PodIPs = []corev1.PodIP{{IP: p.Status.PodIP}}
	}
	if p.Status.Phase == "" {
		p.Status.Phase = corev1.PodRunning
		if len(p.Status.Conditions) == 0 {
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		}
	}
	if p.Spec.ServiceAccountName == "" {
		p.Spec.ServiceAccountName = "default"
	}
	for _, containers := range [][]corev1.Container{p.Spec.Containers, p.Spec.InitContainers} {
		for i := range containers {
			for j := range containers[i].Ports {
				if containers[i].Ports[j].Protocol == "" {
					containers[i].Ports[j].Protocol = corev1.ProtocolTCP
				}
			}
		}
	}
	e.pods = append(e.pods, p)
	e.podByIP[p.Status.PodIP] = p
}

func (e *engine) addService(s *corev1.Service) {
	if s.CreationTimestamp.IsZero() {
		s.CreationTimestamp = metav1.NewTime(unstamped)
	}
	if s.Spec.Type == "" {
		s.Spec.Type = corev1.ServiceTypeClusterIP
	}
	if s.Spec.ClusterIP == "" && s.Spec.Type != corev1.ServiceTypeExternalName {
		s.Spec.ClusterIP = fmt.Sprintf("10.96.9.%d", len(e.svcs)+1)
	}
	if len(s.Spec.ClusterIPs) == 0 && s.Spec.ClusterIP != "" {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	for i := range s.Spec.Ports {
		port := &s.Spec.Ports[i]
		if port.Protocol == "" {
			port.Protocol = corev1.ProtocolTCP
		}
		if port.TargetPort.Type == intstr.Int && port.TargetPort.IntVal == 0 {
			port.TargetPort = intstr.FromInt32(port.Port)
		}
	}
	e.svcs = append(e.svcs, s)
}
