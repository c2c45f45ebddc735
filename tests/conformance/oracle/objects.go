package main

import (
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pkg/config"
	kubelib "istio.io/istio/pkg/kube"
)

// loaded is what a case's objects become: what the Kubernetes registry and the config store of istiod are given.
type loaded struct {
	kubernetes []runtime.Object
	istio      []config.Config
	validation []string
}

// header is the part of any object that decides where it goes.
type header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Hosts     []string `json:"hosts"`
		Addresses []string `json:"addresses"`
	} `json:"spec"`
}

// load decodes the objects, gives Kubernetes objects the defaults that the API server would, makes the namespaces that are only
// mentioned, and derives EndpointSlices from Services and Pods.
func (e *engine) load(rootNamespace string) (out loaded, err error) {
	docs, err := splitObjects(e.c.Objects)
	if err != nil {
		return out, err
	}
	decode := kubelib.IstioCodec.UniversalDeserializer().Decode
	missing := map[string]bool{rootNamespace: true}
	for _, d := range docs {
		var h header
		if err := json.Unmarshal(d, &h); err != nil {
			return out, err
		}
		if _, given := missing[h.Metadata.Namespace]; h.Metadata.Namespace != "" && !given {
			missing[h.Metadata.Namespace] = true
		}
		if strings.Contains(h.APIVersion, "istio.io/") {
			if err := e.loadIstio(d, h, &out); err != nil {
				return out, err
			}
			continue
		}
		o, _, err := decode(d, nil, nil)
		if err != nil {
			return out, fmt.Errorf("decode %s: %v", h.Kind, err)
		}
		switch v := o.(type) {
		case *corev1.Pod:
			e.defaultPod(v)
		case *corev1.Service:
			e.defaultService(v)
		case *corev1.Namespace:
			missing[v.Name] = false
		}
		out.kubernetes = append(out.kubernetes, o)
	}
	for name, needed := range missing {
		if needed {
			out.kubernetes = append(out.kubernetes, &corev1.Namespace{
				TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: name},
			})
		}
	}
	for _, s := range e.svcs {
		slices := deriveSlices(s, e.pods)
		e.slices[s.Namespace+"/"+s.Name] = slices
		for _, slice := range slices {
			out.kubernetes = append(out.kubernetes, slice)
		}
	}
	return out, nil
}

// loadIstio keeps what the webhook would say apart: the store itself does not validate.
func (e *engine) loadIstio(doc []byte, h header, out *loaded) error {
	if h.Kind == "ServiceEntry" && len(h.Spec.Addresses) > 0 {
		for _, host := range h.Spec.Hosts {
			e.seAddr[host] = h.Spec.Addresses[0]
		}
	}
	cfg, err := parseIstio(doc)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	out.validation = append(out.validation, validate(*cfg)...)
	out.istio = append(out.istio, *cfg)
	return nil
}

func (e *engine) defaultPod(p *corev1.Pod) {
	if p.Status.PodIP == "" {
		p.Status.PodIP = fmt.Sprintf("10.244.9.%d", len(e.pods)+1)
	}
	if len(p.Status.PodIPs) == 0 {
		p.Status.PodIPs = []corev1.PodIP{{IP: p.Status.PodIP}}
	}
	if p.Status.Phase == "" {
		p.Status.Phase = corev1.PodRunning
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
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

func (e *engine) defaultService(s *corev1.Service) {
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

// splitObjects takes a list of objects, or multi-document YAML text.
func splitObjects(raw json.RawMessage) ([][]byte, error) {
	var out [][]byte
	var txt string
	if json.Unmarshal(raw, &txt) == nil {
		for _, d := range strings.Split("\n"+txt, "\n---") {
			d = strings.TrimSpace(d)
			if d == "" {
				continue
			}
			j, err := yaml.YAMLToJSON([]byte(d))
			if err != nil {
				return nil, fmt.Errorf("%v in %s", err, d)
			}
			if string(j) == "null" {
				continue
			}
			out = append(out, j)
		}
		return out, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for _, l := range list {
		out = append(out, l)
	}
	return out, nil
}
