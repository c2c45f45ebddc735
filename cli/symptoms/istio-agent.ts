import * as commands from "./commands";
import { either, text, type Signature } from "./signature";

/** Starting the proxy: injection, redirection, configuration, probes. */

export const proxyNotReady: Signature = {
  id: "proxy-not-ready",
  title: "the proxy has no configuration from istiod yet, or was given one that it rejects",
  writer: "istio-agent",
  direction: "none",
  meaning: "Until then the pod is not ready and its traffic goes nowhere.",
  causes: [
    { cause: "istiod cannot be reached: port 15012 blocked, istiod down", fix: "open it; see istiod" },
    {
      cause: "rejected: an EnvoyFilter or a DestinationRule that Envoy does not take",
      fix: 'see the reason behind "rejected"',
    },
  ],
  commands: [
    commands.ISTIOD,
    {
      run: "kubectl logs -n istio-system deploy/istiod --since=10m | grep -iE 'rejected|NACK|error'",
      tells: "what istiod saw",
    },
  ],
  symptoms: [],
  recognise: text(/Envoy proxy is NOT ready: /),
  samples: [
    "2026-11-22T09:16:33.132456Z\twarn\tEnvoy proxy is NOT ready: config not received from XDS server (is Istiod running?): cds updates: 0 successful, 0 rejected; lds updates: 0 successful, 0 rejected",
    "warn Envoy proxy is NOT ready: config received from XDS server, but was rejected: cds updates: 1 successful, 1 rejected",
  ],
};

export const configurationRejected: Signature = {
  id: "proxy-rejects-configuration",
  title: "the proxy did not take a part of what istiod sent, and goes on with what it had",
  writer: "proxy",
  direction: "none",
  meaning: "What the objects say is not what this proxy does: the last configuration that it took still holds.",
  causes: [
    {
      cause: "an EnvoyFilter that patches in what this Envoy does not know",
      fix: "the reason names it; correct or remove it",
    },
    {
      cause: "a proxy much older or newer than istiod, or a build without Istio's extensions",
      fix: "restart the pod with istiod's version",
    },
    { cause: "a file that the proxy may not open: an access log, a certificate", fix: "the reason names the file" },
  ],
  commands: [
    { run: "istioctl proxy-status", tells: "STALE or an error under CDS, LDS, RDS: which proxies are affected" },
    { run: "kubectl get envoyfilters -A", tells: "what is patched in, and where" },
  ],
  symptoms: [],
  recognise: either(
    text(/gRPC config for \S*envoy\.config\.\S+ rejected: /),
    text(/\bADS:[A-Z]DS: ACK ERROR\b|\b[A-Z]DS: ACK ERROR\b/),
  ),
  samples: [
    "warning envoy config external/envoy/source/extensions/config_subscription/grpc/grpc_subscription_impl.cc:128 gRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) 10.96.1.1_4317: Didn't find a registered implementation for 'istio.alpn' with type URL: ''",
    "gRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) virtualInbound: unable to open file '/dev/stdout': Permission denied",
    "warn ads ADS:LDS: ACK ERROR order-core-7d9.staging-webs-12 Internal:Error adding/updating listener(s) virtualInbound: Proto constraint validation failed",
  ],
};

export const objectRefused: Signature = {
  id: "istio-object-refused",
  title: "an object of Istio was refused: nothing of it is in the cluster",
  writer: "api-server",
  direction: "none",
  meaning: "Istio's validation, or that of the object's definition, says no. What held before still holds.",
  causes: [{ cause: "the object is not valid", fix: "the message names every problem" }],
  commands: [{ run: "istioctl validate -f FILE", tells: "the same answer without a cluster" }],
  symptoms: [],
  recognise: either(
    text(/admission webhook "[^"]*validation\.istio\.io" denied the request/),
    text(
      /The (?:PeerAuthentication|AuthorizationPolicy|RequestAuthentication|DestinationRule|VirtualService|ServiceEntry|Sidecar|Gateway|EnvoyFilter|Telemetry|WorkloadEntry|WorkloadGroup|ProxyConfig) "[^"]+" is invalid: /,
    ),
  ),
  samples: [
    'Error from server: error when creating "rule.yaml": admission webhook "validation.istio.io" denied the request: configuration is invalid: 2 errors occurred: * client certificate required for mutual tls * private key required for mutual tls',
    'The PeerAuthentication "otel" is invalid: spec: Invalid value: "object": portLevelMtls requires selector',
  ],
};

export const redirectFailed: Signature = {
  id: "redirect-failed",
  title: "the pod's traffic is not redirected to its proxy",
  writer: "istio-cni",
  direction: "none",
  meaning:
    "istio-cni did not set the pod up. A pod that ran like this would carry the label tlsMode istio and answer plaintext.",
  causes: [
    {
      cause: "istio-cni was not ready on the node when the pod started",
      fix: "repair it, delete the pod; turn its repair controller on",
    },
  ],
  commands: [
    {
      run: "kubectl get pods -n istio-system -l k8s-app=istio-cni-node -o wide",
      tells: "whether it runs on the pod's node",
    },
  ],
  symptoms: ["wrong-version-number"],
  recognise: text(/iptables validation failed; workload is not ready for Istio/),
  samples: ["iptables validation failed; workload is not ready for Istio."],
};

export const probeFailed: Signature = {
  id: "probe-through-agent-failed",
  title: "istio-agent passed a probe on and the application did not answer",
  writer: "istio-agent",
  direction: "none",
  meaning:
    "Probes are rewritten to istio-agent, so STRICT does not break them; the application itself does not listen there. The kubelet sees 500.",
  causes: [
    {
      cause: "the health endpoint binds localhost of another port, or is not up yet",
      fix: "bind it to the pod's address; a startupProbe with patience",
    },
    { cause: "the application is slow to start: the agent needs CPU", fix: "raise the CPU limit" },
  ],
  commands: [
    {
      run: "kubectl describe pod CLIENT_POD -n CLIENT_NS",
      tells: "which probe, how often, and whether it killed the container",
    },
    commands.LAST_STATE,
  ],
  symptoms: [],
  recognise: either(
    text(/Request to probe app failed: /),
    text(/probe failed: HTTP probe failed with statuscode: 500/, /app-health|istio|:1502[01]/i),
  ),
  samples: [
    '2026-11-22T09:16:33.132456Z\terror\tRequest to probe app failed: Get "http://10.0.1.9:8080/readyz": dial tcp 127.0.0.6:0->10.0.1.9:8080: connect: connection refused, original URL path = /app-health/app/readyz',
  ],
};

export const injectorUnreachable: Signature = {
  id: "injector-unreachable",
  title: "no pod can be created: the API server does not reach Istio's injector",
  writer: "api-server",
  direction: "none",
  meaning:
    "With failurePolicy Fail nothing is created; with Ignore pods would start without a sidecar, outside the mesh.",
  causes: [
    {
      cause: "port 15017 from the control plane to the nodes is blocked (EKS: the node security group)",
      fix: "open it",
    },
    { cause: "istiod is down", fix: "see its pods" },
  ],
  commands: [
    { run: "kubectl get pods -n istio-system -l app=istiod -o wide", tells: "whether istiod runs" },
    {
      run: "kubectl get mutatingwebhookconfigurations -o yaml | grep -nE 'failurePolicy|name: .*sidecar-injector|port:'",
      tells: "what happens without it",
    },
  ],
  symptoms: [],
  recognise: text(/failed calling webhook "[^"]*sidecar-injector\.istio\.io"/),
  samples: [
    'Error creating: Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": context deadline exceeded',
  ],
};
