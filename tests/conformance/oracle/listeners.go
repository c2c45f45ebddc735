package main

import (
	"fmt"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"

	"istio.io/istio/pkg/slices"
)

// accepted leaves out the outbound listeners that Envoy refuses. istiod gives them out all the same: of two `tls` routes it leaves out the
// second only where the names are written the same, not where they overlap.
func accepted(listeners []*listenerv3.Listener) []*listenerv3.Listener {
	return slices.Filter(listeners, func(l *listenerv3.Listener) bool {
		return l.TrafficDirection != corev3.TrafficDirection_OUTBOUND || !overlap(l.FilterChains)
	})
}

// overlap: two chains want the same connection ("multiple filter chains with overlapping matching rules are defined",
// FilterChainManagerImpl::addFilterChains in Envoy's source/common/listener_manager/filter_chain_manager_impl.cc).
func overlap(chains []*listenerv3.FilterChain) bool {
	taken := map[string]bool{}
	for _, chain := range chains {
		match := chain.GetFilterChainMatch()
		port := fmt.Sprint(match.GetDestinationPort().GetValue())
		ranges := slices.Map(match.GetPrefixRanges(), func(r *corev3.CidrRange) string {
			return fmt.Sprintf("%s/%d", r.GetAddressPrefix(), r.GetPrefixLen().GetValue())
		})
		for _, r := range orAny(ranges) {
			for _, name := range orAny(match.GetServerNames()) {
				for _, alpn := range orAny(match.GetApplicationProtocols()) {
					key := strings.Join([]string{port, r, name, match.GetTransportProtocol(), alpn}, "|")
					if taken[key] {
						return true
					}
					taken[key] = true
				}
			}
		}
	}
	return false
}

func orAny(values []string) []string {
	if len(values) == 0 {
		return []string{""}
	}
	return values
}
