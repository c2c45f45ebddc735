package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/serviceregistry"
	"istio.io/istio/pilot/pkg/serviceregistry/ambient"
	"istio.io/istio/pilot/pkg/serviceregistry/kube/controller"
	"istio.io/istio/pkg/activenotifier"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/config/schema/gvr"
	kubelib "istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/kube/multicluster"
	"istio.io/istio/pkg/test"
)

const clusterID = cluster.ID(constants.DefaultClusterName)

// istiod is the control plane of one case: its registries, its config store and its generators, wired as pilot/pkg/bootstrap does, without
// what answers over the network.
type istiod struct {
	*core.ConfigGenTest
	endpoints *model.EndpointIndex
	ambient   ambient.Index // nil unless ambient is on
}

// world is what istiod watches.
type world struct {
	domain     string
	meshConfig *meshconfig.MeshConfig
	kubernetes []runtime.Object // and, for ambient, which reads them there, Istio's
	istio      []config.Config
}

// The kinds that ambient reads from the API server when they exist.
var ambientKinds = []schema.GroupVersionResource{
	gvr.AuthorizationPolicy, gvr.PeerAuthentication, gvr.WorkloadEntry, gvr.ServiceEntry, gvr.GatewayClass, gvr.KubernetesGateway,
}

// startIstiod returns once everything that the world contains has been taken in.
func startIstiod(t test.Failer, w world) *istiod {
	endpoints := model.NewEndpointIndex(model.DisabledCache{})
	updater := model.NewEndpointIndexUpdater(endpoints)
	watcher := meshwatcher.NewTestWatcher(w.meshConfig)
	client := kubelib.NewFakeClient(w.kubernetes...)
	var kinds []schema.GroupVersionResource
	if features.EnableAmbient {
		kinds = ambientKinds
	}
	registry, _ := controller.NewFakeControllerWithOptions(t, controller.FakeControllerOptions{
		Client: client, ClusterID: clusterID, ConfigCluster: true, DomainSuffix: w.domain, MeshWatcher: watcher,
		XDSUpdater: updater, CRDs: kinds, SkipRun: true,
	})
	stop := test.NewStop(t) // closed before the registry waits for its informers to end
	generator := core.NewConfigGenTest(t, core.TestOptions{
		Configs: w.istio, MeshConfig: w.meshConfig, XDSUpdater: updater, ClusterID: clusterID,
		ServiceRegistries: []serviceregistry.Instance{registry}, SkipRun: true,
	})
	env := generator.Env()
	env.EndpointIndex = endpoints
	env.DomainSuffix = w.domain
	generator.ServiceEntryRegistry.AppendWorkloadHandler(registry.WorkloadInstanceHandler)
	registry.AppendWorkloadHandler(generator.ServiceEntryRegistry.WorkloadInstanceHandler)

	i := &istiod{ConfigGenTest: generator, endpoints: endpoints}
	env.AmbientIndexes = &model.NoopAmbientIndexes{}
	if features.EnableAmbient {
		i.ambient = newAmbientIndex(t, w, client, updater, watcher, stop)
		env.AmbientIndexes = i.ambient
	}
	client.RunAndWait(stop)
	if i.ambient != nil {
		go i.ambient.Run(stop)
		kubelib.WaitForCacheSync("ambient", stop, i.ambient.HasSynced)
	}
	generator.Run()
	if err := env.InitNetworksManager(updater); err != nil {
		t.Fatal(err)
	}
	env.PushContext().InitContext(env, nil, nil)
	return i
}

func newAmbientIndex(
	t test.Failer, w world, client kubelib.Client, updater model.XDSUpdater, watcher meshwatcher.WatcherCollection, stop chan struct{},
) ambient.Index {
	clusters := multicluster.NewController(multicluster.ControllerOptions{
		Client: client, ClusterID: clusterID, SystemNamespace: w.meshConfig.RootNamespace, MeshConfig: watcher, Debugger: krt.GlobalDebugHandler,
	})
	index := ambient.New(ambient.Options{
		SystemNamespace: w.meshConfig.RootNamespace, DomainSuffix: w.domain, ClusterID: clusterID, XDSUpdater: updater, MeshConfig: watcher,
		StatusNotifier: activenotifier.New(false), Debugger: krt.GlobalDebugHandler, MultiClusterController: clusters,
	})
	if err := clusters.Run(stop); err != nil {
		t.Fatal(err)
	}
	return index
}
