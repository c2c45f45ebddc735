import type { Considered, Undecided } from "../flow";
import { isUnknown, UNKNOWN, type Known } from "../known";
import { remembered } from "../memo";
import type { Labels, Meta, MtlsMode, PeerAuthentication, Workload } from "../mesh";
import type { MeshIndex } from "../mesh-index";
import { UNKNOWN_NAME } from "../readers/meta";
import { NONE, possibleWinners, type Candidate, type Contest } from "./contest";
import { considerPolicies } from "./peer-authentication-evidence";
import { podMetadata } from "./pod-metadata";

/**
 * Which mode the server's side demands.
 * Sources: `ComposePeerAuthentication`, `GetMutualTLSModeForPort` in pilot/pkg/security/authn/policy_applier.go;
 * `addPeerAuthentication`, `GetNamespaceMutualTLSMode` in pilot/pkg/model/authentication.go.
 */

export interface PortMode {
  readonly mode: Known<MtlsMode>;
  /** What `mode` may turn out to be; one when it is known. */
  readonly possible: readonly MtlsMode[];
  readonly undecided: readonly Undecided[];
  /** The policy that set it; `undefined` when none did (PERMISSIVE, or the stated mode of the mesh). */
  readonly by: PeerAuthentication | undefined;
}

/** The levels above a workload. */
interface Above {
  readonly mesh: Contest;
  readonly namespace: Contest;
}

export interface EffectivePeerAuthentication extends PortMode {
  /** @param targetPort port of the workload, not of the Service */
  port(targetPort: number): PortMode;
  /** The policies of each level, as a ztunnel is told. */
  readonly levels: Above & { readonly workload: Contest; readonly converting: Above };
  /** The policy of each level that counts, or may count while something is not known. */
  readonly winners: readonly PeerAuthentication[];
  /** Another order of equally old policies would change the mode of some port. */
  readonly orderDependent: boolean;
  /** Every policy of the three levels, with why it won or lost. */
  considered(): readonly Considered[];
}

const ALL: readonly MtlsMode[] = ["STRICT", "PERMISSIVE", "DISABLE"];

/** Modes that may hold, and the policy that set each. */
type Modes = ReadonlyMap<MtlsMode, PeerAuthentication | undefined>;

const isUnset = (mode: Known<MtlsMode> | undefined): mode is undefined => mode === undefined;

/** What a policy makes of what it inherits. */
const over = (inherited: Modes, policy: PeerAuthentication, mode: Known<MtlsMode> | undefined): Modes => {
  if (isUnset(mode)) return inherited;
  if (!isUnknown(mode)) return new Map([[mode, policy]]);
  return new Map([...ALL.map((each) => [each, policy] as const), ...inherited]);
};

const union = (all: readonly Modes[]): Modes => {
  const [only] = all;
  return only !== undefined && all.length === 1 ? only : new Map(all.flatMap((modes) => [...modes]));
};

const modesOf = (contest: Contest, inherited: Modes): Modes =>
  union(contest.winners.map((winner) => (winner === NONE ? inherited : over(inherited, winner, winner.mode))));

/** Fields of a contest that are not known and may decide it. */
const openFields = (contest: Contest): readonly Undecided[] => [
  ...contest.undecided,
  ...contest.winners.flatMap((winner) =>
    winner !== NONE && isUnknown(winner.mode) ? [{ object: winner.ref, path: "spec.mtls.mode" }] : [],
  ),
];

const isEmpty = ({ selector }: PeerAuthentication): Known<boolean> =>
  isUnknown(selector) ? UNKNOWN : selector === undefined;

const liesIn = ({ ref }: PeerAuthentication, namespace: string): Known<boolean> =>
  ref.namespace === UNKNOWN_NAME ? UNKNOWN : ref.namespace === namespace;

const both = (a: Known<boolean>, b: Known<boolean>): Known<boolean> =>
  a === false || b === false ? false : isUnknown(a) || isUnknown(b) ? UNKNOWN : true;

const contestOf = (policies: readonly PeerAuthentication[], namespace: string): Contest =>
  possibleWinners(
    policies.map((policy): Candidate => ({
      policy,
      counts: both(isEmpty(policy), liesIn(policy, namespace)),
      undecided: {
        object: policy.ref,
        path: isUnknown(policy.selector) ? "spec.selector" : "metadata.namespace",
      },
    })),
  );

/** Selector-less policies of a namespace. */
const wideContest = remembered((index: MeshIndex, namespace: string): Contest =>
  contestOf(index.policies(namespace).wide, namespace),
);

/**
 * Without those that have an empty selector. Sidecars make no difference; ztunnels of other namespaces are told of the mesh's policies like
 * this (`fetchPeerAuthentications` in pilot/pkg/serviceregistry/ambient/workloads.go), and a workload's policy is converted for them by what
 * this leaves of the mesh and the namespace (`PolicyCollections` in policies.go there).
 */
const barelyWideContest = remembered((index: MeshIndex, namespace: string): Contest =>
  contestOf(
    index.policies(namespace).wide.filter(({ hasEmptySelector }) => hasEmptySelector !== true),
    namespace,
  ),
);

/** Policies that select what has the labels; in the root namespace a selector selects nothing. */
const selectingContest = (index: MeshIndex, namespace: string, labels: Known<Labels>, labelsAt: Undecided): Contest => {
  if (namespace === index.mesh.config.rootNamespace) return possibleWinners([]);
  const policies = index.policies(namespace);
  return possibleWinners(
    policies.contending(labels).map(({ item, certain }): Candidate => {
      const policyOpen = isUnknown(item.selector) || Object.values(item.selector ?? {}).some(isUnknown);
      return {
        policy: item,
        counts: both(certain ? true : UNKNOWN, liesIn(item, namespace)),
        undecided: policyOpen
          ? { object: item.ref, path: "spec.selector" }
          : liesIn(item, namespace) === true
            ? labelsAt
            : { object: item.ref, path: "metadata.namespace" },
      };
    }),
    () => policies.selecting(labels).map(({ item }) => item),
  );
};

const PERMISSIVE: Modes = new Map([["PERMISSIVE", undefined]]);

/** The mesh's mode; without a policy what a caller states of the mesh, else Istio's own default. */
const meshModes = (index: MeshIndex, contest: Contest): Modes =>
  union(
    contest.winners.map((winner) => {
      if (winner !== NONE) return over(PERMISSIVE, winner, winner.mode);
      const { meshMode } = index.mesh.facts;
      return meshMode === undefined ? PERMISSIVE : new Map([[meshMode, undefined]]);
    }),
  );

const settle = (modes: Modes, undecided: readonly Undecided[]): PortMode => {
  const [first] = modes;
  const possible = [...modes.keys()];
  return first !== undefined && modes.size === 1
    ? { mode: first[0], possible, by: first[1], undecided: [] }
    : { mode: UNKNOWN, possible, by: undefined, undecided };
};

const portModes = (contest: Contest, inherited: Modes, port: number): Modes =>
  union(
    contest.winners.map((winner) => {
      if (winner === NONE) return inherited;
      const whole = over(inherited, winner, winner.mode);
      const { portLevel } = winner;
      return over(whole, winner, isUnknown(portLevel) ? UNKNOWN : portLevel.get(port));
    }),
  );

const openPorts = (contest: Contest, port: number): readonly Undecided[] =>
  contest.winners.flatMap((winner) => {
    if (winner === NONE) return [];
    if (isUnknown(winner.portLevel)) return [{ object: winner.ref, path: "spec.portLevelMtls" }];
    return isUnknown(winner.portLevel.get(port) ?? "")
      ? [{ object: winner.ref, path: `spec.portLevelMtls.${port}.mode` }]
      : [];
  });

/** Whether what lies below a level can show through it. */
const isOpenBelow = (contest: Contest): boolean =>
  contest.winners.some((winner) => winner === NONE || isUnset(winner.mode) || isUnknown(winner.mode));

const samePorts = (a: PeerAuthentication, b: PeerAuthentication): boolean => {
  const { portLevel: x } = a;
  const { portLevel: y } = b;
  if (isUnknown(x) || isUnknown(y)) return isUnknown(x) && isUnknown(y);
  return x.size === y.size && [...x].every(([port, mode]) => y.has(port) && y.get(port) === mode);
};

/** Equally old policies that would do something else had they won. */
const isOrderDependent = (contest: Contest, withPorts: boolean): boolean =>
  contest.rivals.some((rival) =>
    contest.winners.some(
      (winner) => winner !== NONE && (winner.mode !== rival.mode || (withPorts && !samePorts(winner, rival))),
    ),
  );

function compose(index: MeshIndex, workload: Workload): EffectivePeerAuthentication {
  const { namespace } = workload.ref;
  const root = index.mesh.config.rootNamespace;
  const mesh = wideContest(index, root);
  const whole = namespace === root ? possibleWinners([]) : wideContest(index, namespace);
  const labelsAt = { object: workload.ref, path: `${podMetadata(workload)}.labels` };
  const own = selectingContest(index, namespace, index.labelsOf(workload), labelsAt);
  const inherited = modesOf(whole, meshModes(index, mesh));

  const nowhere = namespace === UNKNOWN_NAME ? [{ object: workload.ref, path: "metadata.namespace" }] : [];
  const levels = [own, ...(isOpenBelow(own) ? [whole, ...(isOpenBelow(whole) ? [mesh] : [])] : [])];
  const open = [...nowhere, ...levels.flatMap(openFields)];
  const anywhere = (modes: Modes): Modes =>
    nowhere.length === 0 ? modes : new Map(ALL.map((mode) => [mode, undefined]));
  const contests = [mesh, whole, own];
  return {
    ...settle(anywhere(modesOf(own, inherited)), open),
    port: (targetPort) =>
      settle(anywhere(portModes(own, inherited, targetPort)), [...openPorts(own, targetPort), ...open]),
    levels: {
      mesh: namespace === root ? mesh : barelyWideContest(index, root),
      namespace: whole,
      workload: own,
      converting: { mesh: barelyWideContest(index, root), namespace: barelyWideContest(index, namespace) },
    },
    winners: contests.flatMap(({ winners }) => winners.flatMap((winner) => (winner === NONE ? [] : [winner]))),
    orderDependent: isOrderDependent(own, true) || levels.slice(1).some((contest) => isOrderDependent(contest, false)),
    considered: () => considerPolicies(index, workload, contests),
  };
}

/** The mode that holds for a workload and for each of its ports; worked out once per workload. */
export const effectivePeerAuthentication: (index: MeshIndex, workload: Workload) => EffectivePeerAuthentication =
  remembered(compose);

/**
 * The mode of a port of an endpoint that is written into an object: what that object's namespace has for the endpoint's own labels, whatever
 * pod is at its address (`checkMtlsEnabled` in pilot/pkg/xds/endpoints/mtls_checker.go).
 */
export function writtenPortMode(index: MeshIndex, { ref }: Meta, labels: Labels, port: number): PortMode {
  const root = index.mesh.config.rootNamespace;
  const mesh = wideContest(index, root);
  const whole = ref.namespace === root ? possibleWinners([]) : wideContest(index, ref.namespace);
  const own = selectingContest(index, ref.namespace, labels, { object: ref, path: "spec.endpoints" });
  const open = [own, whole, mesh].flatMap(openFields);
  return settle(portModes(own, modesOf(whole, meshModes(index, mesh)), port), [...openPorts(own, port), ...open]);
}

/** What clients' proxies know of a namespace: never a workload's or a port's mode. */
export type NamespaceMode = MtlsMode | "UNKNOWN-TO-CLIENTS";

export interface NamespaceModeAnswer {
  readonly mode: Known<NamespaceMode>;
  readonly by: PeerAuthentication | undefined;
  readonly undecided: readonly Undecided[];
}

type NamespaceModes = ReadonlyMap<NamespaceMode, PeerAuthentication | undefined>;

const clientModes = (contest: Contest, without: NamespaceModes, unset: NamespaceModes): NamespaceModes =>
  new Map(
    contest.winners.flatMap((winner): (readonly [NamespaceMode, PeerAuthentication | undefined])[] => {
      if (winner === NONE) return [...without];
      if (isUnset(winner.mode)) return [...unset].map(([mode]) => [mode, winner] as const);
      const possible: readonly NamespaceMode[] = isUnknown(winner.mode) ? [...ALL, ...unset.keys()] : [winner.mode];
      return possible.map((mode) => [mode, winner] as const);
    }),
  );

const only = (mode: NamespaceMode): NamespaceModes => new Map([[mode, undefined]]);

const composeNamespace = (index: MeshIndex, namespace: string): NamespaceModeAnswer => {
  const root = index.mesh.config.rootNamespace;
  const mesh = wideContest(index, root);
  const whole = wideContest(index, namespace);
  const global = clientModes(mesh, only(index.mesh.facts.meshMode ?? "UNKNOWN-TO-CLIENTS"), only("PERMISSIVE"));
  const inherited = new Map(
    [...global].map(([mode, by]) => [mode === "UNKNOWN-TO-CLIENTS" ? ("PERMISSIVE" as const) : mode, by]),
  );
  const modes = namespace === root ? global : clientModes(whole, global, inherited);
  const [first] = modes;
  if (first !== undefined && modes.size === 1) return { mode: first[0], by: first[1], undecided: [] };
  const levels = namespace === root ? [mesh] : isOpenBelow(whole) ? [whole, mesh] : [whole];
  return { mode: UNKNOWN, by: undefined, undecided: levels.flatMap(openFields) };
};

/** The namespace's own mode, else the mesh's, as auto mTLS takes it into account, with the policy that set it. */
export const namespaceMode: (index: MeshIndex, namespace: string) => NamespaceModeAnswer = remembered(composeNamespace);

export const namespaceModeForClients = (index: MeshIndex, namespace: string): Known<NamespaceMode> =>
  namespaceMode(index, namespace).mode;
