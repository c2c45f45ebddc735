package main

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

func allContainers(p *corev1.Pod) []corev1.Container {
	return append(append([]corev1.Container{}, p.Spec.Containers...), p.Spec.InitContainers...)
}

func hasSidecar(p *corev1.Pod) bool {
	for _, c := range allContainers(p) {
		if c.Name == "istio-proxy" {
			return true
		}
	}
	return false
}

func portList(s string) map[int]bool {
	m := map[int]bool{}
	for _, x := range strings.Split(s, ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(x)); err == nil {
			m[n] = true
		}
	}
	return m
}

// inbound interception by iptables: NOT istiod code; implemented from tools/istio-iptables (spec §4.4)
func intercepted(p *corev1.Pod, port int) bool {
	if !hasSidecar(p) || p.Annotations["sidecar.istio.io/interceptionMode"] == "NONE" {
		return false
	}
	switch port {
	case 15090, 15021, 15020, 15008:
		return false
	}
	inc, ok := p.Annotations["traffic.sidecar.istio.io/includeInboundPorts"]
	if !ok {
		inc = "*"
	}
	if inc == "" {
		return false
	}
	if inc == "*" {
		return !portList(p.Annotations["traffic.sidecar.istio.io/excludeInboundPorts"])[port]
	}
	return portList(inc)[port]
}

func captured(p *corev1.Pod, port int) bool {
	if !hasSidecar(p) {
		return false
	}
	if portList(p.Annotations["traffic.sidecar.istio.io/excludeOutboundPorts"])[port] {
		return false
	}
	if portList(p.Annotations["traffic.sidecar.istio.io/includeOutboundPorts"])[port] {
		return true
	}
	if v, ok := p.Annotations["traffic.sidecar.istio.io/includeOutboundIPRanges"]; ok && v == "" {
		return false
	}
	return true
}
