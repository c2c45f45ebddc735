import { isUnknown, type Known } from "../mtls/known";
import type { DestinationRule, Mesh, TlsSettings } from "../mtls/mesh";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { MESH, documents } from "./support/background";

/** True for a host that covers Services of every namespace: `*`, `*.local`, `*.svc.cluster.local`. */
const isMeshWide = (host: string, clusterDomain: string): boolean =>
  host.startsWith("*") && `.svc.${clusterDomain}`.endsWith(host.slice(1));

/** Where a rule makes clients send TLS. */
function forcedAt({ trafficPolicy }: DestinationRule): readonly { readonly path: string; readonly mode: string }[] {
  if (trafficPolicy === undefined || isUnknown(trafficPolicy)) return [];
  const places: (readonly [path: string, tls: Known<TlsSettings> | undefined])[] = [
    ["spec.trafficPolicy.tls.mode", trafficPolicy.tls],
    ...trafficPolicy.portLevel.map(
      ({ tls }, index) => [`spec.trafficPolicy.portLevelSettings[${index}].tls.mode`, tls] as const,
    ),
  ];
  return places.flatMap(([path, tls]) =>
    tls === undefined || isUnknown(tls) || isUnknown(tls.mode) || tls.mode === "DISABLE"
      ? []
      : [{ path, mode: tls.mode }],
  );
}

/** Whose clients follow the rule: those of every namespace when it stands in the root namespace. */
const reach = ({ ref }: DestinationRule, { config }: Mesh): string =>
  ref.namespace === config.rootNamespace ? "every client of the mesh" : `every client in ${ref.namespace}`;

function judge(rule: DestinationRule, mesh: Mesh): Finding[] {
  const { host, source } = rule;
  if (isUnknown(host) || !isMeshWide(host, mesh.config.clusterDomain)) return [];
  return forcedAt(rule)
    .slice(0, 1)
    .map(({ path, mode }) => ({
      on: rule.ref,
      path,
      message:
        `${describeRef(rule.ref)} makes ${reach(rule, mesh)} send TLS (${mode}) to every host that "${host}" covers, also to those without a sidecar: ` +
        "they answer in plaintext, and the client's proxy reports WRONG_VERSION_NUMBER. " +
        "Auto mTLS sends mTLS wherever it is understood, without any rule.",
      ...(source === undefined ? {} : { source }),
    }));
}

const rule = (host: string, mode: string, namespace = "istio-system"): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: ${namespace} }
spec:
  host: "${host}"
  trafficPolicy: { tls: { mode: ${mode} } }
`;

export const meshWideTlsRule: Rule = {
  id: "MTLS106",
  name: "mesh-wide-tls-rule",
  severity: "error",
  layer: "resource",
  why: "A rule for every host makes proxies send TLS to workloads that do not understand it; the likeliest cause of WRONG_VERSION_NUMBER in a STRICT mesh.",
  fix: "Delete the rule and leave mTLS to auto mTLS (on by default since Istio 1.4); keep rules for the hosts that need them.",
  good: [
    { title: "one host", yaml: rule("otel-collector.monitoring.svc.cluster.local", "ISTIO_MUTUAL"), given: MESH },
    { title: "a namespace's hosts", yaml: rule("*.monitoring.svc.cluster.local", "ISTIO_MUTUAL"), given: MESH },
    {
      title: "every host, but nothing about TLS",
      given: MESH,
      yaml: documents(`
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec:
  host: "*.local"
  trafficPolicy: { connectionPool: { tcp: { connectTimeout: 3s } } }
`),
    },
  ],
  bad: [
    { title: "the global mTLS rule of old manuals", yaml: rule("*.local", "ISTIO_MUTUAL"), given: MESH },
    { title: "every Service", yaml: rule("*.svc.cluster.local", "ISTIO_MUTUAL"), given: MESH },
    { title: "everything, with TLS of its own", yaml: rule("*", "SIMPLE"), given: MESH },
    { title: "for the clients of one namespace", yaml: rule("*.local", "ISTIO_MUTUAL", "staging-webs"), given: MESH },
  ],
  check: ({ assessment }) => assessment.mesh.destinationRules.flatMap((each) => judge(each, assessment.mesh)),
};
