import * as k8s from "@pulumi/kubernetes";
import { type Document } from "yaml";

/** One act of the incident: what is different from the repository's configuration, and how the preview has to end. */
export interface Act {
  readonly title: string;
  readonly story: string;
  /** Changes the configuration. `key` gives a key of the project its prefix. */
  readonly configure?: (configuration: Document, key: (name: string) => string) => void;
  /** Objects that another team's chart brings into the same cluster. */
  readonly besides?: (manifests: string) => void;
  /** The policy that has to block it, and what it has to say; undefined for an act that has to pass. */
  readonly blockedBy: { readonly policy: string; readonly saying: string } | undefined;
}

/** The error of the incident report, word for word. */
export const INCIDENT_ERROR =
  "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, " +
  "transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end";

/** A chart from the time before auto mTLS: every client proxy sends Istio mTLS to every host, whoever is there. */
function everyHostMutual(manifests: string): void {
  const provider = new k8s.Provider("legacy-chart", { renderYamlToDirectory: manifests });
  new k8s.apiextensions.CustomResource(
    "legacy-mutual-tls",
    {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { host: "*.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
    },
    { provider },
  );
}

export const acts: readonly Act[] = [
  {
    title: "The incident",
    story:
      "The collector has no sidecar, and a legacy chart has a DestinationRule in istio-system that makes every client send Istio\n" +
      "mTLS to every host. The services' proxies speak TLS to a collector that only knows plaintext: no telemetry arrives.",
    configure: (configuration, key) => configuration.setIn(["config", key("exceptions"), 0, "mode"], "no-sidecar"),
    besides: everyHostMutual,
    blockedBy: { policy: "client-and-collector-disagree", saying: INCIDENT_ERROR },
  },
  {
    title: "The same collector in a STRICT mesh, without the exception",
    story:
      "The legacy rule is gone and the collector has its sidecar. It now takes Istio mTLS and nothing else, so the batch hosts outside\n" +
      "the mesh are refused, and nobody has decided that.",
    configure: (configuration, key) => configuration.deleteIn(["config", key("exceptions")]),
    blockedBy: { policy: "strict-only-collector-without-exception", saying: "4317 and 4318" },
  },
  {
    title: "The fix",
    story:
      "The repository's own configuration: one OtelMtlsException, PERMISSIVE on the two OTLP ports only, with an owner and a date.\n" +
      "The services keep mTLS, the batch hosts are heard.",
    blockedBy: undefined,
  },
];
