package main

import "encoding/json"

// Case is one mesh with the questions about it.
type Case struct {
	Name          string                       `json:"name"`
	Desc          string                       `json:"desc,omitempty"`
	MeshConfig    map[string]any               `json:"meshConfig,omitempty"`    // overrides, merged over istiod's defaults
	ClusterDomain string                       `json:"clusterDomain,omitempty"` // istiod's --domain; cluster.local by default
	Features      map[string]bool              `json:"features,omitempty"`      // ambient, edsForHeadless, enhancedDestinationRuleMerge
	Version       string                       `json:"istioVersion,omitempty"`  // of the proxies
	Installations []map[string]any             `json:"installations,omitempty"` // values of the istiod chart, one per control plane: pods are created through their webhooks
	Objects       json.RawMessage              `json:"objects"`                 // YAML text (multi-document) or a list of objects
	Apps          map[string]map[string]string `json:"apps,omitempty"`          // "ns/pod" or IP -> port or "*" -> plaintext|tls|none
	Flows         []Flow                       `json:"flows"`
}

// Flow asks what happens when an application dials a host and port.
type Flow struct {
	ID       string `json:"id,omitempty"`
	From     string `json:"from"` // ns/pod
	Host     string `json:"host"` // name the app dials (Host header/authority); an IP is allowed
	Address  string `json:"address,omitempty"`
	Port     int    `json:"port"`
	Protocol string `json:"protocol,omitempty"` // grpc (default), http, tcp
	TLS      bool   `json:"tls,omitempty"`      // the application itself speaks TLS
	Expect   any    `json:"expect,omitempty"`   // carried through to the output
}

// Accepts says what becomes of each kind of bytes at a port: ok, raw, no-chain, needs-cert, protocol-error, denied.
type Accepts struct {
	Plaintext string `json:"plaintext"`
	TLS       string `json:"tls"`
	MTLS      string `json:"mtls"`
	Inside    string `json:"inside,omitempty"` // of its own TLS inside mTLS, where the application speaks TLS and that differs from MTLS
}

// DestResult is one server behind the name.
type DestResult struct {
	Address     string   `json:"address"`
	Pod         string   `json:"pod,omitempty"`
	Port        int      `json:"port"`
	Sent        string   `json:"sent"`
	Inner       string   `json:"inner,omitempty"` // payload inside `sent` when the app itself speaks TLS
	TLSMode     string   `json:"endpointTlsMode,omitempty"`
	Sidecar     bool     `json:"sidecar"`
	Ambient     bool     `json:"ambient,omitempty"`
	Intercepted bool     `json:"intercepted"`
	PAMode      string   `json:"paMode,omitempty"`
	Policies    []string `json:"policies,omitempty"` // that ztunnel is given for the pod
	Accepts     *Accepts `json:"accepts,omitempty"`
	App         string   `json:"app"`
	InboundErr  string   `json:"inboundError,omitempty"`
	Chain       string   `json:"chain,omitempty"`
	InCluster   string   `json:"inboundCluster,omitempty"`
	Verdict     string   `json:"verdict"`
}

// FlowResult is the answer to one Flow.
type FlowResult struct {
	ID          string       `json:"id,omitempty"`
	From        string       `json:"from"`
	Target      string       `json:"target"`
	Path        string       `json:"path"` // service | passthrough | blackhole | direct (no client proxy) | ztunnel | error
	Sent        string       `json:"sent"` // joined by "|" if endpoints differ
	Cluster     string       `json:"cluster,omitempty"`
	ClusterType string       `json:"clusterType,omitempty"`
	Socket      string       `json:"socket,omitempty"` // none | raw | tls:… | auto(match list)
	DR          string       `json:"destinationRule,omitempty"`
	DialAddress []string     `json:"dialed,omitempty"`
	Listener    string       `json:"listener,omitempty"`
	OutChain    string       `json:"outboundChain,omitempty"`
	OutErr      string       `json:"outboundError,omitempty"`
	Dests       []DestResult `json:"destinations,omitempty"`
	Verdicts    []string     `json:"verdicts"`
	Expect      any          `json:"expect,omitempty"`
}

// PodResult says what became of a pod on its creation.
type PodResult struct {
	Pod       string `json:"pod"`
	Webhook   string `json:"webhook,omitempty"` // that the API server calls
	DataPlane string `json:"dataPlane"`         // sidecar | ambient | none
	TLSMode   string `json:"tlsMode,omitempty"` // label after injection
}

// CaseResult is the answer to one Case.
type CaseResult struct {
	Name       string       `json:"name"`
	Error      string       `json:"error,omitempty"`
	Validation []string     `json:"validation,omitempty"`
	Pods       []PodResult  `json:"pods,omitempty"`
	Flows      []FlowResult `json:"flows"`
	Millis     int64        `json:"millis"`
}
