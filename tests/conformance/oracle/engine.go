package main

import (
	"fmt"
	"runtime/debug"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/yaml"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/test"
)

// provenVersion is the version of the proxies where a case names none.
const provenVersion = "1.32.0"

// engine answers the questions of one case: istiod, and the parts of a cluster that istiod takes for granted.
type engine struct {
	c       *Case
	domain  string
	version string
	istiod  *istiod
	pods    []*corev1.Pod
	svcs    []*corev1.Service
	podByIP map[string]*corev1.Pod
	slices  map[string][]*discoveryv1.EndpointSlice // ns/svc
	seAddr  map[string][]string                     // host of a ServiceEntry -> its addresses
	proxies map[string]*proxy                       // ns/pod
}

// RunCase asks istiod about every flow of a case. It never panics: what went wrong is in Error.
func RunCase(c *Case) (res CaseResult) {
	start := time.Now()
	res.Name = c.Name
	fail := func(err any) { res.Error = fmt.Sprint(err) }
	defer func() {
		if r := recover(); r != nil {
			fail(fmt.Sprintf("panic: %v\n%s", r, debug.Stack()))
		}
		res.Millis = time.Since(start).Milliseconds()
	}()
	restore, err := setFeatures(c.Features)
	if err != nil {
		fail(err)
		return
	}
	defer restore()
	meshConfig, err := meshConfigOf(c.MeshConfig)
	if err != nil {
		fail(err)
		return
	}
	e := newEngine(c)
	objects, err := e.load(meshConfig)
	if err != nil {
		fail(err)
		return
	}
	res.Validation, res.Pods = objects.validation, objects.created
	failure := test.Wrap(func(t test.Failer) {
		defer func() {
			if r := recover(); r != nil {
				fail(fmt.Sprintf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		e.istiod = startIstiod(t, world{
			domain: e.domain, meshConfig: meshConfig, kubernetes: objects.kubernetes, istio: objects.istio,
		})
		for _, f := range c.Flows {
			res.Flows = append(res.Flows, e.flow(f))
		}
	})
	if failure != nil && res.Error == "" {
		fail(failure)
	}
	return
}

func newEngine(c *Case) *engine {
	e := &engine{
		c: c, version: c.Version, domain: c.ClusterDomain,
		podByIP: map[string]*corev1.Pod{}, slices: map[string][]*discoveryv1.EndpointSlice{},
		proxies: map[string]*proxy{}, seAddr: map[string][]string{},
	}
	if e.version == "" {
		e.version = provenVersion
	}
	if e.domain == "" {
		e.domain = constants.DefaultClusterLocalDomain
	}
	return e
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

func podKey(p *corev1.Pod) string { return p.Namespace + "/" + p.Name }

func (e *engine) pod(key string) *corev1.Pod {
	for _, p := range e.pods {
		if podKey(p) == key {
			return p
		}
	}
	return nil
}
