package main

import (
	meshconfig "istio.io/api/mesh/v1alpha1"

	"fmt"
	"runtime/debug"
	"testing"
	"time"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
	istiolog "istio.io/istio/pkg/log"
	"istio.io/istio/pkg/test"
)

type engine struct {
	c       *Case
	m       *model.Environment
	s       *xds.FakeDiscoveryServer
	pods    []*corev1.Pod
	svcs    []*corev1.Service
	podByIP map[string]*corev1.Pod
	slices  map[string][]*discoveryv1.EndpointSlice // ns/svc
	seAddr  map[string]string
	proxies map[string]*model.Proxy
	sims    map[string]*simulation.Simulation
	version string
}

func silence() {
	o := istiolog.DefaultOptions()
	o.SetDefaultOutputLevel("all", istiolog.NoneLevel)
	for _, s := range istiolog.Scopes() {
		s.SetOutputLevel(istiolog.NoneLevel)
	}
}

// RunCase asks istiod about every flow of a case. It never panics: what went wrong is in Error.
func RunCase(c *Case) (res CaseResult) {
	start := time.Now()
	res.Name = c.Name
	defer func() {
		if r := recover(); r != nil {
			res.Error = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
		}
		res.Millis = time.Since(start).Milliseconds()
	}()
	restore, err := setFeatures(c.Features)
	if err != nil {
		res.Error = err.Error()
		return
	}
	defer restore()
	meshConfig, err := meshConfigOf(c.MeshConfig)
	if err != nil {
		res.Error = err.Error()
		return
	}
	e := newEngine(c)
	objects, err := e.load(meshConfig.RootNamespace)
	if err != nil {
		res.Error = err.Error()
		return
	}
	res.Validation = objects.validation
	failure := test.Wrap(func(t test.Failer) {
		defer func() {
			if r := recover(); r != nil {
				res.Error = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		e.s = xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			KubernetesObjects: objects.kubernetes, Configs: objects.istio, MeshConfig: meshConfig,
		})
		e.s.EnsureSynced(t)
		for _, f := range c.Flows {
			res.Flows = append(res.Flows, e.flow(f))
		}
	})
	if failure != nil && res.Error == "" {
		res.Error = failure.Error()
	}
	return
}

func newEngine(c *Case) *engine {
	version := c.Version
	if version == "" {
		version = "1.32.0"
	}
	return &engine{
		c: c, version: version,
		podByIP: map[string]*corev1.Pod{}, slices: map[string][]*discoveryv1.EndpointSlice{},
		proxies: map[string]*model.Proxy{}, sims: map[string]*simulation.Simulation{}, seAddr: map[string]string{},
	}
}

// meshConfigOf lays the case's overrides over istiod's own defaults.
func meshConfigOf(overrides map[string]any) (*meshconfig.MeshConfig, error) {
	defaults := mesh.DefaultMeshConfig()
	if len(overrides) == 0 {
		return defaults, nil
	}
	y, err := yaml.Marshal(overrides)
	if err != nil {
		return nil, err
	}
	return mesh.ApplyMeshConfig(string(y), defaults)
}

// setFeatures switches istiod's feature flags for one case; they are package variables, so cases run one after another.
func setFeatures(wanted map[string]bool) (restore func(), err error) {
	headless, merge := features.EnableEDSForHeadless, features.EnableEnhancedDestinationRuleMerge
	restore = func() { features.EnableEDSForHeadless, features.EnableEnhancedDestinationRuleMerge = headless, merge }
	for name, value := range wanted {
		switch name {
		case "edsForHeadless":
			features.EnableEDSForHeadless = value
		case "enhancedDestinationRuleMerge":
			features.EnableEnhancedDestinationRuleMerge = value
		default:
			restore()
			return nil, fmt.Errorf("unknown feature %s", name)
		}
	}
	return restore, nil
}

func podKey(p *corev1.Pod) string { return p.Namespace + "/" + p.Name }

func (e *engine) pod(key string) *corev1.Pod {
	for _, p := range e.pods {
		if podKey(p) == key {
			return p
		}
	}
	return nil
}

func (e *engine) proxy(p *corev1.Pod) (*model.Proxy, *simulation.Simulation) {
	k := podKey(p)
	if pr := e.proxies[k]; pr != nil {
		return pr, e.sims[k]
	}
	md := &model.NodeMetadata{
		Namespace: p.Namespace, Labels: p.Labels, IstioVersion: e.version, ClusterID: "Kubernetes",
		ServiceAccount: p.Spec.ServiceAccountName,
	}
	if im := p.Annotations["sidecar.istio.io/interceptionMode"]; im != "" {
		md.InterceptionMode = model.TrafficInterceptionMode(im)
	}
	pr := e.s.SetupProxy(&model.Proxy{
		ID: p.Name + "." + p.Namespace, ConfigNamespace: p.Namespace, Labels: p.Labels, Metadata: md,
		IPAddresses: []string{p.Status.PodIP}, Type: model.SidecarProxy, DNSDomain: p.Namespace + ".svc.cluster.local",
	})
	e.proxies[k] = pr
	sim := simulation.NewSimulation(&testing.T{}, e.s, pr)
	// NewSimulation asks for every route name as often as listeners use it. The second request for a sniffed
	// route (headless service, auto port, >= 2 pods) gets an empty answer, because getVirtualHostsForSniffedServicePort
	// changes the cached virtual host. Envoy subscribes to a name once, so ask once.
	var names []string
	seen := map[string]bool{}
	for _, n := range core.ExtractRoutesFromListeners(sim.Listeners) {
		if !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	sim.Routes = nil
	rs, _ := e.s.ConfigGen.BuildHTTPRoutes(pr, &model.PushRequest{Push: e.s.PushContext()}, names)
	for _, r := range rs {
		rc := &routev3.RouteConfiguration{}
		if err := r.Resource.UnmarshalTo(rc); err == nil {
			sim.Routes = append(sim.Routes, rc)
		}
	}
	e.sims[k] = sim
	return pr, e.sims[k]
}
