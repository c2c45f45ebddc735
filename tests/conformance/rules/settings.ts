import { isUnknown } from "../../../policies/mtls/known";
import type { TlsSettings, TrafficPolicy } from "../../../policies/mtls/mesh";
import { known, type Probe } from "./probe";
import type { Area } from "./rule";

const policyOf = ({ rule }: Probe): TrafficPolicy | undefined => known(rule?.trafficPolicy);

/** The subset to which the client was routed. */
const subsetOf = ({ rule, cluster }: Probe): { readonly trafficPolicy: TrafficPolicy | undefined } | undefined => {
  const found = known(rule?.subsets)?.find(({ name }) => name === cluster?.subset);
  return found === undefined ? undefined : { trafficPolicy: known(found.trafficPolicy) };
};

const entryFor = (policy: TrafficPolicy | undefined, { cluster }: Probe) =>
  policy?.portLevel.find(({ port }) => port === cluster?.port);

const modeIn = (policy: { readonly tls?: unknown } | undefined): string | undefined => {
  const tls = policy?.tls as TlsSettings | undefined;
  return tls === undefined || isUnknown(tls) ? undefined : known(tls.mode);
};

/** Of the rule's own level, for the whole service, where no entry or subset says otherwise. */
const plainMode = (probe: Probe): string | undefined =>
  probe.cluster?.subset === "" && entryFor(policyOf(probe), probe) === undefined ? modeIn(policyOf(probe)) : undefined;

const isSent = ({ to }: Probe, sent: string): boolean => to?.sent === sent || to?.inner === sent;
const balancer = (policy: { readonly loadBalancer?: unknown } | undefined): unknown => policy?.loadBalancer;
const written = ({ kase, rule }: Probe): string =>
  JSON.stringify(
    kase.objects.filter(
      (object) =>
        object["kind"] === "DestinationRule" && JSON.stringify(object).includes(`"name":"${rule?.ref.name ?? "-"}"`),
    ),
  );

export const settings: Area = {
  title: "DestinationRule: what its settings make of the connection",
  source:
    "pilot/pkg/networking/core/cluster_tls.go, cluster_builder.go (buildSubsetCluster), pilot/pkg/networking/util (GetPortLevelTrafficPolicy, MergeSubsetTrafficPolicy)",
  rules: [
    {
      id: "set-disable",
      says: "DISABLE: plaintext",
      shows: (p) => plainMode(p) === "DISABLE" && p.to?.sent === "plaintext",
    },
    {
      id: "set-istio-mutual",
      says: "ISTIO_MUTUAL: Istio mutual TLS to every endpoint, with or without a proxy",
      shows: (p) => plainMode(p) === "ISTIO_MUTUAL" && p.to?.sent === "istio-mtls",
    },
    {
      id: "set-simple",
      says: "SIMPLE: TLS without a client certificate",
      shows: (p) => plainMode(p) === "SIMPLE" && /^tls/.test(p.to?.sent ?? ""),
    },
    {
      id: "set-mutual",
      says: "MUTUAL with files: TLS with a certificate of the user's own",
      shows: (p) => plainMode(p) === "MUTUAL" && /^mutual-tls/.test(p.to?.sent ?? ""),
    },
    {
      id: "set-mutual-without-key",
      says: "MUTUAL without a private key: plaintext",
      shows: (p) =>
        plainMode(p) === "MUTUAL" && p.to?.sent === "plaintext" && !/privateKey|credentialName/.test(written(p)),
    },
    {
      id: "set-credential",
      says: "credentialName is ignored by sidecars unless the rule has a workloadSelector: plaintext",
      shows: (p) =>
        p.to?.sent === "plaintext" && /^(SIMPLE|MUTUAL)$/.test(plainMode(p) ?? "") && /credentialName/.test(written(p)),
    },
    {
      id: "set-skip-verify",
      says: "insecureSkipVerify: anybody's certificate will do",
      shows: (p) => /-noverify$/.test(p.to?.sent ?? ""),
    },
    {
      id: "set-no-tls",
      says: "a policy that says nothing of TLS leaves it to auto mTLS",
      shows: (p) =>
        p.to !== undefined && policyOf(p) !== undefined && policyOf(p)?.tls === undefined && p.cluster?.subset === "",
    },
    {
      id: "set-port-entry",
      says: "an entry of portLevelSettings replaces the rule's settings for its port",
      shows: (p) => {
        const mode = modeIn(entryFor(policyOf(p), p));
        return p.to !== undefined && mode !== undefined && mode !== modeIn(policyOf(p)) && p.cluster?.subset === "";
      },
    },
    {
      id: "set-port-resets",
      says: "an entry without TLS resets it to auto mTLS",
      shows: (p) => {
        const entry = entryFor(policyOf(p), p);
        return (
          p.to !== undefined && entry !== undefined && entry.tls === undefined && modeIn(policyOf(p)) !== undefined
        );
      },
    },
    {
      id: "set-port-other",
      says: "an entry for another port does nothing",
      shows: (p) =>
        p.to !== undefined && (policyOf(p)?.portLevel.length ?? 0) > 0 && entryFor(policyOf(p), p) === undefined,
    },
    {
      id: "set-subset-inherits",
      says: "a subset without settings has those of the rule",
      shows: (p) =>
        p.to !== undefined &&
        subsetOf(p) !== undefined &&
        subsetOf(p)?.trafficPolicy?.tls === undefined &&
        modeIn(policyOf(p)) !== undefined,
    },
    {
      id: "set-subset-overrides",
      says: "settings of a subset replace those of the rule",
      shows: (p) => {
        const mode = modeIn(subsetOf(p)?.trafficPolicy);
        return p.to !== undefined && mode !== undefined && mode !== modeIn(policyOf(p));
      },
    },
    {
      id: "set-subset-port",
      says: "so does an entry of the subset for the port",
      shows: (p) => p.to !== undefined && entryFor(subsetOf(p)?.trafficPolicy, p) !== undefined,
    },
    {
      id: "set-passthrough",
      says: "loadBalancer PASSTHROUGH: to the address that was dialled",
      shows: (p) =>
        balancer(policyOf(p)) === "PASSTHROUGH" &&
        p.service?.headless === false &&
        p.result.clusterType === "ORIGINAL_DST",
    },
    {
      id: "set-passthrough-port",
      says: "PASSTHROUGH for a port alone: Istio mutual TLS to every pod, with or without a proxy",
      shows: (p) =>
        balancer(policyOf(p)) !== "PASSTHROUGH" &&
        balancer(entryFor(policyOf(p), p)) === "PASSTHROUGH" &&
        p.cluster?.subset === "" &&
        p.result.clusterType === "ORIGINAL_DST",
    },
    {
      id: "set-passthrough-reset",
      says: "PASSTHROUGH that an entry resets: one pod without a proxy makes it plaintext for all",
      shows: (p) => balancer(policyOf(p)) === "PASSTHROUGH" && p.result.clusterType === "EDS" && p.to !== undefined,
    },
    {
      id: "set-inside",
      says: "TLS of the application goes inside what the proxy adds",
      shows: (p) => p.flow.tls === true && p.to?.inner === "app-tls" && !isSent(p, "plaintext"),
    },
  ],
};
