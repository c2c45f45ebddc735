import type { MtlsMode } from "../mesh";
import type { Accepts, Acceptable, AppProtocol } from "../vocabulary";
import { ACCEPTABLE } from "../vocabulary";
import type { DeclaredProtocol } from "./declared-protocol";

/**
 * What a sidecar's port makes of each kind of bytes. Source: `getFilterChainMatchOptions` in
 * pilot/pkg/networking/core/filterchain_options.go, with the pass-through chains for ports that nothing declares.
 */

/**
 * - `ok` understood: TLS is terminated, plaintext is taken
 * - `raw` TLS bytes go to the application as they are
 * - `no-chain` no filter chain matches: the connection is closed
 * - `needs-cert` the handshake asks for a certificate of the mesh
 * - `protocol-error` an HTTP codec gets bytes that are no HTTP
 * - `denied` ztunnel closes the connection
 */
export type Code = "ok" | "raw" | "no-chain" | "needs-cert" | "protocol-error" | "denied";

/** By what the client sends: plaintext, TLS that is not Istio's, Istio mutual TLS (for ztunnel: HBONE). */
export type Codes = Readonly<Record<Acceptable, Code>>;

const STRICT: Codes = { plaintext: "no-chain", tls: "needs-cert", mtls: "ok" };

/** Ports that are not declared HTTP let through what they do not understand. */
const MATRIX: Readonly<Record<MtlsMode, { readonly http: Codes; readonly other: Codes }>> = {
  STRICT: { http: STRICT, other: STRICT },
  PERMISSIVE: {
    http: { plaintext: "ok", tls: "no-chain", mtls: "ok" },
    other: { plaintext: "ok", tls: "raw", mtls: "ok" },
  },
  DISABLE: {
    http: { plaintext: "ok", tls: "protocol-error", mtls: "protocol-error" },
    other: { plaintext: "ok", tls: "raw", mtls: "raw" },
  },
};

/** @param speaks what the application of the client speaks: bytes that are no HTTP meet an HTTP codec on a port declared HTTP */
export function sidecarCodes(mode: MtlsMode, declared: DeclaredProtocol, speaks: AppProtocol): Codes {
  const codes = MATRIX[mode][declared === "HTTP" ? "http" : "other"];
  if (declared !== "HTTP" || speaks !== "tcp") return codes;
  const unreadable = (code: Code): Code => (code === "ok" ? "protocol-error" : code);
  return { plaintext: unreadable(codes.plaintext), tls: unreadable(codes.tls), mtls: unreadable(codes.mtls) };
}

/** What reaches a server without a proxy in between: what its application speaks, and nothing else. */
export const direct = (serverSpeaks: "plaintext" | "tls"): readonly Acceptable[] => [serverSpeaks];

/**
 * What of it the application behind the proxy understands. A TLS application needs TLS bytes: those that are handed on as they are, or
 * its own TLS inside mutual TLS, which only a port that is not read as HTTP carries.
 */
export function understood(codes: Codes, serverSpeaks: "plaintext" | "tls", declared: DeclaredProtocol): Accepts {
  if (serverSpeaks === "plaintext") return ACCEPTABLE.filter((kind) => codes[kind] === "ok");
  return ACCEPTABLE.filter(
    (kind) =>
      (kind === "tls" && codes.tls === "raw") || (kind === "mtls" && codes.mtls === "ok" && declared !== "HTTP"),
  );
}
