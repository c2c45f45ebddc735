import { answerFlow } from "../../policies/mtls/answer";
import type { FlowAnswer, ServerAnswer } from "../../policies/mtls/flow";
import { readMesh } from "../../policies/mtls/manifests";
import { indexMesh, type MeshIndex } from "../../policies/mtls/mesh-index";
import { describeRef } from "../../policies/mtls/objects";
import { ACCEPTABLE, type Accepts, type Outcome, type Sends, type Symptom } from "../../policies/mtls/vocabulary";
import {
  manifestsOf,
  podName,
  questionOf,
  type Answer,
  type Case,
  type Destination,
  type Flow,
  type FlowResult,
} from "./case";

/** istiod's answer in our words, and ours beside it. */

const SENDS: Readonly<Record<string, Sends>> = {
  plaintext: "plaintext",
  "istio-mtls": "mtls",
  hbone: "mtls",
  tls: "tls",
  "tls-noverify": "tls",
  "mutual-tls": "tls",
  "mutual-tls-noverify": "tls",
  "app-tls": "app-tls",
};

/** A gateway's proxy listens for its own servers only. */
const NO_LISTENER = "inbound:no listener matched";

const SYMPTOMS: Readonly<Record<string, Symptom>> = {
  "E-WV": "wrong-version-number",
  "E-UC": "connection-termination",
  "E-NR": "connection-reset",
  "E-RST": "tls-reset",
  "E-NOCERT": "certificate-required",
  "E-CVF": "certificate-verify-failed",
  "E-APP": "tls-to-plaintext-app",
  "E-400": "plaintext-to-tls-app",
  "E-UPE": "protocol-error",
  "E-PROTO": "protocol-error",
  "E-REF": "connection-refused",
  [NO_LISTENER]: "connection-refused",
  "E-ZT": "denied-by-ztunnel",
};

/** A listener took the request, and its routes have no host for it. */
const UNROUTED = "no virtual host matched";

/** Verdicts about a flow that reaches nobody. */
const NOBODY: Readonly<Record<string, Symptom>> = {
  "E-BH": "black-hole",
  "E-NC": "cluster-not-found",
  "E-UH": "no-healthy-upstream",
  "no-endpoint": "no-healthy-upstream",
  "no-listener": "connection-refused",
  "no-port": "connection-timeout",
};

const PASSES: Readonly<Partial<Record<Sends, Outcome>>> = {
  plaintext: "plaintext",
  mtls: "mtls",
  tls: "tls",
  "app-tls": "tls",
};

/** Whether the certificate fits the authority, no object says. */
const OPEN_TRUST = "E-CVF?";

/** One server as either side has it. */
export interface Verdict {
  /** `namespace/pod` or address; `""`: nobody is reached. */
  readonly server: string;
  readonly port: number;
  readonly sends: Sends;
  readonly accepts: Accepts;
  readonly outcome: Outcome;
  readonly symptom?: Symptom;
}

/** istiod's verdict; more than one outcome fits where the case does not say whose certificate is trusted. */
export interface Expected extends Omit<Verdict, "outcome"> {
  readonly outcomes: readonly Outcome[];
}

function translate<T>(table: Readonly<Record<string, T>>, word: string): T {
  const found = table[word];
  if (found === undefined) throw new Error(`the oracle says "${word}", which is no word of ours`);
  return found;
}

/** What the bytes are worth to the application behind: TLS bytes that the proxy hands on count only where it speaks TLS itself. */
function acceptsOf({ accepts, app, verdict }: Destination): Accepts {
  if (app === "none" || verdict === NO_LISTENER) return [];
  if (accepts === undefined) return [app];
  if (app === "plaintext") return ACCEPTABLE.filter((kind) => accepts[kind] === "ok");
  return ACCEPTABLE.filter((kind) =>
    kind === "tls" ? accepts.tls === "raw" : kind === "mtls" && (accepts.inside ?? accepts.mtls) === "ok",
  );
}

/** What the oracle has for the address of a host that no object knows; the engine has the host's name. */
const OUTSIDE = "203.0.113.7";

const nameOutside = (address: string): string =>
  address === OUTSIDE || !/^[\d.]+$/.test(address) ? "a host outside" : address;

/** One destination of istiod's answer. A host outside goes by its name. */
export function expectedOf(destination: Destination): Expected {
  const { verdict, pod, address, port } = destination;
  const sends = translate(SENDS, destination.sent);
  const server = pod ?? nameOutside(address);
  const base = { server, port, sends, accepts: acceptsOf(destination) };
  const passes = PASSES[sends] ?? "unknown";
  if (verdict === "OK") return { ...base, outcomes: [passes] };
  if (verdict === OPEN_TRUST) return { ...base, outcomes: ["refused", passes], symptom: "certificate-verify-failed" };
  return { ...base, outcomes: ["refused"], symptom: translate(SYMPTOMS, verdict) };
}

const nobody = (symptom: Symptom, port: number): Expected => ({
  server: "",
  port,
  sends: "blocked",
  accepts: null,
  outcomes: ["refused"],
  symptom,
});

/** Everything istiod says about a flow. */
export function expectations(result: FlowResult, flow: Flow): readonly Expected[] {
  const reached = (result.destinations ?? []).map(expectedOf);
  const named = new Set((result.destinations ?? []).map(({ verdict }) => verdict));
  const missed = result.verdicts
    .filter((verdict) => !named.has(verdict))
    .map((verdict) => (verdict === "no-endpoint" && result.path === "direct" ? "no-listener" : verdict))
    .map((verdict) => (result.outboundError === UNROUTED ? "E-NC" : verdict))
    .map((verdict) => nobody(translate(NOBODY, verdict), flow.port));
  return [...reached, ...missed];
}

/** A server of ours under the name that the oracle has for it. */
function verdictOf(
  index: MeshIndex,
  { workload, targetPort, sends, accepts, outcome, symptom }: ServerAnswer,
): Verdict {
  const entry = workload === null ? undefined : index.workload(workload)?.entry;
  const server =
    workload === null
      ? ""
      : entry !== undefined
        ? String(entry.address)
        : workload.namespace === ""
          ? nameOutside(workload.name)
          : podName(workload.kind, workload.namespace, workload.name);
  return { server, port: targetPort, sends, accepts, outcome, ...(symptom === undefined ? {} : { symptom }) };
}

const fits = (expected: Expected, ours: Verdict): boolean =>
  expected.server === ours.server &&
  (expected.port === ours.port || expected.server === "") &&
  (ours.sends === "unknown" || expected.sends === ours.sends) &&
  (isOpen(ours) || JSON.stringify(expected.accepts) === JSON.stringify(ours.accepts)) &&
  expected.outcomes.includes(ours.outcome) &&
  (ours.outcome !== "refused" || expected.symptom === ours.symptom);

const show = ({ server, port, sends, accepts, symptom, ...rest }: Expected | Verdict): string => {
  const outcome = "outcome" in rest ? rest.outcome : rest.outcomes.join("|");
  const who = server === "" ? "nobody" : `${server}:${port}`;
  return `${who} gets ${sends}, accepts [${accepts?.join(",") ?? "?"}], ${outcome}${symptom === undefined ? "" : ` (${symptom})`}`;
};

/** A flow on which the engine and istiod differ, or about which the engine says that it does not know. */
export interface Difference {
  readonly flow: Flow;
  readonly istiod: readonly string[];
  readonly engine: readonly string[];
  /** Why the engine does not know; empty for a disagreement. */
  readonly unknown: readonly string[];
}

export interface Comparison {
  readonly flows: number;
  readonly disagreements: readonly Difference[];
  readonly unknowns: readonly Difference[];
  /** What the engine said, per flow, for those who look further. */
  readonly answers: readonly FlowAnswer[];
}

/** What the application behind a flow speaks is part of the question; where several servers differ, the flow is asked once for each. */
function ask(
  index: MeshIndex,
  kase: Case,
  flow: Flow,
  result: FlowResult,
): { readonly answer: FlowAnswer; readonly ours: readonly Verdict[] } {
  const question = questionOf(kase, flow);
  const apps = new Map(
    (result.destinations ?? []).map(({ pod, address, port, app, verdict }) => [
      `${pod ?? nameOutside(address)}:${port}`,
      verdict === NO_LISTENER ? "none" : app,
    ]),
  );
  const spoken = [...new Set(apps.values())];
  // That nothing listens is for the engine to find out.
  const answers = (spoken.length === 0 ? ["none" as const] : spoken).map((app) => ({
    app,
    answer: answerFlow(index, { ...question, ...(app === "none" ? {} : { serverSpeaks: app }) }),
  }));
  const [first] = answers;
  if (first === undefined) throw new Error("a flow is asked at least once");
  const ours = answers.flatMap(({ app, answer }, at) =>
    answer.servers
      .map((server) => verdictOf(index, server))
      .filter(({ server, port }) => {
        const speaks = apps.get(`${server}:${port}`);
        return speaks === undefined ? at === 0 : speaks === app;
      }),
  );
  return { answer: first.answer, ours };
}

/** A server is reached, and the engine does not say what its port accepts. */
const isOpen = ({ server, accepts }: Verdict): boolean => server !== "" && accepts === null;

function reasons({ servers, outcome, undecided }: FlowAnswer, ours: readonly Verdict[]): readonly string[] {
  if (servers.every(({ outcome }) => outcome !== "unknown"))
    return [
      ...(ours.some(({ sends }) => sends === "unknown") ? ["what is sent"] : []),
      ...(ours.some(isOpen) ? ["what the port accepts"] : []),
    ];
  const fields = undecided.map(({ object, path }) => `${describeRef(object)}: ${path}`);
  if (fields.length > 0) return fields;
  return [outcome === "unknown" ? "the engine names no field" : "one of several servers, of which another decides"];
}

/** Asks the engine what istiod has been asked. */
export function compare(kase: Case, answer: Answer): Comparison {
  const { manifests, facts } = manifestsOf(kase);
  const index = indexMesh(readMesh(manifests, facts));
  const disagreements: Difference[] = [];
  const unknowns: Difference[] = [];
  const answers = kase.flows.map((flow, at) => {
    const result = answer.flows?.[at];
    if (result === undefined)
      throw new Error(`${kase.name}: istiod has no answer to flow ${at + 1}: ${answer.error ?? ""}`);
    const expected = expectations(result, flow);
    const { answer: answered, ours } = ask(index, kase, flow, result);
    const unknown = reasons(answered, ours);
    const agrees =
      expected.every((wanted) => ours.some((verdict) => fits(wanted, verdict))) &&
      ours.every((verdict) => expected.some((wanted) => fits(wanted, verdict)));
    const isUnknown = unknown.length > 0 && (agrees || ours.some(({ outcome }) => outcome === "unknown"));
    if (unknown.length > 0 || !agrees)
      (isUnknown ? unknowns : disagreements).push({
        flow,
        istiod: expected.map(show).sort(),
        engine: ours.map(show).sort(),
        unknown,
      });
    return answered;
  });
  return { flows: kase.flows.length, disagreements, unknowns, answers };
}
