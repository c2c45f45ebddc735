import { loadAll } from "js-yaml";
import type { Undiscovered } from "../../../policies/mtls/discovery";
import type { DiscoveredFlow } from "../../../policies/mtls/discovery";
import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Mesh, MeshFacts, Workload } from "../../../policies/mtls/mesh";

/** What a value that is not known yet is written as in the YAML of these tests. */
const PLACEHOLDER = "?unknown?";

function withUnknowns(value: unknown): unknown {
  if (value === PLACEHOLDER) return UNKNOWN;
  if (Array.isArray(value)) return value.map(withUnknowns);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withUnknowns(item)]));
}

/** A mesh from YAML documents; `?unknown?` stands for a value that is not known yet. */
export const meshOf = (yaml: string, facts: MeshFacts = {}): Mesh =>
  readMesh(
    loadAll(yaml).map((object) => ({ object: withUnknowns(object) })),
    facts,
  );

export function workloadNamed(mesh: Mesh, name: string): Workload {
  const found = mesh.workloads.find(({ ref }) => ref.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
}

/** `staging-webs/Deployment/order-core -> otel-collector.monitoring:4317 grpc`, with `tls` at the end where the client speaks it. */
export const showFlow = ({ flow }: DiscoveredFlow): string =>
  [flow.from, "->", `${flow.host}:${flow.port}`, flow.protocol ?? "?", ...(flow.tls === true ? ["tls"] : [])].join(" ");

/** `Deployment staging-webs/order-core spec.…: reason` */
export const showUnknown = ({ object, path, reason }: Undiscovered): string => `${object} ${path}: ${reason}`;

/** A Deployment `app` of namespace `shop`; `container` is YAML of its one container, `pod` of its pod spec, both unindented. */
export function deployment(container: string, options: { pod?: string; annotations?: string } = {}): string {
  const indent = (text: string, by: number): string => text.trim().replace(/^/gm, " ".repeat(by));
  return [
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata: { name: app, namespace: shop }",
    "spec:",
    "  selector: { matchLabels: { app: app } }",
    "  template:",
    "    metadata:",
    "      labels: { app: app }",
    ...(options.annotations === undefined ? [] : [`      annotations: ${options.annotations}`]),
    "    spec:",
    ...(options.pod === undefined ? [] : [indent(options.pod, 6)]),
    "      containers:",
    "        - name: app",
    indent(container, 10),
  ].join("\n");
}

export const configMap = (name: string, key: string, content: string, namespace = "shop"): string =>
  [
    "---",
    "apiVersion: v1",
    "kind: ConfigMap",
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    "data:",
    `  ${key}: |`,
    content.trim().replace(/^/gm, "    "),
  ].join("\n");
