import { answerFlow, type AnswerOptions } from "../../policies/mtls/answer";
import type { DeclaredFlow, FlowAnswer } from "../../policies/mtls/flow";
import { readMesh } from "../../policies/mtls/manifests";
import type { Mesh, MeshFacts } from "../../policies/mtls/mesh";
import { indexMesh } from "../../policies/mtls/mesh-index";

/** Small builders of Kubernetes and Istio objects. */

type Fields = Readonly<Record<string, unknown>>;

export const meshOf = (objects: readonly unknown[], facts: MeshFacts = {}): Mesh =>
  readMesh(
    objects.map((object) => ({ object })),
    facts,
  );

export const ask = (
  objects: readonly unknown[],
  flow: Partial<DeclaredFlow>,
  options: AnswerOptions & { readonly facts?: MeshFacts } = {},
): FlowAnswer =>
  answerFlow(
    indexMesh(meshOf(objects, options.facts)),
    { from: "apps/web", host: "otel.monitoring", port: 4317, ...flow },
    options,
  );

export const namespace = (name: string, labels: Fields = {}): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

export const INJECTED = { "istio-injection": "enabled" };

export interface DeploymentFields {
  readonly labels?: Fields;
  readonly annotations?: Fields;
  readonly ports?: readonly Fields[];
  readonly pod?: Fields;
}

export const deployment = (place: string, name: string, fields: DeploymentFields = {}): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace: place, name },
  spec: {
    template: {
      metadata: { labels: { app: name, ...fields.labels }, annotations: fields.annotations ?? {} },
      spec: { containers: [{ name, image: "example.com/main:1", ports: fields.ports ?? [] }], ...fields.pod },
    },
  },
});

export const service = (place: string, name: string, spec: Fields, annotations: Fields = {}): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: place, name, annotations },
  spec: { selector: { app: name }, ...spec },
});

/** The Service of the collector: gRPC on 4317, HTTP on 4318. */
export const OTEL_PORTS = [
  { name: "grpc-otlp", port: 4317 },
  { name: "http-otlp", port: 4318 },
];

const istio =
  (group: string, kind: string) =>
  (place: string, name: string, spec: Fields, metadata: Fields = {}): object => ({
    apiVersion: `${group}.istio.io/v1`,
    kind,
    metadata: { namespace: place, name, ...metadata },
    spec,
  });

export const peerAuthentication = istio("security", "PeerAuthentication");
export const destinationRule = istio("networking", "DestinationRule");
export const virtualService = istio("networking", "VirtualService");
export const serviceEntry = istio("networking", "ServiceEntry");
export const sidecar = istio("networking", "Sidecar");
export const gateway = istio("networking", "Gateway");

export const STRICT = peerAuthentication("istio-system", "default", { mtls: { mode: "STRICT" } });

export const meshConfig = (fields: Fields): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "istio-system", name: "istio" },
  data: { mesh: JSON.stringify(fields) },
});

/** A client in a mesh that is STRICT, and a collector with or without a proxy. */
export const twoEnds = (
  ends: {
    readonly web?: DeploymentFields;
    readonly otel?: DeploymentFields;
    readonly collectorInjected?: boolean;
  } = {},
): readonly object[] => [
  namespace("istio-system"),
  namespace("apps", INJECTED),
  namespace("monitoring", ends.collectorInjected === false ? {} : INJECTED),
  STRICT,
  deployment("apps", "web", ends.web),
  deployment("monitoring", "otel", ends.otel),
  service("monitoring", "otel", { ports: OTEL_PORTS }),
];
