package main

import (
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"

	"fmt"

	"istio.io/istio/pilot/pkg/simulation"
)

func inboundCall(f Flow, d dest, kind string) simulation.Call {
	call := simulation.Call{Address: d.ip, Port: d.port, Protocol: proto(f), HostHeader: fmt.Sprintf("%s:%d", f.Host, f.Port), CallMode: simulation.CallModeInbound}
	switch kind {
	case "plaintext":
	case "istio-mtls", "mtls":
		call.TLS = simulation.MTLS
	default:
		call.TLS = simulation.TLS
	}
	return call
}

func code(r simulation.Result, kind string, terminated bool) string {
	switch r.Error {
	case nil:
		if r.ClusterMatched == "BlackHoleCluster" {
			return "blackhole"
		}
		if kind != "plaintext" && !terminated {
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

// runInbound runs the inbound simulation and also tells whether the matched chain terminates TLS.
func runInbound(sim *simulation.Simulation, f Flow, d dest, kind string) (simulation.Result, bool) {
	term := false
	c := inboundCall(f, d, kind)
	c.CustomListenerValidations = []simulation.CustomFilterChainValidation{func(fc *listenerv3.FilterChain) error {
		term = fc.GetTransportSocket() != nil
		return nil
	}}
	r := sim.Run(c)
	return r, term
}
