import type { Trust } from "./client/auto-mtls";
import type { Code } from "./server/codes";
import type { Outcome, Sends, Symptom } from "./vocabulary";

/**
 * The table at the heart of the engine: what is sent × what the server's port does with it × what the application behind speaks.
 * Sources: filter chain matching in Istio's pilot/pkg/networking/core/filterchain_options.go, and what Envoy, BoringSSL and the
 * applications then do (Envoy source/common/router/router.cc and source/common/tls/ssl_socket.cc).
 */

/** What is on the wire; `hbone-tls`: TLS of the client's proxy inside HBONE. */
export type Wire = "plaintext" | "mtls" | "hbone" | "hbone-tls" | "tls" | "app-tls";

/** What listens behind the port. */
export type Application = "plaintext" | "tls" | "nothing";

export interface Meeting {
  readonly wire: Wire;
  /** The client's application speaks TLS inside what its proxy sends. */
  readonly inner: boolean;
  /** A proxy of the client is on the path and sees the failure. */
  readonly clientProxy: boolean;
  /** Whose certificates the client's proxy accepts, where it originates TLS. */
  readonly trust: Trust;
  /** What the port makes of these bytes; without a proxy `ok` for plaintext, `raw` for TLS. */
  readonly reception: Code;
  readonly application: Application;
  /** The server's proxy ends TLS on the port; else an HTTP codec gets the handshake. */
  readonly terminates: boolean;
  /** The proxy reads what arrives on the port as HTTP. */
  readonly readsHttp: boolean;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Present exactly when `outcome` is `refused`. */
  readonly symptom?: Symptom;
}

type Condition = { readonly [Key in keyof Meeting]?: Meeting[Key] | readonly Meeting[Key][] };

interface Row {
  readonly when: Condition;
  readonly then: Symptom | "understood";
}

const PROXY_TLS = ["mtls", "hbone", "hbone-tls", "tls"] as const;

/** The first row whose conditions all hold decides. */
const TABLE: readonly Row[] = [
  { when: { reception: "no-chain", wire: "plaintext", clientProxy: true }, then: "connection-termination" },
  { when: { reception: "no-chain", wire: ["plaintext", "app-tls"] }, then: "connection-reset" },
  { when: { reception: "no-chain" }, then: "tls-reset" },

  { when: { reception: "denied", wire: "plaintext", clientProxy: true }, then: "connection-termination" },
  { when: { reception: "denied", wire: PROXY_TLS }, then: "tls-reset" },
  { when: { reception: "denied" }, then: "denied-by-ztunnel" },

  { when: { reception: "needs-cert", wire: "tls", trust: ["named", "public"] }, then: "certificate-verify-failed" },
  { when: { reception: "needs-cert" }, then: "certificate-required" },

  { when: { reception: "protocol-error", wire: "app-tls" }, then: "tls-to-plaintext-app" },
  { when: { reception: "protocol-error", wire: PROXY_TLS, terminates: false }, then: "wrong-version-number" },
  { when: { reception: "protocol-error", wire: PROXY_TLS, inner: true }, then: "tls-to-plaintext-app" },
  { when: { reception: "protocol-error" }, then: "protocol-error" },

  { when: { reception: "ok", inner: true, readsHttp: true }, then: "tls-to-plaintext-app" },
  { when: { application: "nothing" }, then: "connection-refused" },

  { when: { reception: "raw", application: "tls", wire: ["mtls", "hbone"] }, then: "certificate-verify-failed" },
  {
    when: { reception: "raw", application: "tls", wire: ["tls", "hbone-tls"], trust: ["mesh", "public"] },
    then: "certificate-verify-failed",
  },
  { when: { reception: "raw", application: "plaintext", wire: "app-tls" }, then: "tls-to-plaintext-app" },
  { when: { reception: "raw", application: "plaintext" }, then: "wrong-version-number" },

  { when: { reception: "ok", application: "plaintext", inner: true }, then: "tls-to-plaintext-app" },
  { when: { reception: "ok", application: "plaintext", wire: "app-tls" }, then: "tls-to-plaintext-app" },
  { when: { reception: "ok", application: "tls", wire: "app-tls" }, then: "understood" },
  { when: { reception: "ok", application: "tls", inner: false, clientProxy: true }, then: "protocol-error" },
  { when: { reception: "ok", application: "tls", inner: false }, then: "plaintext-to-tls-app" },

  { when: {}, then: "understood" },
];

const OUTCOME: Readonly<Record<Wire, Outcome>> = {
  plaintext: "plaintext",
  mtls: "mtls",
  hbone: "mtls",
  "hbone-tls": "mtls",
  tls: "tls",
  "app-tls": "tls",
};

const SENDS: Readonly<Record<Wire, Sends>> = {
  plaintext: "plaintext",
  mtls: "mtls",
  hbone: "mtls",
  "hbone-tls": "mtls",
  tls: "tls",
  "app-tls": "app-tls",
};

/** The word for what is on the wire. */
export const sendsOf = (wire: Wire): Sends => SENDS[wire];

type Test = readonly [key: keyof Meeting, allowed: readonly unknown[]];

/** The table with its conditions taken apart once. */
const TESTS: readonly { readonly tests: readonly Test[]; readonly then: Row["then"] }[] = TABLE.map(
  ({ when, then }) => ({
    tests: Object.entries(when).map(([key, wanted]) => [
      key as keyof Meeting,
      Array.isArray(wanted) ? wanted : [wanted],
    ]),
    then,
  }),
);

/** How the meeting of one client with one port ends. */
export function verdict(meeting: Meeting): Verdict {
  const row = TESTS.find(({ tests }) => tests.every(([key, allowed]) => allowed.includes(meeting[key])));
  if (row === undefined || row.then === "understood") return { outcome: OUTCOME[meeting.wire] };
  return { outcome: "refused", symptom: row.then };
}
