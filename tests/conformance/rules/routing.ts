import { known, type Probe } from "./probe";
import type { Area } from "./rule";

const sidecarsOf = ({ mesh, client }: Probe) =>
  mesh.sidecars.filter(({ ref }) => ref.namespace === client?.ref.namespace);
const hidden = ({ result, to }: Probe): boolean =>
  (result.path === "passthrough" && to?.pod !== undefined) || result.path === "blackhole";
const targetService = ({ index, flow, client }: Probe) => {
  const [name = "", namespace = client?.ref.namespace ?? ""] = flow.host.split(".");
  return index.service(namespace, name);
};
const routesTo = (p: Probe, type: string) =>
  p.mesh.virtualServices.flatMap((vs) =>
    vs.routes.filter((route) => route.type === type).map((route) => ({ vs, route })),
  );
const wasRouted = (p: Probe): boolean => p.cluster !== undefined && p.cluster.subset !== "";
const restricts = (
  p: Probe,
  check: (match: {
    port: number | undefined;
    sourceLabels: object;
    sourceNamespace: string | undefined;
    gateways: readonly string[];
    subnets: readonly string[];
  }) => boolean,
): boolean =>
  wasRouted(p) && p.mesh.virtualServices.some(({ routes }) => routes.some(({ match }) => match.some(check)));

export const routing: Area = {
  title: "What a proxy knows, and where its routes lead",
  source: "pilot/pkg/model/sidecar.go, push_context.go; pilot/pkg/networking/core/route/route.go, tls.go, listener.go",
  rules: [
    {
      id: "see-egress",
      says: "a Service that the Sidecar's egress list leaves out is not known",
      shows: (p) => sidecarsOf(p).length > 0 && hidden(p) && targetService(p) !== undefined,
    },
    {
      id: "see-egress-lists",
      says: "one that it lists is",
      shows: (p) => sidecarsOf(p).some(({ egress }) => known(egress) !== undefined) && p.service !== undefined,
    },
    {
      id: "see-root-sidecar",
      says: "a Sidecar of the root namespace counts where the namespace has none",
      shows: (p) =>
        sidecarsOf(p).length === 0 &&
        p.client?.ref.namespace !== p.root &&
        p.mesh.sidecars.some(
          ({ ref, workloadSelector }) => ref.namespace === p.root && workloadSelector === undefined,
        ) &&
        p.result.path !== "direct",
    },
    {
      id: "see-selecting-sidecar",
      says: "one that selects the workload counts before one for the namespace",
      shows: (p) =>
        sidecarsOf(p).some(({ workloadSelector }) => workloadSelector !== undefined) &&
        sidecarsOf(p).length > 1 &&
        p.result.path !== "direct",
    },
    {
      id: "see-egress-port",
      says: "an entry for a port takes every Service there for what it says",
      shows: (p) =>
        sidecarsOf(p).some(({ egress }) => known(egress)?.some(({ port }) => port === p.flow.port)) &&
        p.result.path !== "direct",
    },
    {
      id: "see-sidecar-policy",
      says: "a Sidecar's outboundTrafficPolicy counts before the mesh's",
      shows: (p) =>
        sidecarsOf(p).some(({ outboundTrafficPolicy }) => outboundTrafficPolicy !== undefined) &&
        /^(passthrough|blackhole)$/.test(p.result.path ?? ""),
    },
    {
      id: "see-export",
      says: "exportTo of a Service hides it",
      shows: (p) => known(targetService(p)?.exportTo) !== undefined && hidden(p),
    },
    {
      id: "see-default-export",
      says: "so does defaultServiceExportTo",
      shows: (p) =>
        JSON.stringify(p.kase.meshConfig ?? {}).includes('"defaultServiceExportTo":["."]') &&
        hidden(p) &&
        targetService(p) !== undefined,
    },
    {
      id: "see-discovery",
      says: "discoverySelectors: what is in other namespaces does not exist",
      shows: (p) =>
        p.kase.meshConfig?.["discoverySelectors"] !== undefined && hidden(p) && targetService(p) !== undefined,
    },
    {
      id: "route-subset",
      says: "a route to a subset leads to its endpoints",
      shows: (p) => wasRouted(p) && p.to !== undefined,
    },
    {
      id: "route-undefined-subset",
      says: "a subset that the rule that counts does not define: no cluster",
      shows: (p) => p.result.verdicts.includes("E-NC"),
    },
    {
      id: "route-elsewhere",
      says: "a route may lead to another Service",
      shows: (p) =>
        p.service !== undefined &&
        targetService(p) !== undefined &&
        targetService(p) !== p.service &&
        p.mesh.virtualServices.length > 0 &&
        !/^[\d.]+$/.test(p.flow.host),
    },
    {
      id: "route-port",
      says: "or to another port",
      shows: (p) => p.cluster !== undefined && p.cluster.port !== p.flow.port && p.service === targetService(p),
    },
    {
      id: "route-tcp",
      says: "tcp routes: for what is not HTTP",
      shows: (p) => p.flow.protocol === "tcp" && wasRouted(p) && routesTo(p, "tcp").length > 0,
    },
    {
      id: "route-tls",
      says: "tls routes: by the name in the handshake",
      shows: (p) =>
        p.flow.tls === true && wasRouted(p) && routesTo(p, "tls").length > 0 && routesTo(p, "tcp").length === 0,
    },
    {
      id: "route-weights",
      says: "several destinations share the traffic by weight",
      shows: (p) =>
        wasRouted(p) &&
        (["http", "tcp", "tls"] as const).some((type) =>
          routesTo(p, type).some(
            ({ route: { destinations } }) => destinations.filter(({ weight }) => weight > 0).length > 1,
          ),
        ),
    },
    {
      id: "route-match-subnet",
      says: "a match of a tcp route may name where the client connects to",
      shows: (p) => restricts(p, ({ subnets }) => subnets.length > 0),
    },
    {
      id: "route-match-port",
      says: "a match may name the port",
      shows: (p) => restricts(p, ({ port }) => port !== undefined),
    },
    {
      id: "route-match-labels",
      says: "the client's labels",
      shows: (p) => restricts(p, ({ sourceLabels }) => Object.keys(sourceLabels).length > 0),
    },
    {
      id: "route-match-namespace",
      says: "the client's namespace",
      shows: (p) => restricts(p, ({ sourceNamespace }) => sourceNamespace !== undefined),
    },
    {
      id: "route-gateways",
      says: "a VirtualService for gateways only is nothing to sidecars",
      shows: (p) =>
        p.service !== undefined &&
        p.mesh.virtualServices.some(
          ({ gateways }) => known(gateways)?.length === 1 && known(gateways)?.[0] === "ingress",
        ),
    },
    {
      id: "route-private",
      says: "exportTo of a VirtualService hides it",
      shows: (p) =>
        p.service !== undefined &&
        p.cluster?.subset === "" &&
        p.mesh.virtualServices.some(
          ({ exportTo, ref }) =>
            (known(exportTo)?.length ?? 0) > 0 &&
            !known(exportTo)?.includes("*") &&
            ref.namespace !== p.client?.ref.namespace,
        ),
    },
    {
      id: "route-default-private",
      says: "so does defaultVirtualServiceExportTo",
      shows: (p) =>
        JSON.stringify(p.kase.meshConfig ?? {}).includes('"defaultVirtualServiceExportTo":["."]') &&
        p.mesh.virtualServices.some(({ ref }) => ref.namespace !== p.client?.ref.namespace) &&
        p.service !== undefined,
    },
    {
      id: "route-wildcard",
      says: "a VirtualService for many hosts",
      shows: (p) =>
        wasRouted(p) && p.mesh.virtualServices.some(({ hosts }) => known(hosts)?.some((host) => host.startsWith("*"))),
    },
  ],
};
