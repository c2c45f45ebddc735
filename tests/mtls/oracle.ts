import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { DeclaredFlow } from "../../policies/mtls/flow";
import type { MeshFacts } from "../../policies/mtls/mesh";
import type { Manifest } from "../../policies/mtls/objects";
import type { Accepts, AppProtocol, Outcome, Sends, Symptom } from "../../policies/mtls/vocabulary";

/** istiod's own answers (tests/conformance/oracle), in our words. */

export interface OracleFlow {
  readonly from: string;
  readonly host: string;
  readonly port: number;
  readonly protocol?: AppProtocol;
  readonly tls?: boolean;
}

export interface OracleCase {
  readonly name: string;
  readonly desc: string;
  readonly meshConfig?: Readonly<Record<string, unknown>>;
  readonly features?: { readonly edsForHeadless?: boolean };
  readonly objects: readonly unknown[];
  readonly apps?: Readonly<Record<string, Readonly<Record<string, "plaintext" | "tls" | "none">>>>;
  readonly flows: readonly OracleFlow[];
}

type Code = "ok" | "raw" | "no-chain" | "needs-cert" | "protocol-error";

export interface OracleDestination {
  readonly address: string;
  readonly pod?: string;
  readonly port: number;
  readonly sent: string;
  readonly accepts?: { readonly plaintext: Code; readonly tls: Code; readonly mtls: Code };
  readonly app: "plaintext" | "tls" | "none";
  readonly verdict: string;
}

export interface OracleAnswer {
  readonly name: string;
  readonly flows: readonly {
    readonly sent: string;
    readonly verdicts: readonly string[];
    readonly destinations?: readonly OracleDestination[];
  }[];
}

const FOLDER = join(__dirname, "..", "conformance", "answers");

const lines = <T>(file: string): readonly T[] =>
  gunzipSync(readFileSync(join(FOLDER, file)))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

export const oracleCases = (): readonly OracleCase[] => lines("spec-cases.jsonl.gz");
export const oracleAnswers = (): readonly OracleAnswer[] => lines("spec-cases.out.jsonl.gz");

/** The case as a mesh: MeshConfig travels in the `istio` ConfigMap, switches of istiod as facts. */
export function manifestsOf({ objects, meshConfig }: OracleCase): {
  readonly manifests: readonly Manifest[];
  readonly root: string;
} {
  const root = typeof meshConfig?.["rootNamespace"] === "string" ? meshConfig["rootNamespace"] : "istio-system";
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: root },
    data: { mesh: JSON.stringify(meshConfig ?? {}) },
  };
  return { manifests: [...objects, configMap].map((object) => ({ object })), root };
}

export const factsOf = ({ features }: OracleCase, root: string): MeshFacts => ({
  rootNamespace: root,
  ...(features?.edsForHeadless === true ? { edsForHeadlessServices: true } : {}),
});

const SENDS: Readonly<Record<string, Sends>> = {
  plaintext: "plaintext",
  "istio-mtls": "mtls",
  tls: "tls",
  "mutual-tls": "tls",
  "app-tls": "app-tls",
};

const SYMPTOMS: Readonly<Record<string, Symptom>> = {
  "E-WV": "wrong-version-number",
  "E-UC": "connection-termination",
  "E-NR": "connection-reset",
  "E-RST": "tls-reset",
  "E-NOCERT": "certificate-required",
  "E-CVF": "certificate-verify-failed",
  "E-BH": "black-hole",
  "E-APP": "tls-to-plaintext-app",
  "E-400": "plaintext-to-tls-app",
  "E-UPE": "protocol-error",
  "E-PROTO": "protocol-error",
  "E-REF": "connection-refused",
  "E-UH": "no-healthy-upstream",
  "no-endpoint": "no-healthy-upstream",
  "E-NC": "cluster-not-found",
};

const OUTCOME: Readonly<Partial<Record<Sends, Outcome>>> = {
  plaintext: "plaintext",
  mtls: "mtls",
  tls: "tls",
  "app-tls": "tls",
};

/** What the bytes are worth to the application behind, in the order of the vocabulary. */
function acceptsOf({ accepts, app, pod }: OracleDestination): Accepts {
  if (app === "none") return [];
  if (accepts === undefined) return [app];
  const taken: Accepts =
    app === "plaintext"
      ? (["plaintext", "tls", "mtls"] as const).filter((kind) => accepts[kind] === "ok")
      : (["tls", "mtls"] as const).filter((kind) => accepts[kind] === (kind === "tls" ? "raw" : "ok"));
  return pod === undefined ? null : taken;
}

export interface Expected {
  readonly address: string;
  readonly port: number;
  readonly sends: Sends;
  readonly accepts: Accepts;
  readonly outcomes: readonly Outcome[];
  readonly symptom: Symptom | undefined;
}

/** One destination of istiod's answer in our words. `E-CVF?` leaves open whether the authority fits. */
export function expectedOf(destination: OracleDestination): Expected {
  const sends = SENDS[destination.sent];
  if (sends === undefined) throw new Error(`the oracle says "${destination.sent}", which is no word of ours`);
  const passes = OUTCOME[sends] ?? "unknown";
  const symptom = SYMPTOMS[destination.verdict];
  const isOpen = destination.verdict === "E-CVF?";
  if (symptom === undefined && !isOpen && destination.verdict !== "OK")
    throw new Error(`the oracle's verdict "${destination.verdict}" is no symptom of ours`);
  return {
    address: destination.address,
    port: destination.port,
    sends,
    accepts: acceptsOf(destination),
    outcomes: isOpen ? ["refused", passes] : [symptom === undefined ? passes : "refused"],
    symptom: isOpen ? "certificate-verify-failed" : symptom,
  };
}

/** The symptom of a verdict without a destination. */
export const symptomOf = (verdict: string | undefined): Symptom | undefined => SYMPTOMS[verdict ?? ""];

/** The flow as our engine is asked. What listens nowhere is for the engine to find out; what else speaks, the oracle was told. */
export const flowOf = (
  { from, host, port, protocol, tls }: OracleFlow,
  app: OracleDestination["app"],
): DeclaredFlow => ({
  from,
  host,
  port,
  protocol: protocol ?? "grpc",
  tls: tls ?? false,
  ...(app === "none" ? {} : { serverSpeaks: app }),
});
