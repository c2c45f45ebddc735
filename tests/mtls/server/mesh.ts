import { loadAll } from "js-yaml";
import { UNKNOWN } from "../../../policies/mtls/known";
import { readMesh } from "../../../policies/mtls/manifests";
import type { MeshFacts, Workload } from "../../../policies/mtls/mesh";
import { indexMesh, type MeshIndex } from "../../../policies/mtls/mesh-index";

/** What a value that is not known is written as in the YAML of these tests. */
const PLACEHOLDER = "?";

const withUnknowns = (value: unknown): unknown => {
  if (value === PLACEHOLDER) return UNKNOWN;
  if (Array.isArray(value)) return value.map(withUnknowns);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withUnknowns(item)]));
};

/** The index of a mesh given as YAML documents (`?` is unknown); what cannot be read fails the test. */
export function indexOf(yaml: string, facts: MeshFacts = {}): MeshIndex {
  const mesh = readMesh(
    loadAll(yaml).map((object) => ({ object: withUnknowns(object) })),
    facts,
  );
  if (mesh.problems.length > 0) throw new Error(mesh.problems.map(({ message }) => message).join("\n"));
  return indexMesh(mesh);
}

export function workloadOf(index: MeshIndex, name = "otel"): Workload {
  const found = index.mesh.workloads.find(({ ref }) => ref.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: string;
  readonly annotations?: string;
  /** `metadata.creationTimestamp`: seconds of one minute. */
  readonly age?: number;
}

const metadata = ({ name = "otel", namespace = "monitoring", labels, annotations, age }: Metadata): string =>
  [
    `name: ${name}`,
    ...(namespace === "" ? [] : [`namespace: ${namespace}`]),
    ...(labels === undefined ? [] : [`labels: ${labels}`]),
    ...(annotations === undefined ? [] : [`annotations: ${annotations}`]),
    ...(age === undefined ? [] : [`creationTimestamp: "2026-01-01T00:00:${String(age).padStart(2, "0")}Z"`]),
  ].join(", ");

const document = (apiVersion: string, kind: string, meta: Metadata, rest: string): string =>
  `---\n{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${metadata(meta)}}${rest}}\n`;

export const namespace = (name: string, labels?: string): string =>
  document("v1", "Namespace", { name, namespace: "", ...(labels === undefined ? {} : { labels }) }, "");

/** A Deployment; `labels` and `annotations` are those of its pods. */
export const deployment = (
  { labels = "{app: otel}", annotations, ...meta }: Metadata = {},
  pod = "",
  containers = "[{name: app}]",
): string =>
  document(
    "apps/v1",
    "Deployment",
    meta,
    `, spec: {template: {metadata: {labels: ${labels}${annotations === undefined ? "" : `, annotations: ${annotations}`}}, spec: {${pod}${pod === "" ? "" : ", "}containers: ${containers}}}}`,
  );

/** A running Pod with a proxy, or without. */
export const pod = (
  { labels = "{app: otel, security.istio.io/tlsMode: istio}", ...meta }: Metadata = {},
  { proxy = true, ip = "10.0.0.1", ports = "[{name: otlp, containerPort: 4317}]" } = {},
): string =>
  document(
    "v1",
    "Pod",
    { labels, ...meta },
    `, spec: {containers: [{name: app, ports: ${ports}}${proxy ? ", {name: istio-proxy}" : ""}]}, status: {podIP: ${ip}}`,
  );

export const service = (ports: string, meta: Metadata = {}, selector = "{app: otel}", more = ""): string =>
  document("v1", "Service", meta, `, spec: {selector: ${selector}, ports: ${ports}${more}}`);

export const peerAuthentication = (spec: string, meta: Metadata = {}): string =>
  document("security.istio.io/v1", "PeerAuthentication", { name: "default", ...meta }, `, spec: ${spec}`);

export const istio = (kind: string, spec: string, meta: Metadata = {}): string =>
  document("networking.istio.io/v1", kind, meta, `, spec: ${spec}`);

/** `Kind namespace/name path` of each field that is not known. */
export const fields = (
  undecided: readonly { object: { kind: string; namespace: string; name: string }; path: string }[],
): string[] =>
  undecided.map(
    ({ object: { kind, namespace: ns, name }, path }) => `${kind} ${ns === "" ? "" : `${ns}/`}${name} ${path}`,
  );
