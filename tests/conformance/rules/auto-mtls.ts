import { known, type Probe } from "./probe";
import type { Area } from "./rule";

/** Nothing but auto mTLS decided. */
const isAuto = ({ cluster, rule, result, to }: Probe): boolean =>
  cluster !== undefined &&
  to !== undefined &&
  rule === undefined &&
  /^(auto|none|istio-mtls|plaintext)/.test(result.socket ?? "");

const isOriginal = ({ result }: Probe): boolean => result.clusterType === "ORIGINAL_DST";
const label = ({ to }: Probe): string | undefined => to?.endpointTlsMode;
const autoIsOff = ({ kase }: Probe): boolean => kase.meshConfig?.["enableAutoMtls"] === false;
const location = ({ mesh, cluster }: Probe): string | undefined =>
  known(mesh.serviceEntries.find(({ hosts }) => known(hosts)?.includes(cluster?.host ?? "") === true)?.location);

export const autoMtls: Area = {
  title: "Auto mTLS",
  source:
    "pilot/pkg/networking/core/cluster_tls.go (buildUpstreamTLSSettings), pilot/pkg/xds/endpoints/mtls_checker.go, pilot/pkg/model/push_context.go (BestEffortInferServiceMTLSMode)",
  rules: [
    {
      id: "auto-labelled",
      says: "an endpoint labelled `security.istio.io/tlsMode: istio` gets Istio mutual TLS",
      shows: (p) => isAuto(p) && label(p) === "istio" && p.to?.sent === "istio-mtls" && !isOriginal(p),
    },
    {
      id: "auto-unlabelled",
      says: "an endpoint without the label gets plaintext",
      shows: (p) =>
        isAuto(p) && p.to?.pod !== undefined && !p.to.sidecar && p.to.sent === "plaintext" && !isOriginal(p),
    },
    {
      id: "auto-label-not-proxy",
      says: "the label decides, not the proxy: a pod without proxy that has it gets Istio mutual TLS",
      shows: (p) => isAuto(p) && p.to?.pod !== undefined && !p.to.sidecar && p.to.sent === "istio-mtls",
    },
    {
      id: "auto-label-disabled",
      says: "and one with a proxy whose label says otherwise gets plaintext",
      shows: (p) =>
        isAuto(p) && p.to?.sidecar === true && label(p) !== "istio" && p.to.sent === "plaintext" && !isOriginal(p),
    },
    {
      id: "auto-both",
      says: "each endpoint by itself: one gets mTLS, another plaintext",
      shows: (p) => isAuto(p) && p.result.sent === "istio-mtls|plaintext",
    },
    {
      id: "auto-port-disabled",
      says: "a port that a PeerAuthentication disables gets plaintext",
      shows: (p) => isAuto(p) && label(p) === undefined && p.to?.paMode === "DISABLE" && p.to.sent === "plaintext",
    },
    {
      id: "auto-namespace-disabled",
      says: "where the namespace's or mesh's mode is DISABLE nobody there gets mTLS, even on a port that a policy makes STRICT",
      shows: (p) =>
        isAuto(p) &&
        p.to?.paMode === "STRICT" &&
        p.to.sent === "plaintext" &&
        /^(none|plaintext)$/.test(p.result.socket ?? ""),
    },
    {
      id: "auto-off",
      says: "enableAutoMtls false: plaintext without a rule",
      shows: (p) => autoIsOff(p) && isAuto(p) && p.to?.sent === "plaintext",
    },
    {
      id: "auto-external",
      says: "a ServiceEntry that is MESH_EXTERNAL: plaintext",
      shows: (p) => isAuto(p) && location(p) === "MESH_EXTERNAL" && p.to?.sent === "plaintext",
    },
    {
      id: "auto-internal",
      says: "one that is MESH_INTERNAL is treated like a Service",
      shows: (p) => isAuto(p) && location(p) === "MESH_INTERNAL" && p.to?.sent === "istio-mtls",
    },
    {
      id: "auto-headless",
      says: "headless: Istio mutual TLS when every pod has the label",
      shows: (p) => isAuto(p) && isOriginal(p) && p.service?.headless === true && p.to?.sent === "istio-mtls",
    },
    {
      id: "auto-headless-mixed",
      says: "headless: plaintext for all when one pod has not",
      shows: (p) =>
        isAuto(p) &&
        isOriginal(p) &&
        p.service?.headless === true &&
        p.to?.sidecar === true &&
        p.to.sent === "plaintext",
    },
    {
      id: "auto-headless-eds",
      says: "PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES: headless pods are endpoints like any others",
      shows: (p) =>
        p.kase.features?.edsForHeadless === true && p.service?.headless === true && p.result.clusterType === "EDS",
    },
    {
      id: "auto-passthrough",
      says: "what goes to no service of the registry goes as it is",
      shows: (p) => p.result.path === "passthrough" && p.to?.sidecar === true && p.to.sent !== "istio-mtls",
    },
  ],
};
