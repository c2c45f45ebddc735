package main

import (
	"strings"

	"istio.io/istio/pilot/pkg/security/authn"
)

func (e *engine) deliverSelf(f Flow, d dest, sent string) DestResult {
	r := DestResult{Address: d.ip, Port: d.port, Sent: sent, Pod: podKey(e.podByIP[d.ip]), Sidecar: true, App: e.app(d.ip, e.podByIP[d.ip], d.port)}
	switch {
	case r.App == "none":
		r.Verdict = "E-REF"
	case r.App == "tls" && sent == "plaintext":
		r.Verdict = "E-400"
	case r.App == "plaintext" && sent != "plaintext":
		r.Verdict = "E-APP"
	default:
		r.Verdict = "OK"
	}
	return r
}

func (e *engine) deliver(f Flow, d dest, sent, inner string, clientEnvoy bool) (r DestResult) {
	r = DestResult{Address: d.ip, Port: d.port, Sent: sent, Inner: inner}
	p := e.podByIP[d.ip]
	if p != nil {
		r.Pod = podKey(p)
		r.Sidecar = hasSidecar(p)
		r.Intercepted = intercepted(p, d.port)
	}
	r.App = e.app(d.ip, p, d.port)
	payload := inner // what reaches the app
	if payload == "" {
		payload = "plaintext"
	}
	isTLS := sent != "plaintext"
	if r.Intercepted {
		_, sim := e.proxy(p)
		pol := authn.NewMtlsPolicy(e.s.PushContext(), e.s.PushContext().AuthnPolicies, p.Namespace, p.Labels, false)
		r.PAMode = strings.TrimPrefix(pol.GetMutualTLSModeForPort(uint32(d.port)).String(), "MTLS")
		r.Accepts = &Accepts{}
		for _, k := range []string{"plaintext", "tls", "mtls"} {
			ff := f
			res, term := runInbound(sim, ff, d, k)
			cd := code(res, k, term)
			switch k {
			case "plaintext":
				r.Accepts.Plaintext = cd
			case "tls":
				r.Accepts.TLS = cd
			case "mtls":
				r.Accepts.MTLS = cd
			}
		}
		ff := f
		if inner == "app-tls" && sent == "istio-mtls" {
			ff.Protocol = "tcp" // the outer connection is a TCP proxy
		}
		kind := sent
		res, term := runInbound(sim, ff, d, kind)
		cd := code(res, kind, term)
		if res.Error != nil {
			r.InboundErr = res.Error.Error()
		}
		r.Chain, r.InCluster = res.FilterChainMatched, res.ClusterMatched
		switch cd {
		case "ok":
		case "raw": // TLS bytes copied to the app untouched
			payload = "app-tls"
		case "no-chain":
			switch {
			case !isTLS && clientEnvoy:
				r.Verdict = "E-UC"
			case !isTLS:
				r.Verdict = "E-NR"
			case sent == "app-tls":
				r.Verdict = "E-NR"
			default:
				r.Verdict = "E-RST"
			}
			return
		case "needs-cert":
			switch {
			case sent == "tls" || sent == "mutual-tls":
				r.Verdict = "E-CVF" // the client does not trust the mesh CA; with -noverify the server refuses
			default:
				r.Verdict = "E-NOCERT"
			}
			return
		case "protocol-error":
			switch {
			case sent == "app-tls", inner == "app-tls" && r.Accepts.MTLS == "ok":
				r.Verdict = "E-APP" // the outer mTLS is fine, the inner TLS reaches an HTTP codec
			case isTLS && r.Accepts.MTLS == "protocol-error" && r.Accepts.Plaintext == "protocol-error", !isTLS:
				r.Verdict = "E-PROTO" // non-HTTP bytes on an HTTP-declared port
			default:
				r.Verdict = "E-WV"
			}
			return
		default:
			r.Verdict = "inbound:" + cd
			return
		}
	} else if isTLS {
		payload = "app-tls" // TLS of some kind reaches the app itself
	}
	switch {
	case r.App == "none":
		r.Verdict = "E-REF"
	case payload == "app-tls" && r.App == "tls":
		switch {
		case sent == "istio-mtls" && !r.Intercepted:
			r.Verdict = "E-CVF"
		case (sent == "tls" || sent == "mutual-tls"):
			r.Verdict = "E-CVF?" // depends on the CA
		default:
			r.Verdict = "OK"
		}
	case payload == "app-tls":
		if sent == "app-tls" || inner == "app-tls" && r.Intercepted && sent == "istio-mtls" && r.InboundErr == "" && r.Accepts != nil && r.Accepts.MTLS == "ok" {
			r.Verdict = "E-APP"
		} else {
			r.Verdict = "E-WV"
		}
	case r.App == "tls":
		if clientEnvoy {
			r.Verdict = "E-UPE"
		} else {
			r.Verdict = "E-400"
		}
	default:
		r.Verdict = "OK"
	}
	return
}
