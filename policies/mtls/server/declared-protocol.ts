import { byCreation, compare } from "../client/age";
import { entryTargetOn, inlineTarget, targetPortOn } from "../endpoints";
import type { Undecided } from "../flow";
import { isDiscovered } from "../discovered";
import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { Endpoints, Labels, Meta, Service, ServiceEntry, Sidecar, Workload } from "../mesh";
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

/** Services that select the workload; where none does, those without a selector whose endpoints list it. */
const servicesOf = (index: MeshIndex, workload: Workload, openField: OpenField): readonly Declarer[] => {
  // istiod knows neither the pods nor the Services of a namespace that it does not watch.
  if (isDiscovered(index.mesh, workload.ref.namespace) === false) return [];
  const hostOf = ({ ref }: Service): string => `${ref.name}.${ref.namespace}.svc.${index.mesh.config.clusterDomain}`;
  const selecting = index.servicesSelecting(workload);
  if (selecting.length > 0)
    return selecting.map(({ service, certain }) => ({
      from: service,
      host: hostOf(service),
      ports: servicePorts(workload, service),
      open: certain ? undefined : openField(service, service.selector, "spec.selector"),
    }));
  return index.slicesListing(workload).map(({ service, slice }) => ({
    from: service,
    host: hostOf(service),
    ports: listedPorts(service, slice),
    open: undefined,
  }));
};

type OpenField = (meta: Meta, selector: Known<Labels> | undefined, path: string) => Undecided;

const serviceClaims = (index: MeshIndex, workload: Workload, targetPort: number): readonly Claim[] => {
  const labels: Undecided = { object: workload.ref, path: `${podMetadata(workload)}.labels` };
  const openField: OpenField = ({ ref }, selector, path) =>
    selector !== undefined && isUnknown(selector) ? { object: ref, path } : labels;
  const services = servicesOf(index, workload, openField);
  const selecting = index.entriesSelecting(workload).map(({ entry, certain }): Declarer => ({
    from: entry,
    host: firstHost(entry),
    ports: entryPorts(workload, entry),
    open: certain ? undefined : openField(entry, entry.workloadSelector, "spec.workloadSelector"),
  }));
  const listing = index.entriesListing(workload).map(({ entry, endpoint }): Declarer => ({
    from: entry,
    host: firstHost(entry),
    ports: entry.ports.map((port) => ({
      target: inlineTarget(endpoint, port),
      protocol: writtenProtocol(port.protocol),
    })),
    open: undefined,
  }));
  return untilSure(
    [...services, ...selecting, ...listing]
      .sort((a, b) => byCreation(a.from, b.from) || compare(a.host, b.host))
      .flatMap((declarer) => claimsOf(declarer, targetPort)),
  );
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
