import { field, isFields } from "../mtls/discovery/fields";
import { isUnknown } from "../mtls/known";
import type { Container, Mesh, Workload } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { dataPlane, podMetadata } from "../mtls/server/injection";
import { serverAccepts } from "../mtls/server/accepts";
import type { Finding, Rule } from "./rule";
import { MESH } from "./support/background";
import { findingOn } from "./support/objects";
import { enumerate } from "./support/texts";

const REWRITE = "sidecar.istio.io/rewriteAppHTTPProbers";
const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
const OVER_THE_NETWORK = ["httpGet", "tcpSocket", "grpc"] as const;

interface Probe {
  readonly name: string;
  readonly port: number;
}

const portNumber = ({ ports }: Container, port: unknown): number | undefined => {
  if (typeof port === "number") return port;
  if (isUnknown(ports)) return undefined;
  const found = ports.find(({ name }) => name !== undefined && name === port)?.number;
  return found === undefined || isUnknown(found) ? undefined : found;
};

/** Probes that the kubelet makes over the network; those inside the container (exec) meet no proxy. */
const networkProbes = (container: Container): Probe[] =>
  PROBES.flatMap((name) =>
    OVER_THE_NETWORK.flatMap((kind) => {
      const handler = field(container.raw, name, kind);
      const port = isFields(handler) ? portNumber(container, handler.port) : undefined;
      return port === undefined ? [] : [{ name, port }];
    }),
  );

const isStrict = (mesh: Mesh, workload: Workload, port: number): boolean => {
  const { accepts } = serverAccepts(indexMesh(mesh), workload, port, { serverSpeaks: "plaintext", protocol: "http" });
  return accepts !== null && !accepts.includes("plaintext");
};

function judge(mesh: Mesh, workload: Workload): Finding[] {
  const { podAnnotations, containers, ref } = workload;
  if (isUnknown(podAnnotations) || podAnnotations[REWRITE] !== "false" || isUnknown(containers)) return [];
  if (dataPlane(indexMesh(mesh), workload).mode !== "sidecar") return [];
  const broken = containers
    .filter(({ init }) => !init)
    .flatMap((container) =>
      networkProbes(container)
        .filter(({ port }) => isStrict(mesh, workload, port))
        .map(({ name, port }) => `${name} of ${container.name} (port ${port})`),
    );
  if (broken.length === 0) return [];
  const path = `${podMetadata(workload)}.annotations.${REWRITE}`;
  const message = `${describeRef(ref)} turns the rewriting of probes off, and the kubelet, which has no mTLS, is refused by ${enumerate(broken)}.`;
  return [findingOn(mesh, ref, path, message)];
}

const app = (annotations: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: seat, namespace: staging-webs }
spec:
  selector: { matchLabels: { app: seat } }
  template:
    metadata:
      labels: { app: seat }
      annotations: { ${annotations} }
    spec:
      containers:
        - name: app
          image: registry.example.com/seat:1.0.0
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /actuator/health/readiness, port: http } }
`;

export const probeBrokenByStrict: Rule = {
  id: "MTLS209",
  name: "probe-broken-by-strict",
  severity: "warning",
  layer: "stack",
  why: "The kubelet probes in plaintext: on a STRICT port the pod is never ready, or is restarted for ever, though the application is well.",
  fix: "Leave the rewriting of probes on (it is Istio's default), or probe from inside the container.",
  good: [{ title: "rewritten, as by default", given: MESH, yaml: app("") }],
  bad: [{ title: "rewriting turned off", given: MESH, yaml: app(`${REWRITE}: "false"`) }],
  check: ({ assessment: { mesh } }) => mesh.workloads.flatMap((workload) => judge(mesh, workload)),
};
