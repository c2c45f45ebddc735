package main

import (
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/simulation"
)

// proxy is an Envoy with the configuration that istiod gives it.
type proxy struct {
	*simulation.Simulation
	node *model.Proxy
}

// isGateway: a gateway's pods run the proxy and nothing else.
func isGateway(p *corev1.Pod) bool {
	for _, c := range p.Spec.Containers {
		if c.Name != proxyContainer {
			return false
		}
	}
	return len(p.Spec.Containers) > 0
}

func (e *engine) proxy(p *corev1.Pod) *proxy {
	key := podKey(p)
	if known := e.proxies[key]; known != nil {
		return known
	}
	metadata := &model.NodeMetadata{
		Namespace: p.Namespace, Labels: p.Labels, IstioVersion: e.version, ClusterID: clusterID,
		ServiceAccount: p.Spec.ServiceAccountName,
	}
	if mode := redirectionOf(p).mode; mode != "" {
		metadata.InterceptionMode = model.TrafficInterceptionMode(mode)
	}
	kind := model.SidecarProxy
	if isGateway(p) {
		kind = model.Router
	}
	node := e.istiod.SetupProxy(&model.Proxy{
		ID: p.Name + "." + p.Namespace, ConfigNamespace: p.Namespace, Labels: p.Labels, Metadata: metadata,
		IPAddresses: []string{p.Status.PodIP}, Type: kind, DNSDomain: p.Namespace + ".svc." + e.domain,
	})
	made := &proxy{Simulation: simulation.NewSimulationFromConfigGen(&testing.T{}, e.istiod.ConfigGenTest, node), node: node}
	made.Listeners = accepted(made.Listeners)
	made.Routes = e.routes(made)
	joinChains(made.Listeners)
	joinRoutes(made.Routes)
	e.proxies[key] = made
	return made
}

// routes asks for each route name once, as an Envoy that subscribes does. The simulation asks as often as listeners use a name, and the
// second request for a sniffed route (headless service, auto port, two pods or more) gets an empty answer, because
// getVirtualHostsForSniffedServicePort changes the cached virtual host.
func (e *engine) routes(p *proxy) (out []*routev3.RouteConfiguration) {
	var names []string
	seen := map[string]bool{}
	for _, name := range core.ExtractRoutesFromListeners(p.Listeners) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	resources, _ := e.istiod.ConfigGen.BuildHTTPRoutes(p.node, &model.PushRequest{Push: e.istiod.PushContext()}, names)
	for _, resource := range resources {
		route := &routev3.RouteConfiguration{}
		if err := resource.Resource.UnmarshalTo(route); err == nil {
			out = append(out, route)
		}
	}
	return out
}

func (p *proxy) cluster(name string) *clusterv3.Cluster {
	for _, c := range p.Clusters {
		if c.Name == name {
			return c
		}
	}
	return nil
}
