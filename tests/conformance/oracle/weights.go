package main

import (
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	tcpproxyv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"

	"istio.io/istio/pilot/pkg/util/protoconv"
)

// The simulation follows no weighted clusters: before it runs they become one name, which is taken apart afterwards.
const separator = "\n"

// clustersIn are the clusters that one name stands for.
func clustersIn(name string) []string { return strings.Split(name, separator) }

// joinRoutes gives every route one cluster.
func joinRoutes(routes []*routev3.RouteConfiguration) {
	for _, config := range routes {
		for _, host := range config.VirtualHosts {
			for _, route := range host.Routes {
				var names []string
				for _, weighted := range route.GetRoute().GetWeightedClusters().GetClusters() {
					if weighted.GetWeight().GetValue() > 0 {
						names = append(names, weighted.Name)
					}
				}
				if len(names) > 0 {
					route.GetRoute().ClusterSpecifier = &routev3.RouteAction_Cluster{Cluster: strings.Join(names, separator)}
				}
			}
		}
	}
}

// joinChains gives every TCP proxy one cluster.
func joinChains(listeners []*listenerv3.Listener) {
	for _, listener := range listeners {
		for _, chain := range append(listener.FilterChains, listener.GetDefaultFilterChain()) {
			for _, filter := range chain.GetFilters() {
				tcp := &tcpproxyv3.TcpProxy{}
				if !filter.GetTypedConfig().MessageIs(tcp) || filter.GetTypedConfig().UnmarshalTo(tcp) != nil {
					continue
				}
				var names []string
				for _, weighted := range tcp.GetWeightedClusters().GetClusters() {
					if weighted.GetWeight() > 0 {
						names = append(names, weighted.Name)
					}
				}
				if len(names) == 0 {
					continue
				}
				tcp.ClusterSpecifier = &tcpproxyv3.TcpProxy_Cluster{Cluster: strings.Join(names, separator)}
				filter.ConfigType = &listenerv3.Filter_TypedConfig{TypedConfig: protoconv.MessageToAny(tcp)}
			}
		}
	}
}
