package main

import (
	"fmt"
	"runtime/debug"
	"sort"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pilot/pkg/xds/endpoints"
)

const (
	blackHole   = "BlackHoleCluster"
	passthrough = "PassthroughCluster"
	// nowhere is what the simulation is asked about when a name resolves to nothing.
	nowhere = "203.0.113.9"
)

// journey follows one flow from the application through the client's proxy; it collects what the answer is made of.
type journey struct {
	*engine
	flow     Flow
	client   *corev1.Pod
	result   *FlowResult
	verdicts map[string]bool
	sents    map[string]bool
	clusters map[string]bool // whose endpoints have been answered
}

func (e *engine) flow(f Flow) (r FlowResult) {
	r = FlowResult{ID: f.ID, From: f.From, Target: fmt.Sprintf("%s:%d", f.Host, f.Port), Expect: f.Expect}
	defer func() {
		if x := recover(); x != nil {
			r.Path, r.Sent = "error", "error"
			r.OutErr = fmt.Sprintf("panic: %v\n%s", x, debug.Stack())
			r.Verdicts = []string{"panic"}
		}
	}()
	client := e.pod(f.From)
	if client == nil {
		r.OutErr = "no such pod " + f.From
		r.Verdicts = []string{"error"}
		return
	}
	j := &journey{
		engine: e, flow: f, client: client, result: &r,
		verdicts: map[string]bool{}, sents: map[string]bool{}, clusters: map[string]bool{},
	}
	j.run()
	j.finish()
	return
}

func (j *journey) run() {
	if isGateway(j.client) {
		j.throughGateway()
		return
	}
	all := withoutSelf(j.dialAddresses(j.client.Namespace, j.flow), j.client.Status.PodIP)
	j.result.DialAddress = all
	var toProxy []string
	for _, address := range all {
		if captured(j.client, address, j.flow.Port) {
			toProxy = append(toProxy, address)
			continue
		}
		j.directly(address)
	}
	switch {
	case len(toProxy) > 0:
		j.throughSidecar(toProxy)
	case len(all) > 0:
	case captured(j.client, nowhere, j.flow.Port):
		j.throughSidecar([]string{nowhere})
	default:
		j.result.Path = "direct"
	}
	if len(j.result.Dests) == 0 && len(j.verdicts) == 0 {
		j.none("no-endpoint")
	}
}

// none: nobody is reached.
func (j *journey) none(verdict string) {
	j.verdicts[verdict] = true
	j.sents["none"] = true
}

func (j *journey) answered(r DestResult) {
	j.result.Dests = append(j.result.Dests, r)
	j.verdicts[r.Verdict] = true
	j.sents[r.Sent] = true
}

// payload is what leaves the application itself.
func (j *journey) payload() string {
	if j.flow.TLS {
		return "app-tls"
	}
	return "plaintext"
}

// send hands what a proxy sends to a server; the application's TLS goes inside what the proxy adds, or as it is.
func (j *journey) send(to dest, sent, tlsMode string) {
	outer, inner, _ := strings.Cut(sent, "+")
	d := delivery{flow: j.flow, to: to, sent: outer, inner: inner, viaEnvoy: true}
	switch {
	case j.flow.TLS && sent == "plaintext":
		d.sent = "app-tls"
	case j.flow.TLS && inner == "":
		d.inner = "app-tls"
	}
	r := j.deliver(d)
	r.TLSMode = tlsMode
	j.answered(r)
}

// directly: no Envoy on the client's side; a ztunnel wraps in HBONE what goes to a pod that has one.
func (j *journey) directly(address string) {
	j.result.Path = "direct"
	isAmbient := j.ambientWorkload(j.client) != nil
	if isAmbient {
		j.result.Path = "ztunnel"
	}
	for _, to := range j.routed(address) {
		d := delivery{flow: j.flow, to: to, sent: j.payload()}
		if isAmbient && j.ambientWorkload(j.podByIP[to.ip]) != nil {
			d.sent = "hbone"
			if j.flow.TLS {
				d.inner = "app-tls"
			}
		}
		j.answered(j.deliver(d))
	}
}

// withoutSelf: a headless name that also lists the caller is about the others.
func withoutSelf(addresses []string, own string) (others []string) {
	if len(addresses) < 2 {
		return addresses
	}
	for _, address := range addresses {
		if address != own {
			others = append(others, address)
		}
	}
	return others
}

// throughSidecar asks the client's listeners and routes about each address.
func (j *journey) throughSidecar(addresses []string) {
	for _, address := range addresses {
		if address == j.client.Status.PodIP { // goes over lo and is not redirected (istio-iptables)
			j.result.Path = "direct"
			j.answered(j.deliverSelf(dest{ip: address, port: j.flow.Port}, j.payload()))
			continue
		}
		j.throughListener(address)
	}
}

func (j *journey) throughListener(address string) {
	call := simulation.Call{
		Address: address, Port: j.flow.Port, Protocol: proto(j.flow.Protocol),
		HostHeader: fmt.Sprintf("%s:%d", j.flow.Host, j.flow.Port), CallMode: simulation.CallModeOutbound,
	}
	if j.flow.TLS {
		call.TLS, call.Sni = simulation.TLS, strings.TrimSuffix(j.flow.Host, ".")
	}
	out := j.proxy(j.client).Run(call)
	j.result.Listener, j.result.OutChain = out.ListenerMatched, out.FilterChainMatched
	if out.Error != nil {
		j.result.Path, j.result.OutErr = "error", out.Error.Error()
		j.none("outbound-error")
		return
	}
	j.result.Cluster = out.ClusterMatched
	if out.ClusterMatched == blackHole || out.VirtualHostMatched == "block_all" {
		j.result.Path = "blackhole"
		j.none("E-BH")
		return
	}
	for _, name := range clustersIn(out.ClusterMatched) {
		j.toCluster(name, address)
	}
}

// throughGateway: a gateway sends to the cluster of the host and port that its routes name.
func (j *journey) throughGateway() {
	host := j.flow.Host
	s, _ := j.svcByHost(j.client.Namespace, host)
	if s != nil {
		host = fmt.Sprintf("%s.%s.svc.%s", s.Name, s.Namespace, j.domain)
	}
	j.result.Cluster = fmt.Sprintf("outbound|%d||%s", j.flow.Port, host)
	j.toCluster(j.result.Cluster, "")
}

func (j *journey) toCluster(name, address string) {
	cluster := j.proxy(j.client).cluster(name)
	if cluster == nil {
		j.result.Path, j.result.OutErr = "error", "cluster not found: "+name
		j.none("E-NC") // 503, flag NC: e.g. a VirtualService names a subset no DestinationRule defines
		return
	}
	j.result.Path = "service"
	if name == passthrough {
		j.result.Path = "passthrough"
	}
	j.result.ClusterType = cluster.GetType().String()
	j.result.Socket = describeSocket(cluster)
	j.result.DR = ruleOf(cluster)
	if cluster.GetType() == clusterv3.Cluster_ORIGINAL_DST {
		j.toOriginal(cluster, address)
		return
	}
	j.toEndpoints(cluster)
}

// toOriginal: the cluster connects to where the application wanted to go.
func (j *journey) toOriginal(cluster *clusterv3.Cluster, address string) {
	sent, tlsMode := sentFor(cluster, nil)
	if len(j.result.DialAddress) == 0 { // DNS says nothing, so nothing is dialled
		if j.flow.TLS && sent == "plaintext" {
			sent = "app-tls"
		}
		j.verdicts["no-endpoint"] = true
		j.sents[sent] = true
		return
	}
	for _, to := range j.routed(address) {
		j.send(to, sent, tlsMode)
	}
}

// routed is route, which notes why the network leads nowhere: the service has no such port, or nobody is behind it.
func (j *journey) routed(address string) []dest {
	to := j.route(address, j.flow.Port)
	if len(to) == 0 {
		if s := j.serviceAt(address); hasPort(s, j.flow.Port) {
			j.none("no-listener")
		} else {
			j.none("no-port")
		}
	}
	return to
}

func (j *journey) toEndpoints(cluster *clusterv3.Cluster) {
	if j.clusters[cluster.Name] {
		return
	}
	j.clusters[cluster.Name] = true
	answered := false
	for _, locality := range j.assignment(cluster).GetEndpoints() {
		for _, ep := range locality.GetLbEndpoints() {
			if ep.HealthStatus != corev3.HealthStatus_UNKNOWN && ep.HealthStatus != corev3.HealthStatus_HEALTHY {
				continue
			}
			answered = true
			sent, tlsMode := sentFor(cluster, ep)
			j.send(endpointOf(ep), sent, tlsMode)
		}
	}
	if !answered {
		j.none("E-UH")
	}
}

func (j *journey) assignment(cluster *clusterv3.Cluster) *endpointv3.ClusterLoadAssignment {
	if cluster.GetType() != clusterv3.Cluster_EDS {
		return cluster.GetLoadAssignment()
	}
	builder := endpoints.NewEndpointBuilder(cluster.Name, j.proxy(j.client).node, j.istiod.PushContext())
	return builder.BuildClusterLoadAssignment(j.istiod.endpoints)
}

// endpointOf: an endpoint behind a tunnel names its address in the metadata.
func endpointOf(ep *endpointv3.LbEndpoint) dest {
	if internal := ep.GetEndpoint().GetAddress().GetEnvoyInternalAddress(); internal != nil {
		return endpointAt(internal.GetEndpointId())
	}
	socket := ep.GetEndpoint().GetAddress().GetSocketAddress()
	return dest{ip: socket.GetAddress(), port: int(socket.GetPortValue())}
}

func (j *journey) finish() {
	sort.SliceStable(j.result.Dests, func(a, b int) bool {
		x, y := j.result.Dests[a], j.result.Dests[b]
		if x.Address != y.Address {
			return x.Address < y.Address
		}
		return x.Port < y.Port
	})
	j.result.Verdicts = sortedKeys(j.verdicts)
	j.result.Sent = strings.Join(sortedKeys(j.sents), "|")
}

func sortedKeys(set map[string]bool) (out []string) {
	for key := range set {
		out = append(out, key)
	}
	sort.Strings(out)
	return out
}
