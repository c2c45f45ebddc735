package main

import corev1 "k8s.io/api/core/v1"

// delivery is what leaves the client towards one server.
type delivery struct {
	flow     Flow
	to       dest
	sent     string // plaintext, istio-mtls, hbone, tls, mutual-tls (either with -noverify), app-tls
	inner    string // app-tls when the application's own TLS is inside; tls, mutual-tls when the proxy's is (HBONE)
	viaEnvoy bool   // a proxy of the client is on the path and tells the application what happened
}

func (d delivery) isTLS() bool { return d.sent != "plaintext" }

// verifies: the client's proxy originates TLS of its own and checks the certificate against an authority.
func (d delivery) verifies() bool {
	own := d.sent
	if d.sent == "hbone" {
		own = d.inner
	}
	return own == "tls" || own == "mutual-tls"
}

// deliver follows the bytes through the server's data plane to the application and names what comes of it.
func (e *engine) deliver(d delivery) DestResult {
	pod := e.podByIP[d.to.ip]
	r := DestResult{Address: d.to.ip, Port: d.to.port, Sent: d.sent, Inner: d.inner, App: e.app(d.to.ip, pod, d.to.port)}
	if pod != nil {
		r.Pod, r.Sidecar, r.Intercepted = podKey(pod), hasSidecar(pod), intercepted(pod, d.to.port)
	}
	code := "raw"
	switch workload := e.ambientWorkload(pod); {
	case r.Intercepted:
		code = e.throughSidecar(d, pod, &r)
	case workload != nil:
		r.Ambient, r.Policies, r.Accepts = true, workload.AuthorizationPolicies, e.ambientAccepts(workload, d.to.port)
		code = e.throughZtunnel(d, r.Accepts)
	}
	if refused := refusal(d, r.Accepts, code); refused != "" {
		r.Verdict = refused
	} else {
		r.Verdict = applicationVerdict(d, r.App, code)
	}
	return r
}

func (e *engine) throughSidecar(d delivery, pod *corev1.Pod, r *DestResult) string {
	proxy := e.proxy(pod)
	r.PAMode, r.Accepts = e.paMode(pod, d.to.port), proxy.accepts(d.flow, d.to)
	if inside := proxy.arrive(d.flow, "tcp", d.to, "mtls").code; r.App == "tls" && inside != r.Accepts.MTLS {
		r.Accepts.Inside = inside
	}
	protocol := d.flow.Protocol
	if d.inner == "app-tls" && d.sent == "istio-mtls" {
		protocol = "tcp" // the outer connection is a TCP proxy
	}
	arrived := proxy.arrive(d.flow, protocol, d.to, d.sent)
	if arrived.Error != nil {
		r.InboundErr = arrived.Error.Error()
	}
	r.Chain, r.InCluster = arrived.FilterChainMatched, arrived.ClusterMatched
	return arrived.code
}

func (e *engine) throughZtunnel(d delivery, accepts *Accepts) string {
	switch d.sent {
	case "plaintext":
		return accepts.Plaintext
	case "hbone":
		return accepts.MTLS
	}
	return accepts.TLS
}

// refusal names what the client sees when the server's data plane does not let the bytes through; "" when it does.
func refusal(d delivery, accepts *Accepts, code string) string {
	switch code {
	case "ok", "raw":
		return ""
	case "no-chain":
		switch {
		case !d.isTLS() && d.viaEnvoy:
			return "E-UC"
		case !d.isTLS(), d.sent == "app-tls":
			return "E-NR"
		}
		return "E-RST"
	case "denied":
		switch {
		case !d.isTLS() && d.viaEnvoy:
			return "E-UC"
		case d.isTLS() && d.sent != "app-tls":
			return "E-RST"
		}
		return "E-ZT"
	case "needs-cert":
		if d.verifies() {
			return "E-CVF" // the client does not trust the mesh CA; one that trusts anybody is refused by the server
		}
		return "E-NOCERT"
	case "protocol-error": // what reaches an HTTP codec is no HTTP
		terminates := accepts.TLS != "protocol-error"
		switch {
		case d.sent == "app-tls":
			return "E-APP"
		case !d.isTLS():
			return "E-PROTO"
		case !terminates:
			return "E-WV" // the handshake itself
		case d.inner == "app-tls":
			return "E-APP" // the outer mTLS is fine, the inner TLS is not
		}
		return "E-PROTO"
	}
	return "inbound:" + code
}

// applicationVerdict: the bytes reach the application, which speaks plaintext, TLS, or is not there.
func applicationVerdict(d delivery, app, code string) string {
	isUntouched := code == "raw" && d.isTLS() // by the server's data plane
	isOriginatedByMesh := d.sent == "istio-mtls" || d.sent == "hbone"
	isProxysOwn := isUntouched && d.sent != "app-tls" || d.inner != "" && d.inner != "app-tls"
	getsTLS := isUntouched || d.sent == "app-tls" || d.inner != ""
	switch {
	case app == "none":
		return "E-REF"
	case getsTLS && app == "tls":
		switch {
		case isUntouched && isOriginatedByMesh:
			return "E-CVF"
		case isProxysOwn && d.verifies():
			return "E-CVF?" // depends on the CA
		}
		return "OK"
	case isProxysOwn:
		return "E-WV"
	case getsTLS:
		return "E-APP"
	case app == "tls" && d.viaEnvoy:
		return "E-UPE"
	case app == "tls":
		return "E-400"
	}
	return "OK"
}

// deliverSelf: a pod that calls its own address; no proxy is in between.
func (e *engine) deliverSelf(to dest, sent string) DestResult {
	pod := e.podByIP[to.ip]
	r := DestResult{Address: to.ip, Port: to.port, Sent: sent, Pod: podKey(pod), Sidecar: true, App: e.app(to.ip, pod, to.port)}
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
