package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	meshconfig "istio.io/api/mesh/v1alpha1"
	networking "istio.io/api/networking/v1alpha3"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh/labelselector"
	kubelib "istio.io/istio/pkg/kube"
)

// loaded is what a case's objects become: what the Kubernetes registry and the config store of istiod are given.
type loaded struct {
	kubernetes []runtime.Object
	istio      []config.Config
	validation []string
	created    []PodResult
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
		Template corev1.PodTemplateSpec `json:"template"`
	} `json:"spec"`
}

// controllers are the kinds that get one pod, named like a StatefulSet's first.
var controllers = map[string]bool{"Deployment": true, "StatefulSet": true, "DaemonSet": true, "ReplicaSet": true}

// load decodes the objects, gives Kubernetes objects the defaults that the API server would, creates pods through the webhooks, makes the
// namespaces that are only mentioned, and derives EndpointSlices from Services and Pods.
func (e *engine) load(meshConfig *meshconfig.MeshConfig) (out loaded, err error) {
	docs, err := splitObjects(e.c.Objects)
	if err != nil {
		return out, err
	}
	namespaces := map[string]*corev1.Namespace{meshConfig.RootNamespace: nil}
	for _, d := range docs {
		var h header
		if err := json.Unmarshal(d, &h); err != nil {
			return out, err
		}
		if _, given := namespaces[h.Metadata.Namespace]; h.Metadata.Namespace != "" && !given {
			namespaces[h.Metadata.Namespace] = nil
		}
		switch {
		case controllers[h.Kind]:
			e.addPod(podOf(h))
		case strings.Contains(h.APIVersion, "istio.io/"):
			err = e.loadIstio(d, h, &out)
		default:
			err = e.loadKubernetes(d, h, namespaces, &out)
		}
		if err != nil {
			return out, err
		}
	}
	if out.istio, err = watched(out.istio, namespaces, meshConfig); err != nil {
		return out, err
	}
	for _, cfg := range byAge(out.istio) {
		if entry, ok := cfg.Spec.(*networking.ServiceEntry); ok {
			for _, host := range entry.Hosts {
				e.seAddr[host] = append(e.seAddr[host], entry.Addresses...)
			}
		}
	}
	for name, namespace := range namespaces {
		if namespace == nil {
			namespaces[name] = &corev1.Namespace{
				TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: name},
			}
		}
		out.kubernetes = append(out.kubernetes, namespaces[name])
	}
	if out.created, err = e.createPods(meshConfig, namespaces); err != nil {
		return out, err
	}
	for _, p := range e.pods {
		out.kubernetes = append(out.kubernetes, p)
	}
	for _, s := range e.svcs {
		derived := deriveSlices(s, e.pods)
		e.slices[s.Namespace+"/"+s.Name] = append(e.slices[s.Namespace+"/"+s.Name], derived...)
		for _, slice := range derived {
			out.kubernetes = append(out.kubernetes, slice)
		}
	}
	return out, nil
}

// watched leaves out what is in namespaces that discoverySelectors do not select: the store would, as crdclient does.
func watched(all []config.Config, namespaces map[string]*corev1.Namespace, meshConfig *meshconfig.MeshConfig) ([]config.Config, error) {
	if len(meshConfig.DiscoverySelectors) == 0 {
		return all, nil
	}
	var selectors []labels.Selector
	for _, written := range meshConfig.DiscoverySelectors {
		selector, err := labelselector.LabelSelectorAsSelector(written)
		if err != nil {
			return nil, err
		}
		selectors = append(selectors, selector)
	}
	return slices.DeleteFunc(all, func(c config.Config) bool {
		var of labels.Set
		if namespace := namespaces[c.Namespace]; namespace != nil {
			of = namespace.Labels
		}
		return !slices.ContainsFunc(selectors, func(s labels.Selector) bool { return s.Matches(of) })
	}), nil
}

func (e *engine) loadKubernetes(doc []byte, h header, namespaces map[string]*corev1.Namespace, out *loaded) error {
	object, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode(doc, nil, nil)
	if err != nil {
		return fmt.Errorf("decode %s: %v", h.Kind, err)
	}
	switch v := object.(type) {
	case *corev1.Pod:
		e.addPod(v)
		return nil
	case *corev1.Namespace:
		namespaces[v.Name] = v
		return nil
	case *corev1.Service:
		e.addService(v)
	case *discoveryv1.EndpointSlice:
		key := v.Namespace + "/" + v.Labels[discoveryv1.LabelServiceName]
		e.slices[key] = append(e.slices[key], v)
	}
	out.kubernetes = append(out.kubernetes, object)
	return nil
}

// loadIstio keeps what the webhook would say apart: the store itself does not validate.
func (e *engine) loadIstio(doc []byte, h header, out *loaded) error {
	cfg, err := parseIstio(doc, e.domain)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	out.validation = append(out.validation, validate(*cfg)...)
	out.istio = append(out.istio, *cfg)
	if features.EnableAmbient {
		object, err := clientObject(doc)
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		if object != nil {
			out.kubernetes = append(out.kubernetes, object)
		}
	}
	return nil
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

// byAge: of several entries for a host the oldest one's address is the one that DNS gives.
func byAge(configs []config.Config) []config.Config {
	sorted := slices.Clone(configs)
	slices.SortStableFunc(sorted, func(a, b config.Config) int { return a.CreationTimestamp.Compare(b.CreationTimestamp) })
	return sorted
}
