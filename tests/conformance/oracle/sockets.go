package main

import (
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	internalupstreamv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/internal_upstream/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/types/known/structpb"
)

// noVerify marks TLS whose client accepts any certificate.
const noVerify = "-noverify"

const socketMatch = "envoy.transport_socket_match"

// socketKind names what a transport socket puts on the wire.
func socketKind(socket *corev3.TransportSocket) string {
	switch {
	case socket == nil, socket.Name == "envoy.transport_sockets.raw_buffer":
		return "plaintext"
	case socket.Name == "envoy.transport_sockets.internal_upstream":
		return tunnelKind(socket)
	case socket.Name != "envoy.transport_sockets.tls":
		return "other:" + socket.Name
	}
	context := &tlsv3.UpstreamTlsContext{}
	if err := socket.GetTypedConfig().UnmarshalTo(context); err != nil {
		return "other:" + socket.GetTypedConfig().GetTypeUrl()
	}
	common := context.GetCommonTlsContext()
	certificates := common.GetTlsCertificateSdsSecretConfigs()
	istioALPN := false
	for _, protocol := range common.GetAlpnProtocols() {
		istioALPN = istioALPN || strings.HasPrefix(protocol, "istio")
	}
	if len(certificates) > 0 && certificates[0].Name == "default" && istioALPN {
		return "istio-mtls"
	}
	verify := ""
	if common.GetCombinedValidationContext() == nil && common.GetValidationContextSdsSecretConfig() == nil &&
		common.GetValidationContext().GetTrustedCa() == nil {
		verify = noVerify
	}
	if len(certificates) > 0 || len(common.GetTlsCertificates()) > 0 {
		return "mutual-tls" + verify
	}
	return "tls" + verify
}

// tunnelKind: HBONE, with what the proxy itself puts inside where a rule asks for TLS.
func tunnelKind(socket *corev3.TransportSocket) string {
	tunnel := &internalupstreamv3.InternalUpstreamTransport{}
	if err := socket.GetTypedConfig().UnmarshalTo(tunnel); err != nil {
		return "other:" + socket.GetTypedConfig().GetTypeUrl()
	}
	if inside := socketKind(tunnel.GetTransportSocket()); inside != "plaintext" {
		return "hbone+" + inside
	}
	return "hbone"
}

func structMatch(want, have *structpb.Struct) bool {
	for key, value := range want.GetFields() {
		found, ok := have.GetFields()[key]
		if !ok || found.GetStringValue() != value.GetStringValue() {
			return false
		}
	}
	return true
}

// sentFor says what the cluster's proxy sends to an endpoint, and which tlsMode the endpoint's metadata has.
func sentFor(c *clusterv3.Cluster, ep *endpointv3.LbEndpoint) (sent, tlsMode string) {
	var have *structpb.Struct
	if ep != nil {
		have = ep.GetMetadata().GetFilterMetadata()[socketMatch]
	}
	tlsMode = have.GetFields()["tlsMode"].GetStringValue()
	for _, m := range c.GetTransportSocketMatches() {
		if structMatch(m.GetMatch(), have) {
			return socketKind(m.GetTransportSocket()), tlsMode
		}
	}
	return socketKind(c.GetTransportSocket()), tlsMode
}

func describeSocket(c *clusterv3.Cluster) string {
	if len(c.GetTransportSocketMatches()) == 0 {
		if c.GetTransportSocket() == nil {
			return "none"
		}
		return socketKind(c.GetTransportSocket())
	}
	var matches []string
	for _, m := range c.GetTransportSocketMatches() {
		j, _ := m.GetMatch().MarshalJSON()
		matches = append(matches, string(j)+"="+socketKind(m.GetTransportSocket()))
	}
	return "auto[" + strings.Join(matches, " ") + "]"
}

// ruleOf is the DestinationRule that istiod names in the cluster's metadata.
func ruleOf(c *clusterv3.Cluster) string {
	v := c.GetMetadata().GetFilterMetadata()["istio"].GetFields()["config"].GetStringValue()
	if i := strings.Index(v, "/namespaces/"); i >= 0 {
		v = strings.ReplaceAll(v[i+len("/namespaces/"):], "destination-rule/", "")
	}
	return v
}
