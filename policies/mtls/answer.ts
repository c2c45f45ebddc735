import { reasonsOfClient } from "./because";
import { clientOf, indexClients, outsideClient, type Client } from "./client/context";
import { isIpAddress } from "./client/hosts";
import { resolveClient } from "./client/resolve-client";
import { considered } from "./evidence";
import { combine, isSame, unknownServer } from "./combine";
import { explore, unique, type Exploration } from "./explore";
import type { DeclaredFlow, FlowAnswer, FlowOrigin, ServerAnswer, Undecided } from "./flow";
import type { MeshIndex } from "./mesh-index";
import type { ObjectRef } from "./objects";
import { dataPlane } from "./server/injection";
import { worstOutcome, type AppProtocol, type Outcome } from "./vocabulary";
import type { Question, Traced } from "./meeting";
import { answeredBefore, answerInOneWay, type WorldAnswer } from "./world";

export { resolveClient, type ResolvedClient } from "./client/resolve-client";

export interface AnswerOptions {
  /** Make `evidence`. @default false */
  readonly evidence?: boolean;
  /** @default "declared" */
  readonly origin?: FlowOrigin;
}

const DEFAULT_PROTOCOL: Readonly<Record<number, AppProtocol>> = { 4317: "grpc" };

/** The host as everyone knows it: a Service by its full name. */
function hostOf(world: WorldAnswer | undefined, host: string): string {
  if (world === undefined) return host;
  const { dialled } = world;
  if (dialled.kind === "service")
    return dialled.pod === undefined ? dialled.service.host : `${dialled.pod}.${dialled.service.host}`;
  return dialled.kind === "address" ? dialled.address : dialled.host;
}

const isBareIpv6 = (host: string): boolean => host.includes(":") && !host.startsWith("[") && isIpAddress(host);
const bracketed = (host: string): string => (isBareIpv6(host) ? `[${host}]` : host);

/** The answer when nobody knows who asks: the client may be anyone. */
const withoutClient = (flow: DeclaredFlow, ref: ObjectRef, base: BaseAnswer): FlowAnswer => ({
  ...base,
  from: ref,
  to: { host: flow.host, port: flow.port },
  serverSpeaks: flow.serverSpeaks ?? "plaintext",
  outcome: "unknown",
  servers: [unknownServer(flow.port)],
  because: [{ step: "client", says: `no single workload among the objects is called ${flow.from}` }],
  assumptions: [],
  undecided: [{ object: ref, path: "" }],
});

type BaseAnswer = Pick<FlowAnswer, "asked" | "protocol" | "tls" | "origin">;

const namedRef = (from: string): ObjectRef => {
  const [namespace = "", second = "", third] = from.split("/");
  return third === undefined ? { kind: "Workload", namespace, name: second } : { kind: second, namespace, name: third };
};

/** What had to be taken for granted: of the client and of the servers. */
function assumptionsOf(index: MeshIndex, { workload }: Client, world: WorldAnswer | undefined): readonly string[] {
  const ofClient = workload === null ? NOTHING : dataPlane(index, workload).assumptions;
  const ofServers = world === undefined ? NOTHING : world.servers.assumptions(index);
  if (ofClient.length === 0) return ofServers;
  return ofServers.length === 0 ? ofClient : [...new Set([...ofClient, ...ofServers])];
}

const NOTHING: readonly never[] = [];

/** What an answer says of the servers, and the way that tells why it ends as it does. */
interface Found {
  readonly servers: readonly ServerAnswer[];
  readonly outcome: Outcome;
  readonly world: WorldAnswer | undefined;
  readonly traced: Traced | undefined;
  /** The fields that decide, as far as they are not known. */
  readonly undecided: readonly Undecided[];
}

function inOneWay(world: WorldAnswer): Found {
  const { answers, outcome, deciding, undecided } = world.servers;
  return {
    servers: answers,
    outcome,
    world,
    traced: deciding,
    undecided: undecided.length > 1 ? unique(undecided) : undecided,
  };
}

/** In every way that what is not known can go. */
function inEveryWay({ results, undecided, complete }: Exploration<WorldAnswer>, port: number): Found {
  const [first] = results;
  if (first !== undefined && complete && results.length === 1 && undecided.length === 0) return inOneWay(first);
  const servers = combine({ results, undecided, complete }, port);
  const outcome = worstOutcome(servers.map((server) => server.outcome));
  const world = results.find((way) => way?.servers.ending(outcome) !== undefined) ?? first;
  return {
    servers,
    outcome,
    world,
    traced: world?.servers.ending(outcome) ?? world?.servers.traced[0],
    undecided: unique([...undecided, ...results.flatMap((way) => way?.servers.undecided ?? [])]),
  };
}

/**
 * Says what a client sends to a host and port, what each server behind it accepts, how that ends, and what decided. Never throws on any
 * mesh; a client that the mesh does not contain gives an unknown answer (`resolveClient` tells before).
 *
 * @param flow the question; `host` as the client writes it
 */
export function answerFlow(index: MeshIndex, flow: DeclaredFlow, options: AnswerOptions = {}): FlowAnswer {
  const { host, port, serverSpeaks, subset, tls = false } = flow;
  const protocol = flow.protocol ?? DEFAULT_PROTOCOL[port] ?? "http";
  const asked = `${bracketed(host)}:${port}${subset === undefined ? "" : ` (subset ${subset})`}`;
  const origin = options.origin ?? "declared";
  const resolved = resolveClient(index, flow.from);
  if ("candidates" in resolved) return withoutClient(flow, namedRef(flow.from), { asked, protocol, tls, origin });

  const { mesh } = index;
  const indexes = indexClients(index);
  const client = resolved.workload === null ? outsideClient(resolved.ref) : clientOf(index, resolved.workload);
  const question: Question = { host, port, protocol, tls, serverSpeaks, subset };
  const by = { mesh, index, indexes, client };
  const before = answeredBefore(by, question);
  const { servers, outcome, world, traced, undecided } =
    before === undefined
      ? inEveryWay(
          explore((settle) => answerInOneWay({ ...by, settle }, question), isSame),
          port,
        )
      : inOneWay(before);
  const answer: { -readonly [Key in keyof FlowAnswer]: FlowAnswer[Key] } = {
    from: resolved.ref,
    to: { host: hostOf(world, host), port },
    asked,
    protocol,
    tls,
    serverSpeaks: serverSpeaks ?? (traced?.application === "tls" ? "tls" : "plaintext"),
    origin,
    outcome,
    servers,
    because:
      world === undefined || traced === undefined
        ? NOTHING
        : [...reasonsOfClient(by, world.departure, port), ...world.servers.because(traced)],
    assumptions: assumptionsOf(index, client, world),
    undecided: outcome === "unknown" ? undecided : NOTHING,
  };
  const symptom = servers.find((server) => server.outcome === "refused")?.symptom;
  if (symptom !== undefined) answer.symptom = symptom;
  if (options.evidence === true && world !== undefined) answer.evidence = considered(by, world);
  return answer;
}
