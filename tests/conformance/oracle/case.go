package main

import (
	"encoding/json"
)

type Case struct {
	Name       string                       `json:"name"`
	Desc       string                       `json:"desc,omitempty"`
	MeshConfig map[string]any               `json:"meshConfig,omitempty"` // overrides, merged over istiod's defaults
	Features   map[string]bool              `json:"features,omitempty"`   // edsForHeadless, enhancedDestinationRuleMerge
	Version    string                       `json:"istioVersion,omitempty"`
	Objects    json.RawMessage              `json:"objects"`        // YAML text (multi-document) or a list of objects
	Apps       map[string]map[string]string `json:"apps,omitempty"` // "ns/pod" or IP -> port or "*" -> plaintext|tls|none
	Flows      []Flow                       `json:"flows"`
}

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

type Accepts struct {
	Plaintext string `json:"plaintext"`
	TLS       string `json:"tls"`
	MTLS      string `json:"mtls"`
}

type DestResult struct {
	Address     string   `json:"address"`
	Pod         string   `json:"pod,omitempty"`
	Port        int      `json:"port"`
	Sent        string   `json:"sent"`
	Inner       string   `json:"inner,omitempty"` // payload inside `sent` when the app itself speaks TLS
	TLSMode     string   `json:"endpointTlsMode,omitempty"`
	Sidecar     bool     `json:"sidecar"`
	Intercepted bool     `json:"intercepted"`
	PAMode      string   `json:"paMode,omitempty"`
	Accepts     *Accepts `json:"accepts,omitempty"`
	App         string   `json:"app"`
	InboundErr  string   `json:"inboundError,omitempty"`
	Chain       string   `json:"chain,omitempty"`
	InCluster   string   `json:"inboundCluster,omitempty"`
	Verdict     string   `json:"verdict"`
}

type FlowResult struct {
	ID          string       `json:"id,omitempty"`
	From        string       `json:"from"`
	Target      string       `json:"target"`
	Path        string       `json:"path"` // service | passthrough | blackhole | direct (no client proxy) | error
	Sent        string       `json:"sent"` // worst-of / joined by "|" if endpoints differ
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

type CaseResult struct {
	Name       string       `json:"name"`
	Error      string       `json:"error,omitempty"`
	Validation []string     `json:"validation,omitempty"`
	Flows      []FlowResult `json:"flows"`
	Millis     int64        `json:"millis"`
}
