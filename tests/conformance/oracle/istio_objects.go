package main

import (
	"encoding/json"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	kubelib "istio.io/istio/pkg/kube"
)

// unstamped is when objects without creationTimestamp were made: all at once, long ago.
var unstamped = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// parseIstio converts without validating; the domain is set as crdclient does (crd.ParseInputs leaves it empty, which would disable
// DestinationRule short names).
func parseIstio(doc []byte, domain string) (*config.Config, error) {
	var obj crd.IstioKind
	if err := json.Unmarshal(doc, &obj); err != nil {
		return nil, err
	}
	g := obj.GroupVersionKind()
	sch, ok := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&g))
	if !ok {
		return nil, fmt.Errorf("unknown kind %v", g)
	}
	cfg, err := crd.ConvertObject(sch, &obj, domain)
	if err != nil {
		return nil, err
	}
	if cfg.CreationTimestamp.IsZero() {
		cfg.CreationTimestamp = unstamped
	}
	if cfg.Namespace == "" {
		cfg.Namespace = "default"
	}
	return cfg, nil
}

// ambientVersions are the API versions in which ambient watches Istio's kinds.
var ambientVersions = map[string]string{
	"PeerAuthentication": "security.istio.io/v1", "AuthorizationPolicy": "security.istio.io/v1",
	"ServiceEntry": "networking.istio.io/v1", "WorkloadEntry": "networking.istio.io/v1",
}

// clientObject is the object as ambient's own informers get it from the API server, which converts between versions; nil for kinds that
// ambient does not watch.
func clientObject(doc []byte) (runtime.Object, error) {
	var fields map[string]any
	if err := json.Unmarshal(doc, &fields); err != nil {
		return nil, err
	}
	version, watched := ambientVersions[fmt.Sprint(fields["kind"])]
	if !watched {
		return nil, nil
	}
	fields["apiVersion"] = version
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	object, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode(text, nil, nil)
	return object, err
}

func validate(cfg config.Config) (out []string) {
	sch, ok := collections.Pilot.FindByGroupVersionAliasesKind(cfg.GroupVersionKind)
	if !ok {
		return nil
	}
	id := fmt.Sprintf("%s %s/%s", cfg.GroupVersionKind.Kind, cfg.Namespace, cfg.Name)
	w, err := sch.ValidateConfig(cfg)
	if err != nil {
		out = append(out, id+": error: "+err.Error())
	}
	if w != nil {
		out = append(out, id+": warning: "+w.Error())
	}
	return
}
