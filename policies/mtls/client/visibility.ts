import type { Settle } from "../explore";
import { isDiscovered } from "../discovered";
import { isUnknown, type Known } from "../known";
import { firstOnly, SelectorIndex } from "../labels";
import type { Labels, Mesh, Sidecar } from "../mesh";
import { writtenProtocol, type PortProtocol } from "../server/port-protocol";
import { byAge } from "./age";
import { coversHost } from "./hosts";
import { meshConfigRef } from "./mesh-config";
import { exportToOf, type Registered } from "./registry";
import { isSelected, settleOpen, type Place } from "./selected";

/**
 * What a client's proxy is told about: `exportTo`, the egress list of its Sidecar, and the namespaces that istiod watches.
 * Sources: `IsServiceVisible` and `getSidecarScope` in pilot/pkg/model/push_context.go; `convertIstioListenerToWrapper` and
 * `selectServices` in pilot/pkg/model/sidecar.go.
 */

/** The proxy whose view is asked for. */
export interface Scope {
  readonly namespace: string;
  /** Of the pods; looked at only where something selects by labels. */
  labels(): Known<Labels>;
  labelsAt(): Place;
  /** A gateway's proxy reads no Sidecar. */
  readonly isGateway: boolean;
}

/** The Sidecars of a namespace. */
interface NamespaceSidecars {
  readonly selecting: SelectorIndex<Sidecar>;
  readonly hasSelector: boolean;
  /** The oldest without a selector. */
  readonly wide: Sidecar | undefined;
}

export type SidecarIndex = ReadonlyMap<string, NamespaceSidecars>;

/** Those with a workload selector come first, then the oldest: the first that fits counts. */
export function indexSidecars(mesh: Mesh): SidecarIndex {
  const sidecars = new Map<string, Sidecar[]>();
  for (const sidecar of [...mesh.sidecars].sort(byAge)) {
    const list = sidecars.get(sidecar.ref.namespace);
    if (list === undefined) sidecars.set(sidecar.ref.namespace, [sidecar]);
    else list.push(sidecar);
  }
  const index = new Map<string, NamespaceSidecars>();
  for (const [namespace, list] of sidecars) {
    const selective = list.filter(({ workloadSelector }) => workloadSelector !== undefined);
    index.set(namespace, {
      selecting: new SelectorIndex(selective, ({ workloadSelector }) => workloadSelector ?? {}, firstOnly),
      hasSelector: selective.length > 0,
      wide: list.find(({ workloadSelector }) => workloadSelector === undefined),
    });
  }
  return index;
}

/** The Sidecar that counts for a proxy: its namespace's, else the root namespace's without selector. */
export function sidecarFor(index: SidecarIndex, mesh: Mesh, scope: Scope, settle: Settle): Sidecar | undefined {
  if (scope.isGateway) return undefined;
  const own = index.get(scope.namespace);
  if (own?.hasSelector === true) {
    const fitting = own.selecting.foremost(scope.labels()).find(({ item: { workloadSelector = {}, ref } }) => {
      const at = { ref, path: "spec.workloadSelector" };
      return isSelected(workloadSelector, at, scope.labels(), scope.labelsAt(), settle);
    });
    if (fitting !== undefined) return fitting.item;
  }
  return own?.wide ?? index.get(mesh.config.rootNamespace)?.wide;
}

/** Whether an object of `namespace` with this `exportTo` is for clients of `clientNamespace`. */
export function isExported(exportTo: readonly string[], namespace: string, clientNamespace: string): boolean {
  if (exportTo.length === 0 || exportTo.includes("*") || exportTo.includes(clientNamespace)) return true;
  return exportTo.includes(".") && namespace === clientNamespace;
}

const EXPORT_WAYS = [["*"], ["~"]] as const;

function audienceOf(entry: Registered, mesh: Mesh, settle: Settle): readonly string[] {
  const own = exportToOf(entry);
  if (own === undefined)
    return settle<readonly string[]>(
      mesh.config.defaultServiceExportTo,
      EXPORT_WAYS,
      meshConfigRef(mesh),
      "defaultServiceExportTo",
    );
  const path = entry.kind === "Service" ? "metadata.annotations" : "spec.exportTo";
  return settle<readonly string[]>(own, EXPORT_WAYS, entry.ref, path);
}

/** Exported to everybody. */
export function isPublic(entry: Registered, mesh: Mesh, settle: Settle): boolean {
  const audience = audienceOf(entry, mesh, settle);
  return audience.length === 0 || audience.includes("*");
}

const isFor = (entry: Registered, mesh: Mesh, clientNamespace: string, settle: Settle): boolean =>
  isExported(audienceOf(entry, mesh, settle), entry.ref.namespace, clientNamespace);

/** Whether istiod watches the namespace at all. */
export function isWatched(namespace: string, mesh: Mesh, settle: Settle): boolean {
  const at = isUnknown(mesh.config.discoverySelectors)
    ? { ref: meshConfigRef(mesh), path: "discoverySelectors" }
    : {
        ref: mesh.namespaces.get(namespace)?.ref ?? { kind: "Namespace", namespace: "", name: namespace },
        path: "metadata.labels",
      };
  return settle<boolean>(isDiscovered(mesh, namespace), [true, false], at.ref, at.path);
}

/** Whether an egress list imports a host of a namespace. `~` before a namespace excludes it. */
export function imports(
  hosts: readonly string[],
  host: string,
  namespace: string,
  clientNamespace: string,
  covers: (pattern: string, host: string) => boolean = coversHost,
): boolean {
  let found = false;
  for (const entry of hosts) {
    const slash = entry.indexOf("/");
    if (slash < 0 || entry.includes("/", slash + 1)) continue;
    const excludes = entry.startsWith("~");
    const written = excludes ? entry.slice(1, slash) || "*" : entry.slice(0, slash);
    const wanted = written === "." ? clientNamespace : written;
    if (wanted !== "*" && wanted !== namespace) continue;
    const pattern = entry.slice(slash + 1);
    if (excludes && coversHost(pattern, host)) return false;
    found ||= !excludes && covers(pattern, host);
  }
  return found;
}

/** Whether what imports a service imports an alias of it too (`matchingAliasService` in sidecar.go): the namespace is the service's. */
export function importsAs(
  hosts: readonly string[],
  alias: string,
  { host, ref: { namespace } }: Registered,
  clientNamespace: string,
): boolean {
  const isEverywhere = (entry: string): boolean => entry.startsWith("*/");
  const near = hosts.filter((entry) => !isEverywhere(entry));
  const counting = imports(near, host, namespace, clientNamespace) ? near : hosts.filter(isEverywhere);
  return imports(counting, alias, namespace, clientNamespace);
}

/** A port of a service as listeners know it. */
export interface ListenedPort {
  readonly number: number;
  /**
   * What has to be known: the host to route to, that something is listened for on 0.0.0.0, or at the addresses of pods, where only an
   * egress entry for every port makes the proxy listen.
   */
  readonly as: "host" | "listener" | "pods";
  protocol(): PortProtocol | undefined;
}

/** An entry of a Sidecar's egress list. */
export type Egress = Exclude<NonNullable<Sidecar["egress"]>, symbol>[number];

/** The egress entry for a port alone that imports a host of a namespace. */
export function ownListener(
  sidecar: Sidecar | undefined,
  number: number,
  { host, ref }: Registered,
  clientNamespace: string,
): Egress | undefined {
  const own = listenerOf(sidecar, number);
  return own !== undefined && imports(own.hosts, host, ref.namespace, clientNamespace) ? own : undefined;
}

/** The egress entry for a port alone: requests on that port are routed by it only. */
export const listenerOf = (sidecar: Sidecar | undefined, number: number): Egress | undefined =>
  sidecar?.egress === undefined || isUnknown(sidecar.egress)
    ? undefined
    : sidecar.egress.find(({ port }) => port === number);

/** The hosts of the egress entry for every port; `undefined` where no list narrows anything. */
export const importedByRest = (sidecar: Sidecar | undefined): readonly string[] | undefined =>
  sidecar?.egress === undefined || isUnknown(sidecar.egress) || sidecar.egress.length === 0
    ? undefined
    : (sidecar.egress.find(({ port }) => port === undefined)?.hosts ?? []);

/** The entries of the list; `undefined` stands for all that is exported. */
export const egressOf = (sidecar: Sidecar | undefined): readonly (Egress | undefined)[] =>
  sidecar?.egress === undefined || isUnknown(sidecar.egress) || sidecar.egress.length === 0
    ? [undefined]
    : sidecar.egress;

/** What an egress entry for a port makes of the port of a service: under HTTP only what may be HTTP is a host of its routes. */
export function protocolUnder({ protocol }: Egress, ofService: PortProtocol): PortProtocol | undefined {
  const written = writtenProtocol(protocol);
  if (written !== "HTTP") return written;
  return ofService === "HTTP" || ofService === "AUTO" ? "HTTP" : undefined;
}

/**
 * Whether the proxy knows where what is sent to the port of a service is meant to go.
 * @param sidecar the Sidecar that counts for the proxy, if any
 */
export function isVisible(
  entry: Registered,
  port: ListenedPort,
  scope: Scope,
  sidecar: Sidecar | undefined,
  mesh: Mesh,
  settle: Settle,
): boolean {
  const { namespace } = entry.ref;
  if (!isWatched(namespace, mesh, settle) || !isFor(entry, mesh, scope.namespace, settle)) return false;
  if (sidecar?.egress === undefined) return true;
  if (isUnknown(sidecar.egress)) return settle<boolean>(sidecar.egress, [true, false], sidecar.ref, "spec.egress");
  settleOpen(sidecar, settle);
  if (sidecar.egress.length === 0) return true;
  const own = ownListener(sidecar, port.number, entry, scope.namespace);
  const protocol = port.protocol();
  const isOwn = own !== undefined && protocol !== undefined && port.as !== "pods";
  if (isOwn && (port.as === "listener" || protocolUnder(own, protocol) !== undefined)) return true;
  if (port.as === "host" && protocol === "HTTP" && listenerOf(sidecar, port.number) !== undefined) return false;
  return imports(importedByRest(sidecar) ?? [], entry.host, namespace, scope.namespace);
}

/** What happens to traffic for which the proxy has no cluster. */
export function outboundPolicy(
  sidecar: Sidecar | undefined,
  mesh: Mesh,
  settle: Settle,
): "ALLOW_ANY" | "REGISTRY_ONLY" {
  const ways = ["ALLOW_ANY", "REGISTRY_ONLY"] as const;
  return sidecar?.outboundTrafficPolicy === undefined
    ? settle(mesh.config.outboundTrafficPolicy, ways, meshConfigRef(mesh), "outboundTrafficPolicy.mode")
    : settle(sidecar.outboundTrafficPolicy, ways, sidecar.ref, "spec.outboundTrafficPolicy.mode");
}
