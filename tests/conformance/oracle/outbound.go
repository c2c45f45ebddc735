package main

import (
	"fmt"
	"runtime/debug"
	"sort"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/types/known/structpb"

	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pilot/pkg/xds/endpoints"
)

func proto(f Flow) simulation.Protocol {
	switch f.Protocol {
	case "", "grpc", "http2":
		return simulation.HTTP2
	case "http":
		return simulation.HTTP
	}
	return simulation.TCP
}

func socketKind(ts *corev3.TransportSocket) string {
	if ts == nil || ts.Name == "envoy.transport_sockets.raw_buffer" {
		return "plaintext"
	}
	if ts.Name != "envoy.transport_sockets.tls" {
		return "other:" + ts.Name
	}
	ctx := &tlsv3.UpstreamTlsContext{}
	if err := ts.GetTypedConfig().UnmarshalTo(ctx); err != nil {
		return "other:" + ts.GetTypedConfig().GetTypeUrl()
	}
	cc := ctx.GetCommonTlsContext()
	certs := cc.GetTlsCertificateSdsSecretConfigs()
	istioALPN := false
	for _, a := range cc.GetAlpnProtocols() {
		if strings.HasPrefix(a, "istio") {
			istioALPN = true
		}
	}
	if len(certs) > 0 && certs[0].Name == "default" && istioALPN {
		return "istio-mtls"
	}
	verify := ""
	if cc.GetCombinedValidationContext() == nil && cc.GetValidationContextSdsSecretConfig() == nil && cc.GetValidationContext() == nil {
		verify = "-noverify"
	}
	if len(certs) > 0 || len(cc.GetTlsCertificates()) > 0 {
		return "mutual-tls" + verify
	}
	return "tls" + verify
}

func structMatch(want, have *structpb.Struct) bool {
	for k, v := range want.GetFields() {
		h, ok := have.GetFields()[k]
		if !ok || h.GetStringValue() != v.GetStringValue() {
			return false
		}
	}
	return true
}

func sentFor(c *clusterv3.Cluster, ep *endpointv3.LbEndpoint) (string, string) {
	var have *structpb.Struct
	if ep != nil {
		have = ep.GetMetadata().GetFilterMetadata()["envoy.transport_socket_match"]
	}
	mode := have.GetFields()["tlsMode"].GetStringValue()
	for _, m := range c.GetTransportSocketMatches() {
		if structMatch(m.GetMatch(), have) {
			return socketKind(m.GetTransportSocket()), mode
		}
	}
	return socketKind(c.GetTransportSocket()), mode
}

func describeSocket(c *clusterv3.Cluster) string {
	if len(c.GetTransportSocketMatches()) == 0 {
		if c.GetTransportSocket() == nil {
			return "none"
		}
		return socketKind(c.GetTransportSocket())
	}
	var p []string
	for _, m := range c.GetTransportSocketMatches() {
		j, _ := m.GetMatch().MarshalJSON()
		p = append(p, string(j)+"="+socketKind(m.GetTransportSocket()))
	}
	return "auto[" + strings.Join(p, " ") + "]"
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
	cp := e.pod(f.From)
	if cp == nil {
		r.OutErr = "no such pod " + f.From
		r.Verdicts = []string{"error"}
		return
	}
	addrs := e.dialAddresses(cp.Namespace, f)
	r.DialAddress = addrs
	verdicts := map[string]bool{}
	sents := map[string]bool{}
	appKind := "plaintext"
	if f.TLS {
		appKind = "app-tls"
	}
	clientEnvoy := captured(cp, f.Port)
	finish := func() {
		for v := range verdicts {
			r.Verdicts = append(r.Verdicts, v)
		}
		sort.Strings(r.Verdicts)
		var s []string
		for k := range sents {
			s = append(s, k)
		}
		sort.Strings(s)
		r.Sent = strings.Join(s, "|")
	}
	add := func(d dest, sent, inner, mode string) {
		dr := e.deliver(f, d, sent, inner, clientEnvoy)
		dr.TLSMode = mode
		r.Dests = append(r.Dests, dr)
		verdicts[dr.Verdict] = true
		sents[sent] = true
	}
	if !clientEnvoy {
		r.Path = "direct"
		for _, a := range addrs {
			for _, d := range e.route(a, f.Port) {
				add(d, appKind, "", "")
			}
		}
		if len(r.Dests) == 0 {
			verdicts["no-endpoint"] = true
			sents["none"] = true
		}
		finish()
		return
	}
	proxy, sim := e.proxy(cp)
	if len(addrs) == 0 { // headless without endpoints: DNS gives nothing
		addrs = []string{"203.0.113.9"}
	}
	hostHeader := fmt.Sprintf("%s:%d", f.Host, f.Port)
	seen := map[string]bool{}
	if len(addrs) > 1 { // a headless name that also lists the caller itself: ignore the caller
		var rest []string
		for _, a := range addrs {
			if a != cp.Status.PodIP {
				rest = append(rest, a)
			}
		}
		addrs = rest
		r.DialAddress = rest
	}
	for _, a := range addrs {
		if a == cp.Status.PodIP { // own pod IP goes over lo and is not redirected (istio-iptables), so no Envoy on either side
			r.Path = "direct"
			d := e.deliverSelf(f, dest{ip: a, port: f.Port}, appKind)
			r.Dests = append(r.Dests, d)
			verdicts[d.Verdict] = true
			sents[appKind] = true
			continue
		}
		call := simulation.Call{Address: a, Port: f.Port, Protocol: proto(f), HostHeader: hostHeader, CallMode: simulation.CallModeOutbound}
		if f.TLS {
			call.TLS = simulation.TLS
			call.Sni = f.Host
		}
		out := sim.Run(call)
		r.Listener, r.OutChain = out.ListenerMatched, out.FilterChainMatched
		if out.Error != nil {
			r.Path, r.OutErr = "error", out.Error.Error()
			verdicts["outbound-error"] = true
			sents["none"] = true
			continue
		}
		r.Cluster = out.ClusterMatched
		var cl *clusterv3.Cluster
		for _, c := range sim.Clusters {
			if c.Name == out.ClusterMatched {
				cl = c
			}
		}
		switch {
		case out.ClusterMatched == "BlackHoleCluster" || out.VirtualHostMatched == "block_all":
			r.Path = "blackhole"
			verdicts["E-BH"] = true
			sents["none"] = true
			continue
		case cl == nil:
			r.Path, r.OutErr = "error", "cluster not found: "+out.ClusterMatched
			verdicts["E-NC"] = true // 503, flag NC: e.g. a VirtualService names a subset no DestinationRule defines
			sents["none"] = true
			continue
		case out.ClusterMatched == "PassthroughCluster":
			r.Path = "passthrough"
		default:
			r.Path = "service"
		}
		r.ClusterType = cl.GetType().String()
		r.Socket = describeSocket(cl)
		r.DR = drOf(cl)
		inner := ""
		if f.TLS {
			inner = "app-tls"
		}
		kindOf := func(k string) (string, string) {
			if k == "plaintext" && f.TLS {
				return "app-tls", ""
			}
			return k, inner
		}
		switch cl.GetType() {
		case clusterv3.Cluster_ORIGINAL_DST:
			if len(r.DialAddress) == 0 {
				verdicts["no-endpoint"] = true
				k, _ := sentFor(cl, nil)
				k, _ = kindOf(k)
				sents[k] = true
				continue
			}
			k, m := sentFor(cl, nil)
			k, in := kindOf(k)
			for _, d := range e.route(a, f.Port) {
				add(d, k, in, m)
			}
		default:
			var cla *endpointv3.ClusterLoadAssignment
			if cl.GetType() == clusterv3.Cluster_EDS {
				b := endpoints.NewEndpointBuilder(cl.Name, proxy, e.s.PushContext())
				cla = b.BuildClusterLoadAssignment(e.s.Discovery.Env.EndpointIndex)
			} else {
				cla = cl.GetLoadAssignment()
			}
			if seen[cl.Name] {
				continue
			}
			seen[cl.Name] = true
			n := 0
			for _, l := range cla.GetEndpoints() {
				for _, ep := range l.GetLbEndpoints() {
					sa := ep.GetEndpoint().GetAddress().GetSocketAddress()
					if ep.HealthStatus != corev3.HealthStatus_UNKNOWN && ep.HealthStatus != corev3.HealthStatus_HEALTHY {
						continue
					}
					n++
					k, m := sentFor(cl, ep)
					k, in := kindOf(k)
					add(dest{ip: sa.GetAddress(), port: int(sa.GetPortValue()), ep: ep}, k, in, m)
				}
			}
			if n == 0 {
				verdicts["E-UH"] = true
				sents["none"] = true
			}
		}
	}
	sort.Slice(r.Dests, func(i, j int) bool {
		if r.Dests[i].Address != r.Dests[j].Address {
			return r.Dests[i].Address < r.Dests[j].Address
		}
		return r.Dests[i].Port < r.Dests[j].Port
	})
	finish()
	return
}

func drOf(c *clusterv3.Cluster) string {
	md := c.GetMetadata().GetFilterMetadata()["istio"]
	v := md.GetFields()["config"].GetStringValue()
	if i := strings.Index(v, "/namespaces/"); i >= 0 {
		v = strings.ReplaceAll(v[i+len("/namespaces/"):], "destination-rule/", "")
	}
	return v
}
