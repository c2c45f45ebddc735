import { otlpEndpoints, type OtlpEndpoint } from "../../mtls/discovery/index";
import type { Undecided } from "../../mtls/flow";
import { isUnknown, type Known } from "../../mtls/known";
import type {
  AuthorizationPolicy,
  DestinationRule,
  Labels,
  Mesh,
  Meta,
  PeerAuthentication,
  Workload,
} from "../../mtls/mesh";
import { indexMesh } from "../../mtls/mesh-index";
import { UNKNOWN_NAME } from "../../mtls/readers/meta";
import { podMetadata } from "../../mtls/server/injection";
import { collectorsOf } from "./collectors";

/** A field that is not known and that rules need, whatever flows there are. */
export interface UnknownField extends Undecided {
  /** What nobody can tell for it. */
  readonly blocks: string;
}

const paths = (fields: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(fields).flatMap(([path, value]) => (isUnknown(value) ? [path] : []));

const hasUnknown = (value: unknown): boolean =>
  isUnknown(value) ||
  (typeof value === "object" && value !== null && Object.values(value).some((child) => hasUnknown(child)));

/** An object holds for where it stands. What it is called is known in every preview: the provider names what has no name. */
const ofPlace = ({ ref }: Meta): string[] => (ref.namespace === UNKNOWN_NAME ? ["metadata.namespace"] : []);

/** Of a Service the name is what clients dial. */
const ofHost = (service: Meta): string[] =>
  service.ref.name === UNKNOWN_NAME ? ["metadata.name", ...ofPlace(service)] : ofPlace(service);

const ofSelector = (selector: Known<Labels> | undefined): string[] =>
  hasUnknown(selector) ? ["spec.selector.matchLabels"] : [];

const ofPeerAuthentication = ({ selector, mode, portLevel }: PeerAuthentication): string[] => [
  ...ofSelector(selector),
  ...paths({ "spec.mtls.mode": mode, "spec.portLevelMtls": portLevel }),
  ...(isUnknown(portLevel)
    ? []
    : [...portLevel].flatMap(([port, entry]) => (isUnknown(entry) ? [`spec.portLevelMtls.${port}.mode`] : []))),
];

function ofDestinationRule({ host, trafficPolicy }: DestinationRule): string[] {
  const at = "spec.trafficPolicy";
  const whole = paths({ "spec.host": host, [at]: trafficPolicy });
  if (trafficPolicy === undefined || isUnknown(trafficPolicy)) return whole;
  const { tls, portLevel } = trafficPolicy;
  const mode = tls === undefined || isUnknown(tls) ? undefined : tls.mode;
  const ports = portLevel.flatMap(({ port, tls: own }, index) => {
    const entry = `${at}.portLevelSettings[${index}]`;
    const ownMode = own === undefined || isUnknown(own) ? undefined : own.mode;
    return paths({ [`${entry}.port.number`]: port, [`${entry}.tls`]: own, [`${entry}.tls.mode`]: ownMode });
  });
  return [...whole, ...paths({ [`${at}.tls`]: tls, [`${at}.tls.mode`]: mode }), ...ports];
}

/** Labels that decide whether pods are in the mesh, and what clients are told about them. */
const DECIDING = ["sidecar.istio.io/inject", "security.istio.io/tlsMode", "istio.io/rev"];

const ofLabels = (labels: Known<Labels>, at: string): string[] =>
  isUnknown(labels) ? [at] : DECIDING.filter((key) => isUnknown(labels[key])).map((key) => `${at}.${key}`);

function ofWorkload(workload: Workload): string[] {
  const pods = podMetadata(workload);
  return [
    ...ofLabels(workload.podLabels, `${pods}.labels`),
    ...ofLabels(workload.podAnnotations, `${pods}.annotations`),
    ...ofLabels(workload.labels, "metadata.labels"),
    ...ofLabels(workload.annotations, "metadata.annotations"),
    ...paths({
      [`${workload.podPath}.hostNetwork`]: workload.hostNetwork,
      [`${workload.podPath}.containers`]: workload.containers,
    }),
  ];
}

const ofAuthorizationPolicy = ({ selector, action, rules }: AuthorizationPolicy): string[] => [
  ...ofSelector(selector),
  ...paths({ "spec.action": action }),
  ...rules.flatMap((rule, index) => (hasUnknown(rule) ? [`spec.rules[${index}]`] : [])),
];

/** Variables that say whether, where and how telemetry is sent. */
const EXPORTER =
  /^OTEL_EXPORTER_OTLP_(\w+_)?(ENDPOINT|PROTOCOL|INSECURE)$|^OTEL_\w+_EXPORTER$|^(JAVA_TOOL|JDK_JAVA)_OPTIONS$/;

/** What is not known of an exporter whose endpoint is: how it sends, by its variables or by the version of its agent. */
function ofExporter(mesh: Mesh, { client, container: name, agent, protocolExplicit }: OtlpEndpoint): UnknownField[] {
  const containers = indexMesh(mesh).workload(client)?.containers;
  if (containers === undefined || isUnknown(containers)) return [];
  const env = containers.find((container) => container.name === name)?.env ?? [];
  const at = containers.find((container) => container.name === name)?.path ?? "";
  const variables = isUnknown(env)
    ? [`${at}.env`]
    : env.flatMap((variable, index) =>
        EXPORTER.test(variable.name) && isUnknown(variable.value) ? [`${at}.env[${index}].value`] : [],
      );
  const needsVersion = !protocolExplicit && agent !== undefined && agent.version === undefined;
  const images = needsVersion
    ? containers.flatMap(({ image, path }) => (isUnknown(image) ? [`${path}.image`] : []))
    : [];
  return [...variables, ...images].map((path) => ({
    object: client,
    path,
    blocks: `how ${client.name} sends telemetry`,
  }));
}

/** Every such field of the objects that say who is in the mesh and what is sent, accepted and let in. */
export function unknownFields(mesh: Mesh): readonly UnknownField[] {
  const of = <T extends Meta>(objects: readonly T[], read: (object: T) => string[], blocks: string): UnknownField[] =>
    objects.flatMap((object) => read(object).map((path) => ({ object: object.ref, path, blocks })));
  const endpoints = otlpEndpoints(mesh);
  const placed =
    <T extends Meta>(read: (object: T) => string[]) =>
    (object: T) => [...ofPlace(object), ...read(object)];
  // Where Services and pods stand is of no concern to a stack without telemetry.
  const isOfTelemetry = endpoints.length > 0 || collectorsOf(mesh).length > 0;
  return [
    ...of(mesh.peerAuthentications, placed(ofPeerAuthentication), "which ports accept plaintext by it"),
    ...of(mesh.destinationRules, placed(ofDestinationRule), "what clients send by it, and to whom"),
    ...of(mesh.authorizationPolicies, placed(ofAuthorizationPolicy), "whom it lets in"),
    ...of([...mesh.virtualServices, ...mesh.serviceEntries, ...mesh.sidecars], ofPlace, "whose traffic it leads where"),
    ...of(mesh.workloads, ofWorkload, "whether its pods are in the mesh, and what they send"),
    ...(isOfTelemetry ? of(mesh.workloads, ofPlace, "in which namespace's mesh its pods are") : []),
    ...(isOfTelemetry ? of(mesh.services, ofHost, "who reaches what by it") : []),
    ...endpoints.flatMap((endpoint) => ofExporter(mesh, endpoint)),
  ];
}

export { hasUnknown };
