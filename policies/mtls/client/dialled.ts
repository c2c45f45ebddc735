import { remember, type Settle } from "../explore";
import { parsePodHost } from "../discovery/pod-host";
import { isUnknown } from "../known";
import type { Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import type { Context } from "./context";
import { isIpAddress, isWildcard } from "./hosts";
import { resolveClient } from "./resolve-client";
import { externalNameOf, isPassthrough, type ExternalService, type KubernetesService, type Registry } from "./registry";

/**
 * What a host means to the client that writes it: cluster DNS with its search list, then ServiceEntries, then the world outside.
 * Source: the search path of a Pod's resolv.conf (Kubernetes, DNS for Services and Pods), RFC 1034 for names.
 */
export type Dialled =
  /** `pod`: the name of one pod of a headless Service was dialled. */
  | {
      readonly kind: "service";
      readonly service: KubernetesService;
      readonly pod: string | undefined;
      /** As the client writes it: the name in a handshake. */
      readonly written: string;
      readonly alias?: Alias;
    }
  | {
      readonly kind: "entry";
      readonly service: ExternalService;
      readonly host: string;
      readonly alias?: Alias;
    }
  | { readonly kind: "address"; readonly address: string }
  /** The pods of a workload, each by its own address. */
  | { readonly kind: "pods"; readonly workload: Workload; readonly host: string }
  /** No object says what the name means. `inCluster`: it reads like the name of a Service. */
  | { readonly kind: "elsewhere"; readonly host: string; readonly inCluster: boolean; readonly alias?: Alias };

/** A Service without pods of its own, whose name stands for another one. */
export interface Alias {
  readonly service: KubernetesService;
  /** As the client writes it. */
  readonly written: string;
}

/** ExternalName Services that point at each other end after this many. */
const MAX_ALIASES = 8;

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

/** The names that a resolver tries, in its order. */
function* candidates(host: string, namespace: string, domain: string): Generator<string> {
  if (host.endsWith(".")) {
    yield host.slice(0, -1);
    return;
  }
  if (namespace !== "") yield `${host}.${namespace}.svc.${domain}`;
  yield `${host}.svc.${domain}`;
  yield `${host}.${domain}`;
  yield host;
}

function kubernetesService(registry: Registry, name: string): KubernetesService | undefined {
  const first = registry.byHost.get(name)?.[0];
  return first?.kind === "Service" ? first : undefined;
}

/** A Service by its own name, or a pod of a headless Service by the pod's. */
function inCluster(registry: Registry, name: string, settle: Settle): Dialled | undefined {
  const service = kubernetesService(registry, name);
  if (service !== undefined) return { kind: "service", service, pod: undefined, written: name };
  const dot = name.indexOf(".");
  const governing = dot < 1 ? undefined : kubernetesService(registry, name.slice(dot + 1));
  return governing !== undefined && isPassthrough(governing, settle)
    ? { kind: "service", service: governing, pod: name.slice(0, dot), written: name }
    : undefined;
}

/** Of several that declare a host, one whose address DNS can give comes first. */
function declaredOutside(registry: Registry, host: string, settle: Settle): ExternalService | undefined {
  const exact = registry.byHost.get(host)?.filter((entry) => entry.kind === "ServiceEntry") ?? [];
  const declaring = exact.length > 0 ? exact : (registry.wildcards.mostSpecific(host)?.values ?? []);
  const [first] = declaring;
  if (first !== undefined) return declaring.find(({ object }) => object.addresses.length > 0) ?? first;
  for (const object of registry.uncertain) {
    const isMeant = isUnknown(object.hosts) && settle<boolean>(object.hosts, [false, true], object.ref, "spec.hosts");
    if (isMeant) return { kind: "ServiceEntry", object, ref: object.ref, host, created: object.created };
  }
  return undefined;
}

/** Reads like `service`, `service.namespace`, `service.namespace.svc` or the whole name. */
const looksLikeService = (host: string, domain: string): boolean => {
  const labels = host.split(".");
  return host.endsWith(`.svc.${domain}`) || host.endsWith(".svc") || labels.length === 1;
};

/** The workload whose pods `pod:namespace/Kind/name` means; the kind may be left out. */
function podsMeant(index: MeshIndex, host: string): Workload | undefined {
  const meant = parsePodHost(host);
  if (meant === undefined) return undefined;
  const { namespace, kind, name } = meant;
  const found = resolveClient(index, [namespace, ...(kind === undefined ? [] : [kind]), name].join("/"));
  return "workload" in found ? (found.workload ?? undefined) : undefined;
}

function resolve(
  registry: Registry,
  index: MeshIndex,
  host: string,
  namespace: string,
  settle: Settle,
  aliases: number,
): Dialled {
  const pods = podsMeant(index, host);
  if (pods !== undefined) return { kind: "pods", workload: pods, host };
  const written = withoutBrackets(host.toLowerCase());
  if (written === "localhost") return { kind: "address", address: "127.0.0.1" };
  if (isIpAddress(written)) {
    const entry = registry.byAddress.get(written);
    if (entry?.kind === "Service") return { kind: "service", service: entry, pod: undefined, written };
    return entry === undefined
      ? { kind: "address", address: written }
      : { kind: "entry", service: entry, host: written };
  }
  const domain = registry.mesh.config.clusterDomain;
  for (const name of candidates(written, namespace, domain)) {
    const found = inCluster(registry, name, settle);
    if (found?.kind !== "service") continue;
    const target = externalNameOf(found.service, settle);
    if (target === undefined) return { ...found, written };
    if (target === "" || aliases >= MAX_ALIASES) return { kind: "elsewhere", host: target || name, inCluster: true };
    const meant = resolve(registry, index, `${target.replace(/\.$/, "")}.`, "", settle, aliases + 1);
    const alias = { service: found.service, written };
    return meant.kind === "address" || meant.kind === "pods" ? meant : { ...meant, alias };
  }
  const absolute = written.replace(/\.$/, "");
  const service = declaredOutside(registry, absolute, settle);
  if (service !== undefined && !isWildcard(absolute)) return { kind: "entry", service, host: absolute };
  const { namespaces } = registry.mesh;
  const named = absolute.split(".");
  const isNamespaced =
    named.length === 2 && (namespaces.has(named[1] ?? "") || index.workloadsIn(named[1] ?? "").length > 0);
  return { kind: "elsewhere", host: absolute, inCluster: looksLikeService(absolute, domain) || isNamespaced };
}

/** What a host means to the client, whose namespace short names resolve from. */
export const resolveHost = ({ indexes, index, client, settle }: Context, host: string): Dialled =>
  remember(indexes.hosts, `${client.scope.namespace}|${host}`, settle, (asked) =>
    resolve(indexes.registry, index, host, client.scope.namespace, asked, 0),
  );
