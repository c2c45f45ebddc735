/** The stable words of every verdict, used in code, JSON and documentation alike. */

/** What the client puts on the wire, as the server's port sees it. */
export const SENDS = ["mtls", "tls", "plaintext", "app-tls", "blocked", "unknown"] as const;
/**
 * - `mtls` Istio mutual TLS (HBONE counts as such)
 * - `tls` originated by the client's proxy from a SIMPLE or MUTUAL rule
 * - `plaintext`
 * - `app-tls` the application's own TLS reaches the wire
 * - `blocked` black hole, missing cluster or no endpoints: nothing is sent
 * - `unknown`
 */
export type Sends = (typeof SENDS)[number];

/** A kind of bytes that a client may send and have understood, by the server's proxy and the application behind it. */
export const ACCEPTABLE = ["plaintext", "tls", "mtls"] as const;
export type Acceptable = (typeof ACCEPTABLE)[number];
/** Always in the order of `ACCEPTABLE`; `null` when unknown. */
export type Accepts = readonly Acceptable[] | null;

export const OUTCOMES = ["refused", "unknown", "plaintext", "tls", "mtls"] as const;
/** Listed worst first: a flow's outcome is the worst of its servers'. */
export type Outcome = (typeof OUTCOMES)[number];

export const worstOutcome = (outcomes: readonly Outcome[]): Outcome =>
  OUTCOMES.find((outcome) => outcomes.includes(outcome)) ?? "unknown";

/** What a user would see of a refused flow; texts and causes are in `symptoms/`. */
export const SYMPTOMS = [
  "wrong-version-number",
  "connection-termination",
  "connection-reset",
  "tls-reset",
  "certificate-required",
  "certificate-verify-failed",
  "black-hole",
  "tls-to-plaintext-app",
  "plaintext-to-tls-app",
  "protocol-error",
  "connection-refused",
  "no-healthy-upstream",
  "cluster-not-found",
  "connection-timeout",
  "denied-by-ztunnel",
] as const;
export type Symptom = (typeof SYMPTOMS)[number];

/** What the application on a connection speaks. */
export type AppProtocol = "grpc" | "http" | "tcp";
