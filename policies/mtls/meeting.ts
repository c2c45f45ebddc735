import { MISSING_SERVICE, type Reached } from "./client/address";
import type { Trust } from "./client/auto-mtls";
import type { Context } from "./client/context";
import { isGatewayProxy } from "./client/gateway";
import type { Hop } from "./client/route";
import type { ServerAnswer, Undecided } from "./flow";
import { isUnknown } from "./known";
import type { ObjectRef } from "./objects";
import { codeFor, type Reception } from "./reception";
import { serverSide } from "./server-side";
import { direct } from "./server/codes";
import { sendsOf, verdict, type Application, type Wire } from "./verdict";
import type { AppProtocol, Symptom } from "./vocabulary";

/** What one client sends meets one server: the last step of a verdict. */

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly protocol: AppProtocol;
  readonly tls: boolean;
  readonly serverSpeaks: "plaintext" | "tls" | undefined;
  /** To which the client, a gateway, routes. */
  readonly subset: string | undefined;
}

/** What the client's side contributes. */
export interface Sending {
  readonly wire: Wire;
  /** The application's own TLS is inside. */
  readonly inner: boolean;
  readonly clientProxy: boolean;
  readonly trust: Trust;
  /** The way through the client's proxy; `undefined` without one. */
  readonly hop: Hop | undefined;
}

/** A server's answer with all that led to it, for those who explain it. */
export interface Traced {
  readonly answer: ServerAnswer;
  readonly hop: Hop | undefined;
  readonly reception: Reception | undefined;
  readonly application: Application | undefined;
  /** What had to be assumed of the server. */
  readonly assumption: string | undefined;
  /** Fields that would tell more, where the answer is unknown. */
  readonly undecided: readonly Undecided[];
}

/** Where no proxy originates TLS nobody checks. */
export const UNTESTED: Trust = "anyone";

/** The application's own TLS goes as it is where the proxy adds none, and inside where it does. */
export const sending = (wire: Wire, tls: boolean, clientProxy: boolean, trust: Trust, hop: Hop | undefined): Sending =>
  tls && wire === "plaintext"
    ? { wire: "app-tls", inner: false, clientProxy, trust, hop }
    : { wire, inner: tls, clientProxy, trust, hop };

const NOTHING_OPEN: readonly Undecided[] = [];

const traced = (answer: ServerAnswer, hop: Hop | undefined, undecided = NOTHING_OPEN): Traced => ({
  answer,
  hop,
  reception: undefined,
  application: undefined,
  assumption: undefined,
  undecided,
});

/** Nobody is reached. */
export const nobody = (symptom: Symptom, targetPort: number, hop?: Hop): Traced =>
  traced({ workload: null, targetPort, sends: "blocked", accepts: null, outcome: "refused", symptom }, hop);

/** Somebody is reached of whom nothing more is known. */
const stranger = ({ ref, undecided }: Reached, targetPort: number, { wire, hop }: Sending): Traced =>
  traced({ workload: ref, targetPort, sends: sendsOf(wire), accepts: null, outcome: "unknown" }, hop, undecided);

/** No proxy in between. */
const BARE = { codes: null, isAmbient: false, readsHttp: false };

/** A host outside speaks what its client means it to speak, unless the question says otherwise. */
function meetOutside(
  ref: ObjectRef,
  targetPort: number,
  { wire, inner, clientProxy, hop }: Sending,
  asked: Question,
): Traced {
  const expected = wire === "tls" || wire === "app-tls" ? "tls" : "plaintext";
  const application = asked.serverSpeaks ?? expected;
  const reception = codeFor(BARE, wire);
  const met = {
    wire,
    inner,
    clientProxy,
    trust: UNTESTED,
    reception,
    application,
    terminates: false,
    readsHttp: false,
  };
  const answer = { workload: ref, targetPort, sends: sendsOf(wire), accepts: direct(application), ...verdict(met) };
  const assumption =
    asked.serverSpeaks === undefined
      ? `${ref.name}:${targetPort} is outside and speaks ${application === "tls" ? "TLS" : "plaintext"}`
      : undefined;
  return { answer, hop, reception: undefined, application, assumption, undecided: NOTHING_OPEN };
}

/** How it ends, and why. */
export function meet(context: Context, asked: Question, server: Reached, sent: Sending): Traced {
  const { workload, ref, port, byService } = server;
  const targetPort = isUnknown(port) ? asked.port : port;
  if (isUnknown(port) || ref.kind === MISSING_SERVICE) return stranger(server, targetPort, sent);
  if (workload === null) return meetOutside(ref, targetPort, sent, asked);
  // A gateway listens for the servers of its Gateways, whatever ports its pods declare: only who asks may know what is there.
  const isGateway = isGatewayProxy(workload);
  if (isGateway && asked.serverSpeaks === undefined)
    return stranger({ ...server, undecided: [{ object: ref, path: "" }] }, targetPort, sent);
  const { wire, inner, clientProxy, trust, hop } = sent;
  const { protocol, serverSpeaks } = asked;
  const dialled = byService ? asked.port : undefined;
  const side = serverSide(context, workload, { port, dialled, protocol, serverSpeaks });
  const { application } = side;
  // What a pod sends to its own address meets no proxy; a gateway's proxy is the server itself.
  const isBare = isGateway || hop?.via === "loopback";
  const received = isBare ? BARE : side.reception;
  const accepts = isBare && application !== "nothing" ? direct(application) : side.accepts;
  const { outcome, symptom } = verdict({
    wire,
    inner,
    clientProxy,
    trust,
    reception: codeFor(received, wire),
    application,
    terminates: received.codes?.tls !== "protocol-error",
    readsHttp: received.readsHttp,
  });
  const sends = sendsOf(wire);
  const answer: ServerAnswer =
    symptom === undefined
      ? { workload: ref, targetPort, sends, accepts, outcome }
      : { workload: ref, targetPort, sends, accepts, outcome, symptom };
  const reception = isBare ? undefined : side.reception;
  return { answer, hop, reception, application, assumption: undefined, undecided: NOTHING_OPEN };
}
