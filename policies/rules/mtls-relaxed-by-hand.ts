import type { Assessment } from "../mtls/assess";
import { coversHost, expandShortName } from "../mtls/client/hosts";
import { serviceHost } from "../mtls/client/registry";
import { targetPortOn } from "../mtls/endpoints";
import { isUnknown, type Known } from "../mtls/known";
import { selects } from "../mtls/labels";
import type { DestinationRule, MtlsMode, PeerAuthentication, Workload } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { dataPlane } from "../mtls/server/injection";
import { namespaceModeForClients } from "../mtls/server/peer-authentication";
import type { Finding, Rule, RuleInput } from "./rule";
import { COLLECTOR, MESH, PERMISSIVE_PORTS, documents, record } from "./support/background";
import { collectorPorts, type CollectorPort } from "./support/collectors";
import { exceptionsFor } from "./support/coverage";
import { findingOn } from "./support/objects";
import { enumerate, shortName } from "./support/texts";

const isLoose = (mode: Known<MtlsMode> | undefined): mode is "PERMISSIVE" | "DISABLE" =>
  mode === "PERMISSIVE" || mode === "DISABLE";

const hasException = (assessment: Assessment, { collector, port }: CollectorPort, modes: readonly string[]): boolean =>
  exceptionsFor(assessment, collector, port).some(({ contract }) => modes.includes(contract.mode));

/** Server's side: a policy for the collector's pods that lets plaintext in. */
function looseAt(
  assessment: Assessment,
  { selector, mode, portLevel }: PeerAuthentication,
  ports: readonly CollectorPort[],
): { readonly path: string; readonly says: string } | undefined {
  const own = ports.filter(({ collector }) => selects(selector ?? {}, collector.podLabels) === true);
  const [first] = own;
  if (first === undefined) return undefined;
  if (isLoose(mode))
    return { path: "spec.mtls.mode", says: `makes every port of ${shortName(first.collector.ref)} ${mode}` };
  const loose = own.filter(
    (port) =>
      !isUnknown(portLevel) &&
      isLoose(portLevel.get(port.port)) &&
      !hasException(assessment, port, ["permissive", "plaintext"]),
  );
  const [opened] = loose;
  if (opened === undefined) return undefined;
  const numbers = [...new Set(loose.map(({ port }) => port))];
  return {
    path: `spec.portLevelMtls.${opened.port}.mode`,
    says: `opens ${enumerate(numbers)} of ${shortName(opened.collector.ref)} to plaintext`,
  };
}

function onServers({ assessment }: RuleInput, ports: readonly CollectorPort[]): Finding[] {
  const { mesh } = assessment;
  const index = indexMesh(mesh);
  return mesh.peerAuthentications.flatMap((policy) => {
    const { ref, selector } = policy;
    if (selector === undefined || isUnknown(selector) || ref.namespace === mesh.config.rootNamespace) return [];
    // In a namespace that is not STRICT there is nothing to relax; that it is not is another rule's concern.
    if (namespaceModeForClients(index, ref.namespace) !== "STRICT") return [];
    const near = ports.filter(({ collector }) => collector.ref.namespace === ref.namespace);
    const loose = looseAt(assessment, policy, near);
    if (loose === undefined) return [];
    const message = `${describeRef(ref)} ${loose.says}, and no OtelMtlsException accounts for it.`;
    return [findingOn(mesh, ref, loose.path, message)];
  });
}

interface Plain {
  readonly path: string;
  /** `undefined`: every port that no other entry names. */
  readonly port: number | undefined;
}

/** Where a rule makes clients send plaintext. */
function plaintextAt({ trafficPolicy }: DestinationRule): Plain[] {
  if (trafficPolicy === undefined || isUnknown(trafficPolicy)) return [];
  const { tls, portLevel } = trafficPolicy;
  const isDisabled = (settings: typeof tls): boolean =>
    settings !== undefined && !isUnknown(settings) && settings.mode === "DISABLE";
  return [
    ...(isDisabled(tls) ? [{ path: "spec.trafficPolicy.tls.mode", port: undefined }] : []),
    ...portLevel.flatMap(({ port, tls: own }, at) =>
      isDisabled(own) && !isUnknown(port)
        ? [{ path: `spec.trafficPolicy.portLevelSettings[${at}].tls.mode`, port }]
        : [],
    ),
  ];
}

/** Service ports of a collector that a rule for a host reaches, with the OTLP port each leads to. */
function reachedPorts(assessment: Assessment, rule: DestinationRule, ports: readonly CollectorPort[]) {
  const { mesh } = assessment;
  const { clusterDomain } = mesh.config;
  const { host, ref } = rule;
  if (isUnknown(host)) return [];
  const pattern = expandShortName(host, ref.namespace, clusterDomain);
  return ports.flatMap((of) =>
    indexMesh(mesh)
      .servicesSelecting(of.collector)
      .filter(({ service }) => coversHost(pattern, serviceHost(service, clusterDomain)))
      .flatMap(({ service }) => (isUnknown(service.ports) ? [] : service.ports))
      .filter((port) => targetPortOn(of.collector, port) === of.port)
      .map(({ port }) => ({ of, servicePort: port })),
  );
}

const isInMesh = (assessment: Assessment, collector: Workload): boolean =>
  dataPlane(indexMesh(assessment.mesh), collector).mode !== "none";

/** Client's side: a rule that takes mTLS away from clients of a collector that could have it. */
function onClients({ assessment }: RuleInput, ports: readonly CollectorPort[]): Finding[] {
  return assessment.mesh.destinationRules.flatMap((rule) => {
    const reached = reachedPorts(assessment, rule, ports).filter(({ of }) => isInMesh(assessment, of.collector));
    const loose = plaintextAt(rule).flatMap(({ path, port }) =>
      reached
        .filter(
          ({ servicePort, of }) =>
            (port ?? servicePort) === servicePort && !hasException(assessment, of, ["plaintext"]),
        )
        .map(({ of }) => ({ path, of })),
    );
    const [first] = loose;
    if (first === undefined) return [];
    const numbers = [...new Set(loose.map(({ of }) => of.port))];
    const message =
      `${describeRef(rule.ref)} makes clients send plaintext to ${enumerate(numbers)} of ${shortName(first.of.collector.ref)}, ` +
      "and no OtelMtlsException of mode plaintext accounts for it.";
    return [findingOn(assessment.mesh, rule.ref, first.path, message)];
  });
}

const GIVEN = documents(MESH, COLLECTOR);

const disable = (spec: string): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: otel-collector-mtls-disable, namespace: monitoring }
spec:
  host: otel-collector.monitoring.svc.cluster.local
  trafficPolicy: ${spec}
`;

export const mtlsRelaxedByHand: Rule = {
  id: "MTLS110",
  name: "mtls-relaxed-by-hand",
  severity: "error",
  layer: "stack",
  why: "A collector is opened to plaintext by a policy or rule of its own: nobody owns it, nothing ends it, and nobody will find it again.",
  fix: "Replace the hand-made object by an OtelMtlsException of the mode that is needed; it emits the narrowest objects, and their record.",
  good: [
    { title: "the ports of an exception", given: GIVEN, yaml: documents(PERMISSIVE_PORTS, record()) },
    {
      title: "an exception that makes clients send plaintext",
      given: documents(GIVEN, PERMISSIVE_PORTS),
      yaml: documents(disable("{ tls: { mode: DISABLE } }"), record({ mode: "plaintext" })),
    },
  ],
  bad: [
    { title: "ports opened by hand", given: GIVEN, yaml: PERMISSIVE_PORTS },
    {
      title: "every port opened, whatever the exception says",
      given: GIVEN,
      yaml: documents(PERMISSIVE_PORTS.replace("mtls: { mode: STRICT }", "mtls: { mode: PERMISSIVE }"), record()),
    },
    {
      title: "clients told to send plaintext on one port",
      given: documents(GIVEN, PERMISSIVE_PORTS, record()),
      yaml: disable("{ portLevelSettings: [{ port: { number: 4317 }, tls: { mode: DISABLE } }] }"),
    },
  ],
  check: (input) => {
    const ports = collectorPorts(input.assessment.mesh, input.settings);
    return [...onServers(input, ports), ...onClients(input, ports)];
  },
};
