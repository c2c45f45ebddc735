import { byCreation, compare } from "../client/age";
import { entryTargetOn, inlineTarget, targetPortOn } from "../endpoints";
import type { Undecided } from "../flow";
import { isDiscovered } from "../discovered";
import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import { remembered } from "../memo";
import type { Endpoints, Labels, Mesh, Meta, Service, ServiceEntry, Sidecar, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import type { ObjectRef } from "../objects";
import { podMetadata } from "./injection";
import { portProtocol, writtenProtocol, type PortProtocol } from "./port-protocol";

export { portProtocol, writtenProtocol, type PortProtocol } from "./port-protocol";

/**
 * Which protocol a port of a workload is declared to speak: it decides what the proxy makes of bytes that are not what it expects.
 * Sources: `getFilterChainsByServicePort` and `buildInboundChainConfigs` in pilot/pkg/networking/core/listener_inbound.go (the oldest
 * Service wins; a Sidecar's ingress list replaces the Services), `SetServiceTargets` in pilot/pkg/model/context.go (equally old ones by
 * host), `GetProxyServiceTargets` in pilot/pkg/serviceregistry/kube/controller/controller.go, `getSidecarScope` in
 * pilot/pkg/model/push_context.go.
 */

/** `UNDECLARED`: no Service or ingress listener has the port; it is handled like AUTO, on the pass-through chain. */
export type DeclaredProtocol = PortProtocol | "UNDECLARED";

export interface PortDeclaration {
  readonly protocol: Known<DeclaredProtocol>;
  /** What `protocol` may turn out to be; one when it is known. */
  readonly possible: readonly DeclaredProtocol[];
  /** The object that declares the port. */
  readonly by: ObjectRef | undefined;
  readonly undecided: readonly Undecided[];
}

const ANY: readonly DeclaredProtocol[] = ["HTTP", "TCP", "TLS", "AUTO", "UNDECLARED"];

/** One object that may declare the port, and as what; unknown as long as its own fields are. */
interface Claim {
  readonly protocol: Known<DeclaredProtocol>;
  readonly by: ObjectRef | undefined;
  /** The field that is not known; `undefined` when the claim is sure. */
  readonly open: Undecided | undefined;
}

const UNCLAIMED: Claim = { protocol: "UNDECLARED", by: undefined, open: undefined };

/** The first sure claim ends the list; those before it may or may not hold. */
const settle = (claims: readonly Claim[]): PortDeclaration => {
  const protocols = new Set(claims.map(({ protocol }) => protocol));
  const possible = protocols.has(UNKNOWN) ? ANY : [...protocols].filter((protocol) => !isUnknown(protocol));
  const [only] = possible;
  if (only !== undefined && possible.length === 1)
    return { protocol: only, possible, by: claims.at(-1)?.by, undecided: [] };
  const undecided = claims.flatMap(({ open }) => open ?? []);
  return { protocol: UNKNOWN, possible, by: undefined, undecided };
};

const untilSure = (claims: readonly Claim[]): readonly Claim[] => {
  const sure = claims.findIndex(({ open }) => open === undefined);
  return sure < 0 ? [...claims, UNCLAIMED] : claims.slice(0, sure + 1);
};

const ingressClaim = ({ ingress, ref }: Sidecar, targetPort: number): Claim => {
  if (ingress === undefined || isUnknown(ingress))
    return { protocol: UNKNOWN, by: ref, open: { object: ref, path: "spec.ingress" } };
  const listener = ingress.find(({ port }) => port === targetPort);
  return listener === undefined
    ? UNCLAIMED
    : { protocol: writtenProtocol(listener.protocol), by: ref, open: undefined };
};

interface DeclaringPort {
  readonly target: Known<number> | undefined;
  readonly protocol: Known<PortProtocol>;
}

/** A Service or ServiceEntry that may select the workload. */
interface Declarer {
  readonly from: Meta;
  readonly host: string;
  readonly ports: Known<readonly DeclaringPort[]>;
  /** The field that would tell whether it does; `undefined` when it does. */
  readonly open: Undecided | undefined;
}

/**
 * What it says of the port; of several ports of a Service the first that leads there. Which of several ports of a ServiceEntry counts
 * istiod leaves to chance: it takes them from an index without order (`GetProxyServiceTargets` in
 * pilot/pkg/serviceregistry/serviceentry/controller.go).
 */
const claimsOf = ({ from: { ref }, ports, open }: Declarer, targetPort: number): readonly Claim[] => {
  const place: Undecided = { object: ref, path: "spec.ports" };
  if (isUnknown(ports)) return [{ protocol: UNKNOWN, by: ref, open: place }];
  const leading = ports.filter(({ target }) => target === targetPort || target === UNKNOWN);
  const [first] = leading;
  if (first === undefined) return [];
  const claim = ({ target, protocol }: DeclaringPort): Claim => {
    const isOpen = target === UNKNOWN || isUnknown(protocol);
    return { protocol, by: ref, open: isOpen ? place : open };
  };
  if (ref.kind !== "ServiceEntry") return [claim(first)];
  const others = leading.filter(({ protocol }) => protocol !== first.protocol);
  return [...others.map((port) => ({ ...claim(port), open: place })), claim(first)];
};

const entryPorts = (workload: Workload, { ports }: ServiceEntry): readonly DeclaringPort[] =>
  ports.map((port) => ({ target: entryTargetOn(workload, port), protocol: writtenProtocol(port.protocol) }));

const firstHost = ({ hosts }: ServiceEntry): string => (isUnknown(hosts) ? "" : ([...hosts].sort(compare)[0] ?? ""));

const servicePorts = (workload: Workload, { ports }: Service): Known<readonly DeclaringPort[]> =>
  mapKnown(ports, (all) =>
    all
      .filter(({ protocol }) => protocol === "TCP")
      .map((port) => ({ target: targetPortOn(workload, port), protocol: portProtocol(port) })),
  );

/** Ports as the endpoints that somebody wrote by hand have them. */
const listedPorts = ({ ports }: Service, { ports: listed }: Endpoints): Known<readonly DeclaringPort[]> =>
  mapKnown(ports, (all) =>
    all.flatMap((port) => {
      const target = listed.find(({ name }) => (name ?? "") === (port.name ?? ""));
      return target === undefined ? [] : [{ target: target.port, protocol: portProtocol(port) }];
    }),
  );

type OpenField = (meta: Meta, selector: Known<Labels> | undefined, path: string) => Undecided;

/** istiod's order of what declares ports: the oldest first, equally old ones by host. */
const byRank = (a: Named, b: Named): number => byCreation(a.from, b.from) || compare(a.host, b.host);

interface Named {
  readonly from: Meta;
  readonly host: string;
}

interface NamedService extends Named {
  readonly service: Service;
  readonly certain: boolean;
}

interface NamedEntry extends Named {
  readonly entry: ServiceEntry;
  readonly certain: boolean;
}

const hostOf = ({ ref }: Service, { config }: Mesh): string =>
  `${ref.name}.${ref.namespace}.svc.${config.clusterDomain}`;

/** Sorted once for all workloads that have the same list. */
const sortedServices = remembered(
  ({ mesh }: MeshIndex, selecting: ReturnType<MeshIndex["servicesSelecting"]>): readonly NamedService[] =>
    selecting.map((each) => ({ ...each, from: each.service, host: hostOf(each.service, mesh) })).sort(byRank),
);

const sortedEntries = remembered(
  (_index: MeshIndex, selecting: ReturnType<MeshIndex["entriesSelecting"]>): readonly NamedEntry[] =>
    selecting
      .map((each) => ({
        ...each,
        from: each.entry,
        host: firstHost(each.entry),
      }))
      .sort(byRank),
);

/** Services that select the workload; where none does, those without a selector whose endpoints list it. */
function* servicesOf(index: MeshIndex, workload: Workload, openField: OpenField): Generator<Declarer> {
  // istiod knows neither the pods nor the Services of a namespace that it does not watch.
  if (isDiscovered(index.mesh, workload.ref.namespace) === false) return;
  const selecting = sortedServices(index, index.servicesSelecting(workload));
  for (const { service, host, certain } of selecting)
    yield {
      from: service,
      host,
      ports: servicePorts(workload, service),
      open: certain ? undefined : openField(service, service.selector, "spec.selector"),
    };
  if (selecting.length > 0) return;
  const listing = index
    .slicesListing(workload)
    .map((each) => ({ ...each, from: each.service, host: hostOf(each.service, index.mesh) }));
  for (const { service, slice, from, host } of listing.sort(byRank))
    yield { from, host, ports: listedPorts(service, slice), open: undefined };
}

function* entriesOf(index: MeshIndex, workload: Workload, openField: OpenField): Generator<Declarer> {
  for (const { entry, host, certain } of sortedEntries(index, index.entriesSelecting(workload)))
    yield {
      from: entry,
      host,
      ports: entryPorts(workload, entry),
      open: certain ? undefined : openField(entry, entry.workloadSelector, "spec.workloadSelector"),
    };
}

/** Those whose own endpoints list it. */
function* entriesListing(index: MeshIndex, workload: Workload): Generator<Declarer> {
  const listing = index
    .entriesListing(workload)
    .map((each) => ({ ...each, from: each.entry, host: firstHost(each.entry) }));
  for (const { entry, endpoint, from, host } of listing.sort(byRank)) {
    const ports = entry.ports.map((port) => ({
      target: inlineTarget(endpoint, port),
      protocol: writtenProtocol(port.protocol),
    }));
    yield { from, host, ports, open: undefined };
  }
}

/** Two sorted sequences as one; of equals those of the first come first. */
function* merge(a: Iterator<Declarer>, b: Iterator<Declarer>): Generator<Declarer> {
  let [left, right] = [a.next(), b.next()];
  while (left.done !== true || right.done !== true)
    if (left.done !== true && (right.done === true || byRank(left.value, right.value) <= 0)) {
      yield left.value;
      left = a.next();
    } else if (right.done !== true) {
      yield right.value;
      right = b.next();
    }
}

/** Looks no further than the first sure claim. */
const serviceClaims = (index: MeshIndex, workload: Workload, targetPort: number): readonly Claim[] => {
  const labels: Undecided = { object: workload.ref, path: `${podMetadata(workload)}.labels` };
  const openField: OpenField = ({ ref }, selector, path) =>
    selector !== undefined && isUnknown(selector) ? { object: ref, path } : labels;
  const claims: Claim[] = [];
  const selecting = merge(servicesOf(index, workload, openField), entriesOf(index, workload, openField));
  const declarers = merge(selecting, entriesListing(index, workload));
  for (const declarer of declarers) {
    claims.push(...claimsOf(declarer, targetPort));
    if (claims.some(({ open }) => open === undefined)) break;
  }
  return untilSure(claims);
};

/** The Sidecar that governs a workload: one that selects it, else its namespace's, else the mesh's; those that may, when not known. */
const governing = (index: MeshIndex, workload: Workload): readonly (Sidecar | undefined)[] => {
  const selecting = index.sidecarsSelecting(workload);
  const sure = selecting.findIndex(({ certain }) => certain);
  const possible = (sure < 0 ? selecting : selecting.slice(0, sure + 1)).map(({ sidecar }) => sidecar);
  if (sure >= 0) return possible;
  const { rootNamespace } = index.mesh.config;
  return [...possible, index.sidecarOf(workload.ref.namespace) ?? index.sidecarOf(rootNamespace)];
};

/** What the port is declared to speak, by which object, and what leaves that open. */
export function declaredPort(index: MeshIndex, workload: Workload, targetPort: number): PortDeclaration {
  const sidecars = governing(index, workload);
  const claims = sidecars.flatMap((sidecar) =>
    sidecar?.ingress === undefined ? serviceClaims(index, workload, targetPort) : [ingressClaim(sidecar, targetPort)],
  );
  const { undecided, ...declaration } = settle(claims);
  if (!isUnknown(declaration.protocol) || sidecars.length === 1) return { undecided, ...declaration };
  const selectors = sidecars
    .slice(0, -1)
    .flatMap((each) => (each === undefined ? [] : [{ object: each.ref, path: "spec.workloadSelector" }]));
  return { ...declaration, undecided: [...selectors, ...undecided] };
}

export const declaredProtocol = (index: MeshIndex, workload: Workload, targetPort: number): Known<DeclaredProtocol> =>
  declaredPort(index, workload, targetPort).protocol;
