package main

import (
	"encoding/json"
	"fmt"
	"time"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
)

// parseIstio converts without validating; the domain is set as crdclient does (crd.ParseInputs leaves it empty,
// which would disable DestinationRule short names). Objects without creationTimestamp get one equal, very old time.
func parseIstio(doc []byte) (*config.Config, error) {
	var obj crd.IstioKind
	if err := json.Unmarshal(doc, &obj); err != nil {
		return nil, err
	}
	g := obj.GroupVersionKind()
	sch, ok := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&g))
	if !ok {
		return nil, fmt.Errorf("unknown kind %v", g)
	}
	cfg, err := crd.ConvertObject(sch, &obj, "cluster.local")
	if err != nil {
		return nil, err
	}
	if cfg.CreationTimestamp.IsZero() {
		cfg.CreationTimestamp = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if cfg.Namespace == "" {
		cfg.Namespace = "default"
	}
	return cfg, nil
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
