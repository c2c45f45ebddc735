import { explain } from "./because";
import { clientOf, indexClients, outsideClient, type Client } from "./client/context";
import { isIpAddress } from "./client/hosts";
import { resolveClient } from "./client/resolve-client";
import { considered } from "./evidence";
import { combine, isSame, unknownServer } from "./combine";
import { explore, unique, type Exploration } from "./explore";
import type { DeclaredFlow, FlowAnswer, FlowOrigin, Undecided } from "./flow";
import type { Workload } from "./mesh";
import type { MeshIndex } from "./mesh-index";
import { describeRef, type ObjectRef } from "./objects";
import { dataPlane } from "./server/injection";
import { effectivePeerAuthentication } from "./server/peer-authentication";
import { worstOutcome, type AppProtocol, type Outcome } from "./vocabulary";
import type { Question, Traced } from "./meeting";
import { answerInOneWay, type WorldAnswer } from "./world";

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

const isWorst =
  (outcome: Outcome) =>
  (traced: Traced): boolean =>
    traced.answer.outcome === outcome;

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

/** What had to be taken for granted: of injection on both sides, and of servers outside. */
function assumptionsOf(index: MeshIndex, client: Client, servers: readonly Traced[]): readonly string[] {
  const assumptions = new Set<string>();
  const ofPlane = (workload: Workload) =>
    dataPlane(index, workload).assumptions.forEach((text) => assumptions.add(text));
  if (client.workload !== null) ofPlane(client.workload);
  for (const { answer, assumption } of servers) {
    if (assumption !== undefined) assumptions.add(assumption);
    const workload = answer.workload === null ? undefined : index.workload(answer.workload);
    if (workload === undefined) continue;
    ofPlane(workload);
    if (effectivePeerAuthentication(index, workload).orderDependent)
      assumptions.add(`PeerAuthentications of ${describeRef(workload.ref)} that are equally old are ordered by name`);
  }
  return [...assumptions];
}

/** The fields that decide, as far as they are not known. */
const undecidedOf = ({ undecided, results }: Exploration<WorldAnswer>): readonly Undecided[] =>
  unique([...undecided, ...results.flatMap((world) => world?.undecided ?? [])]);

/**
 * Says what a client sends to a host and port, what each server behind it accepts, how that ends, and what decided. Never throws on any
 * mesh; a client that the mesh does not contain gives an unknown answer (`resolveClient` tells before).
 *
 * @param flow the question; `host` as the client writes it
 */
export function answerFlow(index: MeshIndex, flow: DeclaredFlow, options: AnswerOptions = {}): FlowAnswer {
  const { host, port, serverSpeaks, tls = false } = flow;
  const protocol = flow.protocol ?? DEFAULT_PROTOCOL[port] ?? "http";
  const asked = `${bracketed(host)}:${port}`;
  const origin = options.origin ?? "declared";
  const resolved = resolveClient(index, flow.from);
  if ("candidates" in resolved) return withoutClient(flow, namedRef(flow.from), { asked, protocol, tls, origin });

  const { mesh } = index;
  const indexes = indexClients(index);
  const client = resolved.workload === null ? outsideClient(resolved.ref) : clientOf(index, resolved.workload);
  const question: Question = { host, port, protocol, tls, serverSpeaks };
  const exploration = explore((settle) => answerInOneWay({ mesh, index, indexes, client, settle }, question), isSame);
  const servers = combine(exploration, port);
  const outcome = worstOutcome(servers.map((server) => server.outcome));
  const world = exploration.results.find((result) => result?.servers.some(isWorst(outcome))) ?? exploration.results[0];
  const traced = world?.servers.find(isWorst(outcome)) ?? world?.servers[0];
  const by = { mesh, index, indexes, client };
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
    because: world === undefined || traced === undefined ? [] : explain(by, world, traced, port),
    assumptions: assumptionsOf(index, client, world?.servers ?? []),
    undecided: outcome === "unknown" ? undecidedOf(exploration) : [],
  };
  const symptom = servers.find((server) => server.outcome === "refused")?.symptom;
  if (symptom !== undefined) answer.symptom = symptom;
  if (options.evidence === true && world !== undefined) answer.evidence = considered(by, world);
  return answer;
}
