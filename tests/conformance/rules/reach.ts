import { annotation, known, type Probe } from "./probe";
import type { Area } from "./rule";

const ip = (host: string): boolean => /^[\d.]+$/.test(host);
const nobody = ({ result }: Probe, verdict: string): boolean => result.verdicts.includes(verdict);
const kinds = ({ kase }: Probe, kind: string): readonly Readonly<Record<string, unknown>>[] =>
  kase.objects.filter((object) => object["kind"] === kind);
const serviceNamed = ({ index, flow, client }: Probe) => {
  const [name = "", namespace = client?.ref.namespace ?? ""] = flow.host.split(".");
  return index.service(namespace, name);
};
const captured = ({ result }: Probe): boolean => !/^(direct|ztunnel)$/.test(result.path ?? "");
const portOf = (p: Probe) => known(p.service?.ports)?.find(({ port }) => port === p.cluster?.port);

export const reach: Area = {
  title: "Whom a client reaches",
  source:
    "pilot/pkg/networking/core/listener.go, cluster.go; pilot/pkg/serviceregistry/kube/controller/endpointslice.go, serviceentry/conversion.go; Kubernetes DNS and kube-proxy",
  rules: [
    {
      id: "reach-cluster-ip",
      says: "a Service with a cluster IP: one of its ready pods",
      shows: (p) => p.service?.headless === false && p.to?.pod !== undefined,
    },
    {
      id: "reach-target-port",
      says: "on the target port, not the port that was dialled",
      shows: (p) => p.service?.headless === false && p.to !== undefined && p.to.port !== p.flow.port && captured(p),
    },
    {
      id: "reach-named-port",
      says: "a named target port, pod by pod",
      shows: (p) => typeof portOf(p)?.targetPort === "string" && p.to?.pod !== undefined,
    },
    {
      id: "reach-headless",
      says: "headless: every pod, on the port that was dialled, whatever the target port",
      shows: (p) =>
        p.service?.headless === true &&
        p.to?.port === p.flow.port &&
        portOf(p)?.targetPort !== p.flow.port &&
        captured(p),
    },
    {
      id: "reach-pod-name",
      says: "the name of one pod of a headless Service",
      shows: (p) => /^[a-z]+-\d+\.[a-z-]+\./.test(p.flow.host) && p.to !== undefined,
    },
    {
      id: "reach-pod-ip",
      says: "the address of a pod: as it is",
      shows: (p) => ip(p.flow.host) && p.result.path === "passthrough" && p.to?.pod !== undefined,
    },
    {
      id: "reach-pod-ip-headless",
      says: "unless a headless Service with that port lists the pod: then it is that Service's traffic",
      shows: (p) => ip(p.flow.host) && p.service?.headless === true && p.to?.pod !== undefined,
    },
    {
      id: "reach-service-ip",
      says: "the address of a Service",
      shows: (p) => ip(p.flow.host) && p.service?.headless === false && p.to !== undefined,
    },
    {
      id: "reach-host-port",
      says: "a port of a node that leads to a pod",
      shows: (p) => /^10\.0\.0\./.test(p.flow.host) && p.to?.pod !== undefined,
    },
    {
      id: "reach-self",
      says: "a pod that calls itself: no proxy in between",
      shows: (p) => p.to?.pod === p.flow.from && p.to.sidecar,
    },
    {
      id: "reach-short-name",
      says: "short names are completed with the client's namespace",
      shows: (p) => !p.flow.host.includes(".") && p.to !== undefined,
    },
    {
      id: "reach-alias",
      says: "ExternalName: the other name",
      shows: (p) => known(serviceNamed(p)?.type) === "ExternalName" && p.to !== undefined,
    },
    {
      id: "reach-written",
      says: "a Service without selector: what its EndpointSlices say",
      shows: (p) => p.service !== undefined && p.service.selector === undefined && p.to !== undefined && captured(p),
    },
    {
      id: "reach-written-outside",
      says: "also addresses outside",
      shows: (p) =>
        p.service !== undefined && p.service.selector === undefined && p.to !== undefined && p.to.pod === undefined,
    },
    {
      id: "reach-machine",
      says: "a WorkloadEntry behind a Service",
      shows: (p) =>
        p.service !== undefined && kinds(p, "WorkloadEntry").length > 0 && /^10\.20\.0\./.test(p.to?.address ?? ""),
    },
    {
      id: "reach-entry-static",
      says: "a ServiceEntry with endpoints",
      shows: (p) => p.service === undefined && p.result.clusterType === "EDS" && p.to !== undefined,
    },
    {
      id: "reach-entry-dns",
      says: "one that is resolved by DNS",
      shows: (p) => /DNS$/.test(p.result.clusterType ?? ""),
    },
    {
      id: "reach-entry-none",
      says: "one that is not resolved",
      shows: (p) => p.cluster !== undefined && p.service === undefined && p.result.clusterType === "ORIGINAL_DST",
    },
    { id: "reach-entry-wildcard", says: "one for many hosts", shows: (p) => p.cluster?.host.startsWith("*") === true },
    {
      id: "reach-entry-pods",
      says: "one that selects pods",
      shows: (p) => p.cluster !== undefined && p.service === undefined && p.to?.pod !== undefined,
    },
    {
      id: "reach-entry-one-address",
      says: "of several hosts with one address the first by name takes what is no HTTP",
      shows: ({ cluster, flow, mesh }) =>
        cluster !== undefined &&
        cluster.host !== flow.host &&
        mesh.serviceEntries.some(
          ({ hosts }) => known(hosts)?.includes(flow.host) && known(hosts)?.includes(cluster.host),
        ),
    },
    {
      id: "reach-entry-shares",
      says: "one without an address takes what is no HTTP on its port, whatever it was meant for",
      shows: (p) =>
        p.cluster !== undefined &&
        p.service === undefined &&
        p.result.path === "service" &&
        serviceNamed(p) !== undefined &&
        !p.flow.host.includes("example"),
    },
    {
      id: "reach-outside",
      says: "a host that no object knows: as it is",
      shows: (p) => p.flow.host === "example.org" && p.result.path === "passthrough",
    },
    { id: "reach-black-hole", says: "REGISTRY_ONLY: nowhere", shows: (p) => nobody(p, "E-BH") },
    {
      id: "reach-no-endpoint",
      says: "no endpoint that is ready: no healthy upstream",
      shows: (p) => nobody(p, "E-UH"),
    },
    {
      id: "reach-no-port",
      says: "without a proxy, a port that a Service does not have: nothing answers",
      shows: (p) => nobody(p, "no-port"),
    },
    {
      id: "reach-no-listener",
      says: "without a proxy, a Service without endpoints: refused",
      shows: (p) => nobody(p, "no-listener"),
    },
    {
      id: "reach-nothing-listens",
      says: "a port that no application opens: refused",
      shows: (p) => p.to?.verdict === "E-REF",
    },
    {
      id: "reach-not-ready",
      says: "a pod that is not ready is no endpoint",
      shows: (p) =>
        p.service !== undefined &&
        p.mesh.workloads.some(
          ({ pods, ref }) => pods.some(({ ready }) => !ready) && ref.namespace === p.serviceNamespace,
        ),
    },
    {
      id: "reach-gateway",
      says: "a gateway sends to the endpoints of what its routes name",
      shows: (p) => p.client !== undefined && p.flow.from.includes("gateway") && p.to !== undefined,
    },
    {
      id: "reach-domain",
      says: "another cluster domain",
      shows: (p) => p.kase.clusterDomain !== undefined && p.to !== undefined && p.service !== undefined,
    },
    {
      id: "reach-user",
      says: "what runs as the proxy's user is not captured",
      shows: (p) => JSON.stringify(p.client?.raw ?? {}).includes("1337") && p.result.path === "direct",
    },
    {
      id: "reach-exclude-port",
      says: "excludeOutboundPorts",
      shows: (p) =>
        annotation(p.client, "traffic.sidecar.istio.io/excludeOutboundPorts")?.includes(String(p.flow.port)) === true &&
        p.result.path === "direct",
    },
    {
      id: "reach-include-port",
      says: "includeOutboundPorts",
      shows: (p) =>
        annotation(p.client, "traffic.sidecar.istio.io/includeOutboundPorts")?.includes(String(p.flow.port)) === true &&
        captured(p),
    },
    {
      id: "reach-exclude-range",
      says: "excludeOutboundIPRanges",
      shows: (p) =>
        annotation(p.client, "traffic.sidecar.istio.io/excludeOutboundIPRanges") !== undefined &&
        p.result.path === "direct",
    },
    {
      id: "reach-include-range",
      says: "includeOutboundIPRanges",
      shows: (p) =>
        annotation(p.client, "traffic.sidecar.istio.io/includeOutboundIPRanges") !== undefined &&
        p.result.path === "direct",
    },
    {
      id: "reach-mode-none",
      says: "interceptionMode NONE: nothing is captured",
      shows: (p) => annotation(p.client, "sidecar.istio.io/interceptionMode") === "NONE" && p.result.path === "direct",
    },
  ],
};
