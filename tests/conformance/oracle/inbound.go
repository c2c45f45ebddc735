package main

import (
	"fmt"
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/pilot/pkg/security/authn"
	"istio.io/istio/pilot/pkg/simulation"
)

// arrival is what a server's proxy makes of bytes of one kind.
type arrival struct {
	simulation.Result
	code string // ok, raw, no-chain, needs-cert, protocol-error, or what else went wrong
}

func proto(protocol string) simulation.Protocol {
	switch protocol {
	case "", "grpc", "http2":
		return simulation.HTTP2
	case "http":
		return simulation.HTTP
	}
	return simulation.TCP
}

func tlsOf(sent string) simulation.TLSMode {
	switch sent {
	case "plaintext":
		return simulation.Plaintext
	case "istio-mtls", "mtls":
		return simulation.MTLS
	}
	return simulation.TLS
}

// arrive sends bytes of a kind to the inbound listener, and sees whether the matched chain terminates TLS.
func (p *proxy) arrive(f Flow, protocol string, d dest, sent string) arrival {
	terminated := false
	call := simulation.Call{
		Address: d.ip, Port: d.port, Protocol: proto(protocol), HostHeader: fmt.Sprintf("%s:%d", f.Host, f.Port),
		CallMode: simulation.CallModeInbound,
	}
	if tls := tlsOf(sent); tls != simulation.Plaintext {
		call.TLS = tls
	}
	call.CustomListenerValidations = []simulation.CustomFilterChainValidation{func(chain *listenerv3.FilterChain) error {
		terminated = chain.GetTransportSocket() != nil
		return nil
	}}
	result := p.Run(call)
	return arrival{Result: result, code: codeOf(result, sent != "plaintext" && !terminated)}
}

func codeOf(r simulation.Result, untouched bool) string {
	switch r.Error {
	case nil:
		switch {
		case r.ClusterMatched == blackHole:
			return "blackhole"
		case untouched:
			return "raw"
		}
		return "ok"
	case simulation.ErrNoFilterChain:
		return "no-chain"
	case simulation.ErrMTLSError:
		return "needs-cert"
	case simulation.ErrTLSError:
		return "tls-required"
	case simulation.ErrProtocolError:
		return "protocol-error"
	}
	return r.Error.Error()
}

// accepts asks about each kind of bytes of the flow's protocol.
func (p *proxy) accepts(f Flow, d dest) *Accepts {
	code := func(sent string) string { return p.arrive(f, f.Protocol, d, sent).code }
	return &Accepts{Plaintext: code("plaintext"), TLS: code("tls"), MTLS: code("mtls")}
}

// paMode is the effective PeerAuthentication mode of a pod's port.
func (e *engine) paMode(p *corev1.Pod, port int) string {
	push := e.istiod.PushContext()
	policy := authn.NewMtlsPolicy(push, push.AuthnPolicies, p.Namespace, p.Labels, false)
	return strings.TrimPrefix(policy.GetMutualTLSModeForPort(uint32(port)).String(), "MTLS")
}
