import fc from "fast-check";
import type { DeclaredFlow } from "../../policies/mtls/flow";

/** Small meshes that reach many rules: two ends, the policies between them, and bystanders. */

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

const NAMESPACES = ["apps", "monitoring", "istio-system"] as const;
const HOSTS = ["otel", "otel.monitoring.svc.cluster.local", "*.monitoring.svc.cluster.local", "*.local", "*"] as const;
const PORTS = [4317, 4318] as const;

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const mtlsMode = fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE", "UNSET");
const selector = maybe(fc.constantFrom({ app: "otel" }, { app: "web" }, { tier: "front" }));

const namespace = (name: string, labels: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

const namespaceObjects = fc
  .record({
    apps: fc.constantFrom({}, { "istio-injection": "enabled" }),
    monitoring: fc.constantFrom({}, { "istio-injection": "enabled" }, { "istio.io/dataplane-mode": "ambient" }),
  })
  .map(({ apps, monitoring }) => [
    namespace("apps", apps),
    namespace("monitoring", monitoring),
    namespace("istio-system", {}),
  ]);

const podAnnotations = fc.constantFrom(
  {},
  { "traffic.sidecar.istio.io/excludeInboundPorts": "4317" },
  { "traffic.sidecar.istio.io/includeInboundPorts": "4318" },
  { "traffic.sidecar.istio.io/excludeOutboundPorts": "4317" },
);
const podLabels = fc.constantFrom(
  {},
  { "sidecar.istio.io/inject": "true" },
  { "sidecar.istio.io/inject": "false" },
  { "security.istio.io/tlsMode": "istio" },
  { "security.istio.io/tlsMode": "disabled" },
);

const deployment = (place: string, name: string, ports: readonly number[]): fc.Arbitrary<KubeObject> =>
  fc.record({ labels: podLabels, annotations: podAnnotations }).map(({ labels, annotations }) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: place },
    spec: {
      template: {
        metadata: { labels: { app: name, ...labels }, annotations },
        spec: {
          containers: [
            { name, image: "example.com/image:1", ports: ports.map((containerPort) => ({ containerPort })) },
          ],
        },
      },
    },
  }));

const service = fc
  .record({ headless: fc.boolean(), prefix: fc.constantFrom("grpc", "tcp", "otlp") })
  .map(({ headless, prefix }): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "otel", namespace: "monitoring" },
    spec: {
      clusterIP: headless ? "None" : "10.96.0.10",
      selector: { app: "otel" },
      ports: PORTS.map((port) => ({ name: `${prefix}-${port}`, port, targetPort: port })),
    },
  }));

const peerAuthentication = fc
  .record({
    place: fc.constantFrom(...NAMESPACES),
    matchLabels: selector,
    mode: maybe(mtlsMode),
    port: maybe(fc.record({ number: fc.constantFrom(...PORTS), mode: mtlsMode })),
  })
  .map(({ place, matchLabels, mode, port }) => ({
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    place,
    spec: {
      ...(matchLabels === undefined ? {} : { selector: { matchLabels } }),
      ...(mode === undefined ? {} : { mtls: { mode } }),
      ...(port === undefined || matchLabels === undefined
        ? {}
        : { portLevelMtls: { [port.number]: { mode: port.mode } } }),
    },
  }));

const tls = maybe(fc.constantFrom("DISABLE", "SIMPLE", "ISTIO_MUTUAL").map((mode) => ({ mode })));
const loadBalancer = maybe(fc.constant({ simple: "PASSTHROUGH" }));
const policy = fc.record({ tls, loadBalancer }).map((fields) => JSON.parse(JSON.stringify(fields)) as object);

const destinationRule = fc
  .record({
    place: fc.constantFrom(...NAMESPACES),
    host: fc.constantFrom(...HOSTS),
    exportTo: maybe(fc.constantFrom(["."], ["*"], ["apps"], ["other"])),
    matchLabels: selector,
    policy: maybe(policy),
    port: maybe(fc.record({ number: fc.constantFrom(...PORTS), policy })),
    subset: maybe(policy),
  })
  .map(({ place, host, exportTo, matchLabels, policy: whole, port, subset }) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    place,
    spec: {
      host,
      ...(matchLabels === undefined
        ? { ...(exportTo === undefined ? {} : { exportTo }) }
        : { workloadSelector: { matchLabels } }),
      ...(whole === undefined
        ? {}
        : {
            trafficPolicy: {
              ...whole,
              ...(port === undefined ? {} : { portLevelSettings: [{ port: { number: port.number }, ...port.policy }] }),
            },
          }),
      ...(subset === undefined ? {} : { subsets: [{ name: "v1", labels: { app: "otel" }, trafficPolicy: subset }] }),
    },
  }));

const sidecar = fc
  .record({ hosts: fc.constantFrom(["./*"], ["*/*"], ["monitoring/*"]), policy: maybe(fc.constant("REGISTRY_ONLY")) })
  .map(({ hosts, policy: mode }) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "Sidecar",
    place: "apps",
    spec: { egress: [{ hosts }], ...(mode === undefined ? {} : { outboundTrafficPolicy: { mode } }) },
  }));

const virtualService = fc
  .record({ place: fc.constantFrom("apps", "monitoring"), subset: maybe(fc.constant("v1")) })
  .map(({ place, subset }) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    place,
    spec: {
      hosts: ["otel.monitoring.svc.cluster.local"],
      http: [
        {
          route: [
            { destination: { host: "otel.monitoring.svc.cluster.local", ...(subset === undefined ? {} : { subset }) } },
          ],
        },
      ],
    },
  }));

const serviceEntry = fc
  .record({
    internal: fc.boolean(),
    resolution: fc.constantFrom("STATIC", "DNS", "NONE"),
    serviceAccount: maybe(fc.constant("otel")),
    protocol: fc.constantFrom("GRPC", "TCP", "TLS"),
  })
  .map(({ internal, resolution, serviceAccount, protocol }) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    place: "apps",
    spec: {
      hosts: ["otlp.example.com"],
      location: internal ? "MESH_INTERNAL" : "MESH_EXTERNAL",
      ports: [{ number: 4317, name: "otlp", protocol }],
      resolution,
      endpoints: [
        { address: "10.20.0.1", ...(serviceAccount === undefined ? {} : { serviceAccount }), ports: { otlp: 14317 } },
      ],
    },
  }));

/** How old objects are: all alike, or each of an age of its own. */
const ages = fc.constantFrom("absent", "distinct");

const SECOND = 1000;

const policies = fc
  .record({
    objects: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: peerAuthentication },
        { weight: 4, arbitrary: destinationRule },
        { weight: 1, arbitrary: sidecar },
        { weight: 1, arbitrary: virtualService },
        { weight: 1, arbitrary: serviceEntry },
      ),
      { maxLength: 6 },
    ),
    age: ages,
  })
  .map(({ objects, age }) =>
    objects.map(({ apiVersion, kind, place, spec }, at): KubeObject => {
      const name = `policy-${at}`;
      const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + at * SECOND).toISOString();
      const metadata = { name, namespace: place };
      return {
        apiVersion,
        kind,
        metadata: age === "absent" ? metadata : { ...metadata, creationTimestamp },
        spec,
      };
    }),
  );

/** A Service without a selector, whose one endpoint is written down. */
const written = fc.constantFrom<readonly string[]>(["10.20.0.9"], []).map((addresses): readonly KubeObject[] => [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "written", namespace: "monitoring" },
    spec: { clusterIP: "10.96.0.11", ports: [{ name: "grpc", port: 4317 }] },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "written-1", namespace: "monitoring", labels: { "kubernetes.io/service-name": "written" } },
    addressType: "IPv4",
    endpoints: addresses.map((address) => ({ addresses: [address] })),
    ports: [{ name: "grpc", port: 4317, protocol: "TCP" }],
  },
]);

/** A mesh: its namespaces, two Deployments, two Services, and up to six policies. */
export const meshObjects: fc.Arbitrary<readonly KubeObject[]> = fc
  .tuple(
    namespaceObjects,
    deployment("apps", "web", [8080]),
    deployment("monitoring", "otel", PORTS),
    service,
    written,
    policies,
  )
  .map(([namespaces, web, otel, otelService, writtenService, others]) => [
    ...namespaces,
    web,
    otel,
    otelService,
    ...writtenService,
    ...others,
  ]);

/** The questions put to every mesh. */
export const FLOWS: readonly DeclaredFlow[] = [
  { from: "apps/web", host: "otel.monitoring", port: 4317 },
  { from: "apps/web", host: "otel.monitoring.svc.cluster.local", port: 4318, protocol: "http" },
  { from: "apps/web", host: "otel.monitoring", port: 4317, tls: true },
  { from: "monitoring/otel", host: "otel", port: 4317, protocol: "tcp" },
  { from: "cidr:10.20.0.0/24", host: "otel.monitoring.svc.cluster.local", port: 4317 },
  { from: "apps/web", host: "otlp.example.com", port: 4317 },
  { from: "apps/web", host: "written.monitoring", port: 4317 },
];
