/** What the examples of the rules stand on: a STRICT mesh, a collector, a Java service that sends to it. */

export const documents = (...parts: readonly string[]): string => parts.map((part) => part.trim()).join("\n---\n");

export const STRICT_MESH = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
`;

const namespace = (name: string): string => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { istio-injection: enabled } }
`;

export const NAMESPACES = documents(namespace("monitoring"), namespace("staging-webs"));

interface CollectorOptions {
  /** Labels of the pods besides the name. */
  readonly labels?: string;
  readonly annotations?: string;
}

export const collectorDeployment = ({ labels = "", annotations = "" }: CollectorOptions = {}): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: otel-collector, namespace: monitoring }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }
  template:
    metadata:
      labels: { app.kubernetes.io/name: opentelemetry-collector${labels === "" ? "" : `, ${labels}`} }
      annotations: { ${annotations} }
    spec:
      containers:
        - name: otel-collector
          image: otel/opentelemetry-collector-contrib:0.153.0
          ports:
            - { name: grpc-otlp, containerPort: 4317 }
            - { name: http-otlp, containerPort: 4318 }
`;

export const COLLECTOR_SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: otel-collector, namespace: monitoring }
spec:
  selector: { app.kubernetes.io/name: opentelemetry-collector }
  ports:
    - { name: grpc-otlp, port: 4317, appProtocol: grpc }
    - { name: http-otlp, port: 4318, appProtocol: http }
`;

/** The collector in the mesh, as it stands in staging before anything is excepted. */
export const COLLECTOR = documents(collectorDeployment(), COLLECTOR_SERVICE);

/** The collector kept out of the mesh. */
export const BARE_COLLECTOR = documents(
  collectorDeployment({ labels: 'sidecar.istio.io/inject: "false"' }),
  COLLECTOR_SERVICE,
);

interface ClientOptions {
  readonly endpoint?: string;
  /** Empty: not set. */
  readonly protocol?: string;
  readonly labels?: string;
  readonly annotations?: string;
  readonly hostNetwork?: boolean;
}

export const client = ({
  endpoint = "http://otel-collector.monitoring.svc.cluster.local:4317",
  protocol = "grpc",
  labels = "",
  annotations = "",
  hostNetwork = false,
}: ClientOptions = {}): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: order-core, namespace: staging-webs }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: order-core } }
  template:
    metadata:
      labels: { app.kubernetes.io/name: order-core${labels === "" ? "" : `, ${labels}`} }
      annotations: { ${annotations} }
    spec:${hostNetwork ? "\n      hostNetwork: true" : ""}
      initContainers:
        - name: agent
          image: ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:2.11.0
          command: [cp, /javaagent.jar, /otel/javaagent.jar]
      containers:
        - name: app
          image: registry.example.com/order-core:1.4.2
          env:
            - { name: JAVA_TOOL_OPTIONS, value: "-javaagent:/otel/javaagent.jar" }
            - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "${endpoint}" }${
              protocol === ""
                ? ""
                : `
            - { name: OTEL_EXPORTER_OTLP_PROTOCOL, value: ${protocol} }`
            }
`;

export const CLIENT = client();

/** A STRICT mesh with both namespaces in it. */
export const MESH = documents(STRICT_MESH, NAMESPACES);

/** OTLP ports open to plaintext, everything else of the collector STRICT. */
export const PERMISSIVE_PORTS = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: otel-collector, namespace: monitoring }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }
  mtls: { mode: STRICT }
  portLevelMtls: { 4317: { mode: PERMISSIVE }, 4318: { mode: PERMISSIVE } }
`;

const RECORD: Readonly<Record<string, string>> = {
  schema: "1",
  exception: "otel-collector",
  collector: "otel-collector",
  selector: "app.kubernetes.io/name=opentelemetry-collector",
  mode: "permissive",
  ports: "4317,4318",
  clients: "staging-webs/order-core,batch-hosts=10.20.0.0/24",
  owner: "team-observability",
  approver: "team-security",
  ticket: "PLAT-1234",
  reason: "batch hosts outside the mesh send OTLP",
  expires: "2027-02-01",
};

/** The record of an exception; a field given as `undefined` is left out. */
export function record(fields: Readonly<Record<string, string | undefined>> = {}): string {
  const all = Object.entries({ ...RECORD, ...fields });
  const lines = all.flatMap(([key, value]) => (value === undefined ? [] : [`    meshtls.dev/${key}: "${value}"`]));
  return `
apiVersion: v1
kind: ConfigMap
metadata:
  name: otel-collector
  namespace: monitoring
  annotations:
${lines.join("\n")}
`;
}

/** A collector whose OTLP ports are open, and the exception that accounts for it. */
export const OPEN_COLLECTOR = documents(MESH, COLLECTOR, PERMISSIVE_PORTS);
export const EXCEPTED_COLLECTOR = documents(OPEN_COLLECTOR, record());

/** Fields of a record that keeps the collector STRICT: its one client is in the mesh. */
export const KEEP_STRICT = {
  mode: "keep-strict",
  clients: "staging-webs/order-core",
  approver: undefined,
  ticket: undefined,
  expires: undefined,
};

/** Only the declared clients reach the OTLP ports. */
export const NETWORK_POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: otel-collector-otlp, namespace: monitoring }
spec:
  podSelector: { matchLabels: { app.kubernetes.io/name: opentelemetry-collector } }
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: staging-webs } }
        - ipBlock: { cidr: 10.20.0.0/24 }
      ports: [{ protocol: TCP, port: 4317 }, { protocol: TCP, port: 4318 }]
`;
