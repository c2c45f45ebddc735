import { exceptionAnnotations, type ExceptionContract, type ExceptionMode } from "../../policies/mtls/exception";
import { type ExceptionPlan } from "./schema";

/**
 * The objects an exception is made of, as plain data. Which mode emits which is the table `EMITS`; what each opens is no more than
 * the contract's ports.
 */

interface Emitted {
  /** The server's side: the ports accept plaintext beside mTLS. */
  readonly peerAuthentication: boolean;
  /** The client's side: proxies stop sending TLS to the ports. */
  readonly destinationRule: boolean;
  /** Only the declared clients reach the ports, as far as the CNI enforces it. */
  readonly networkPolicy: boolean;
  /** Only the declared clients are answered, by identity where they have one. */
  readonly authorizationPolicy: boolean;
}

type EmitRule = (plan: Pick<ExceptionPlan, "captured" | "tlsForced">) => Emitted;

const EMITS: Readonly<Record<ExceptionMode, EmitRule>> = {
  permissive: () => ({
    peerAuthentication: true,
    destinationRule: false,
    networkPolicy: true,
    authorizationPolicy: true,
  }),
  // Where the port is not captured no proxy reads the PeerAuthentication; nobody has an identity to authorise in plaintext.
  plaintext: ({ captured }) => ({
    peerAuthentication: captured,
    destinationRule: true,
    networkPolicy: true,
    authorizationPolicy: false,
  }),
  "no-sidecar": ({ tlsForced }) => ({
    peerAuthentication: false,
    destinationRule: tlsForced,
    networkPolicy: true,
    authorizationPolicy: false,
  }),
  "keep-strict": () => ({
    peerAuthentication: false,
    destinationRule: false,
    networkPolicy: false,
    authorizationPolicy: false,
  }),
};

export const emittedBy = (plan: ExceptionPlan): Emitted => EMITS[plan.mode](plan);

/** The record: a ConfigMap whose annotations are the contract. */
export const record = (contract: ExceptionContract) => ({
  metadata: {
    name: contract.name,
    namespace: contract.namespace,
    labels: { "app.kubernetes.io/managed-by": "meshtls" },
    annotations: exceptionAnnotations(contract),
  },
  data: { about: `Exception from STRICT mTLS for ${contract.collector}: ${contract.reason}` },
});

export const peerAuthentication = (contract: ExceptionContract) => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: contract.name, namespace: contract.namespace },
  spec: {
    // Istio refuses portLevelMtls without a selector.
    selector: { matchLabels: { ...contract.selector } },
    // Stated, so that every other port stays STRICT whatever the namespace says.
    mtls: { mode: "STRICT" },
    portLevelMtls: Object.fromEntries(contract.ports.map((port) => [String(port), { mode: "PERMISSIVE" }])),
  },
});

export const destinationRule = (contract: ExceptionContract, clusterDomain: string) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: `${contract.name}-plaintext`, namespace: contract.namespace },
  spec: {
    host: `${contract.collector}.${contract.namespace}.svc.${clusterDomain}`,
    trafficPolicy: {
      portLevelSettings: contract.ports.map((number) => ({ port: { number }, tls: { mode: "DISABLE" } })),
    },
  },
});

/** Only the declared clients may call the OTLP ports; every other port is as open as it was. */
export function authorizationPolicy(contract: ExceptionContract, plan: ExceptionPlan) {
  const ports = contract.ports.map(String);
  const principals = plan.clients.flatMap(({ namespace, name, serviceAccount }) =>
    namespace === undefined ? [] : [`${plan.trustDomain}/ns/${namespace}/sa/${serviceAccount ?? name}`],
  );
  const ipBlocks = plan.clients.flatMap(({ cidr }) => cidr ?? []);
  const from = [
    ...(principals.length === 0 ? [] : [{ source: { principals } }]),
    ...(ipBlocks.length === 0 ? [] : [{ source: { ipBlocks } }]),
  ];
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${contract.name}-otlp`, namespace: contract.namespace },
    spec: {
      selector: { matchLabels: { ...contract.selector } },
      action: "ALLOW",
      rules: [
        { from, to: [{ operation: { ports } }] },
        // One ALLOW policy denies everything else on the workload: this rule gives the other ports back.
        { to: [{ operation: { notPorts: ports } }] },
      ],
    },
  };
}

/** Declared clients reach the OTLP ports; the collector's own namespace reaches the others (scrapes). */
export function networkPolicy(contract: ExceptionContract, plan: ExceptionPlan) {
  const from = plan.clients.map(({ name, namespace, cidr, podLabels }) =>
    cidr === undefined
      ? {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace ?? contract.namespace } },
          podSelector: { matchLabels: podLabels ?? { "app.kubernetes.io/name": name } },
        }
      : { ipBlock: { cidr } },
  );
  return {
    metadata: { name: `${contract.name}-otlp`, namespace: contract.namespace },
    spec: {
      podSelector: { matchLabels: { ...contract.selector } },
      policyTypes: ["Ingress"],
      ingress: [
        { from, ports: contract.ports.map((port) => ({ protocol: "TCP", port })) },
        { from: [{ podSelector: {} }], ports: portsExcept(contract.ports) },
      ],
    },
  };
}

/** NetworkPolicy has no "every port but": the ranges between them. `ports` ascending. */
function portsExcept(ports: readonly number[]) {
  const bounds = [0, ...ports, 65536];
  return bounds.slice(1).flatMap((next, index) => {
    const port = (bounds[index] ?? 0) + 1;
    return port < next ? [{ protocol: "TCP", port, endPort: next - 1 }] : [];
  });
}
