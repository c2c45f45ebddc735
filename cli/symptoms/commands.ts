import type { Command } from "./signature";

/** Commands that several symptoms are told apart with. */

export const CLIENT_TLS: Command = {
  run: "istioctl proxy-config cluster CLIENT_POD.CLIENT_NS --fqdn HOST --port PORT -o json",
  tells: "transportSocket or transportSocketMatches: what the client's proxy sends; metadata names the DestinationRule",
};

export const DESTINATION_RULES: Command = {
  run: "kubectl get destinationrules -A -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name,HOST:.spec.host,TLS:.spec.trafficPolicy.tls.mode,PORTS:.spec.trafficPolicy.portLevelSettings[*].tls.mode",
  tells: "a host that covers HOST (also *.local) in the client's, then the service's, then the root namespace decides",
};

export const SERVER_PODS: Command = {
  run: "kubectl get pods -n SERVER_NS -o custom-columns=NAME:.metadata.name,TLSMODE:.metadata.labels.security\\.istio\\.io/tlsMode,INIT:.spec.initContainers[*].name,CONTAINERS:.spec.containers[*].name",
  tells: "no istio-proxy under INIT or CONTAINERS: no sidecar; tlsMode istio without one: the label was copied by hand",
};

export const INTERCEPTION: Command = {
  run: "kubectl get pod SERVER_POD -n SERVER_NS -o yaml | grep -E 'traffic.sidecar.istio.io|interceptionMode|hostNetwork'",
  tells: "excludeInboundPorts with the port, or includeInboundPorts without it: the proxy never sees the port",
};

export const PEER_AUTHENTICATIONS: Command = {
  run: "kubectl get peerauthentications -A -o yaml",
  tells: "workload before namespace before mesh; portLevelMtls counts container ports, not Service ports",
};

export const DESCRIBE_SERVER: Command = {
  run: "istioctl experimental describe pod SERVER_POD.SERVER_NS",
  tells: "the effective PeerAuthentication and the DestinationRule that applies",
};

export const CLIENT_ACCESS_LOG: Command = {
  run: "kubectl logs CLIENT_POD -n CLIENT_NS -c istio-proxy --since=10m | grep PORT",
  tells:
    "flags, details and the upstream cluster as the client's proxy saw them; nothing there: meshConfig.accessLogFile is off",
};

export const SERVER_ACCESS_LOG: Command = {
  run: "kubectl logs SERVER_POD -n SERVER_NS -c istio-proxy --since=10m | grep -E 'PORT|filter_chain_not_found'",
  tells: "NR filter_chain_not_found: plaintext met STRICT; UF on inbound|PORT||: the application behind refuses",
};

export const PAST_THE_PROXY: Command = {
  run: "kubectl exec CLIENT_POD -n CLIENT_NS -c istio-proxy -- curl -sv --max-time 5 http://HOST:PORT/",
  tells: "this container's traffic is not redirected: any answer in plaintext says that the port speaks plaintext",
};

export const ENDPOINTS: Command = {
  run: "kubectl get endpointslices -n SERVER_NS -l kubernetes.io/service-name=SERVICE -o yaml",
  tells: "empty, or ready: false: the selector or the readiness of the pods is the cause, not mTLS",
};

export const LISTENS: Command = {
  run: "kubectl logs SERVER_POD -n SERVER_NS | grep -iE 'endpoint|listen|Everything is ready'",
  tells: "the address that the receivers bind: localhost or 127.0.0.1 is out of reach for the Service",
};

export const CLIENT_PROXY: Command = {
  run: "kubectl get pod CLIENT_POD -n CLIENT_NS -o jsonpath='{.spec.initContainers[*].name} {.spec.containers[*].name}{\"\\n\"}{.metadata.annotations}'",
  tells: "no istio-proxy: the client is not in the mesh; excludeOutboundPorts: this port goes past the proxy",
};

export const AUTHORIZATION: Command = {
  run: "kubectl get authorizationpolicies -A -o yaml",
  tells: "principals and namespaces only ever match clients that come with mTLS",
};

export const AGENT_ENVIRONMENT: Command = {
  run: "kubectl exec CLIENT_POD -n CLIENT_NS -- env | grep -E '^(OTEL_|JAVA_TOOL_OPTIONS)'",
  tells: "endpoint, protocol and certificates as the agent got them",
};

export const LAST_STATE: Command = {
  run: "kubectl get pod CLIENT_POD -n CLIENT_NS -o jsonpath='{.status.containerStatuses[*].lastState.terminated}'",
  tells: "exitCode 1 at once: the JVM did not start; 137: out of memory; 143: a probe had it stopped",
};

export const PREVIOUS_LOG: Command = {
  run: "kubectl logs CLIENT_POD -n CLIENT_NS --previous --tail=50",
  tells: "the last words before the restart: these name the real cause",
};

export const COLLECTOR_LOG: Command = {
  run: "kubectl logs SERVER_POD -n SERVER_NS --since=10m | grep -iE 'refus|dropp|memory|queue|error'",
  tells: "what the collector itself says at that time",
};

export const COLLECTOR_CONFIG: Command = {
  run: "kubectl get configmaps -n SERVER_NS -o yaml | grep -nE 'endpoint:|protocols:|receivers:|exporters:|pipelines:|tls:|insecure:'",
  tells: "receivers, exporters and pipelines as configured",
};

export const NETWORK_POLICIES: Command = {
  run: "kubectl get networkpolicies -n SERVER_NS -o yaml",
  tells: "whether 4317 and 4318 are open for the client's namespace",
};

export const ISTIOD: Command = {
  run: "istioctl proxy-status",
  tells: "STALE or missing: the proxy has no current configuration",
};

export const SERVICE_PORTS: Command = {
  run: "kubectl get service SERVICE -n SERVER_NS -o jsonpath='{range .spec.ports[*]}{.name} {.appProtocol} {.port}->{.targetPort}{\"\\n\"}{end}'",
  tells: "grpc for 4317, http for 4318: the name or appProtocol decides how proxies read the port",
};
