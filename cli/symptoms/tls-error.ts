import { ENVOY_ANSWER, type LogRecord, type Recogniser } from "./signature";

/** What stands between `TLS_error:` and `:TLS_error_end` in a text of Envoy's. */
export interface TlsError {
  readonly code: number;
  /** BoringSSL's word, for example `WRONG_VERSION_NUMBER`; `""` where the line is cut off before it. */
  readonly reason: string;
}

const IN_ENVOY = /TLS[ _]error:[|\s]*(\d{3,10})(?::[^:|]*:[^:|]*:([A-Za-z0-9_ ]*))?/;
const BARE = /\b(268435\d{3}|268436\d{3}|33554\d{3}):(?:SSL[ _]routines|system[ _]library):[^:|]*:([A-Za-z0-9_ ]*)/;

/** The TLS failure of a proxy that a record tells; BoringSSL inside a client without a proxy writes other texts. */
export function tlsErrorIn({ text, access }: LogRecord): TlsError | undefined {
  const match = IN_ENVOY.exec(access?.reason ?? "") ?? IN_ENVOY.exec(text) ?? bare(text);
  return match === null ? undefined : { code: Number(match[1]), reason: (match[2] ?? "").trim() };
}

const bare = (text: string): RegExpExecArray | null => (ENVOY_ANSWER.test(text) ? BARE.exec(text) : null);

/** `code = library << 24 | reason`: BoringSSL include/openssl/err.h. */
const SSL_LIBRARY = 16;
const SYSTEM_LIBRARY = 2;

export const libraryOf = ({ code }: TlsError): number => code >>> 24;
export const reasonOf = ({ code }: TlsError): number => code & 0xfff;

/** Recognises a failure of TLS with one of these reasons of BoringSSL (include/openssl/ssl.h). */
export const tlsReason =
  (...reasons: readonly number[]): Recogniser =>
  (record) => {
    const error = tlsErrorIn(record);
    if (error === undefined || libraryOf(error) !== SSL_LIBRARY || !reasons.includes(reasonOf(error))) return undefined;
    return { detail: describeTlsError(error) };
  };

/** Recognises TLS that failed because the operating system said so: reset, broken pipe. */
export const tlsSystemError: Recogniser = (record) => {
  const error = tlsErrorIn(record);
  return error !== undefined && libraryOf(error) === SYSTEM_LIBRARY ? { detail: describeTlsError(error) } : undefined;
};

/** Recognises every failure of TLS. */
export const anyTlsError: Recogniser = (record) => {
  const error = tlsErrorIn(record);
  return error === undefined ? undefined : { detail: describeTlsError(error) };
};

/** What a reason means where the line is the client's proxy's; alerts are 1000 plus the alert that the peer sent (RFC 8446 §6). */
const REASONS: Readonly<Record<number, string>> = {
  125: "the peer's certificate was not accepted",
  156: "plaintext HTTP arrived where TLS was expected",
  192: "the peer gave no certificate",
  240: "the peer offered no TLS version that is allowed",
  247: "the peer's first bytes were no TLS",
  1010: "the peer got a record that it did not expect",
  1040: "the peer found no common parameters",
  1042: "the peer calls the certificate bad",
  1044: "the peer calls the certificate revoked",
  1045: "the peer calls the certificate expired",
  1046: "the peer does not accept the certificate",
  1048: "the peer does not know the certificate's authority",
  1070: "the peer does not speak this TLS version",
  1080: "the peer failed internally",
  1112: "the peer does not know the server name",
  1116: "the peer demands a client certificate",
  1120: "the peer speaks none of the offered protocols (ALPN)",
};

const ERRNO: Readonly<Record<number, string>> = {
  32: "the peer had closed the connection (EPIPE)",
  104: "the peer reset the connection (ECONNRESET)",
  110: "the peer did not answer (ETIMEDOUT)",
  111: "nothing listens there (ECONNREFUSED)",
};

/** `TLS error 268435703 (reason 247, WRONG_VERSION_NUMBER): the peer's first bytes were no TLS` */
export function describeTlsError(error: TlsError): string {
  const reason = reasonOf(error);
  const isSystem = libraryOf(error) === SYSTEM_LIBRARY;
  const meaning = isSystem
    ? ERRNO[reason]
    : libraryOf(error) === SSL_LIBRARY
      ? (REASONS[reason] ?? (reason >= 1000 ? `the peer answered with TLS alert ${reason - 1000}` : undefined))
      : undefined;
  const named = [`${isSystem ? "errno" : "reason"} ${reason}`, ...(error.reason === "" ? [] : [error.reason])].join(
    ", ",
  );
  return `TLS error ${error.code} (${named})${meaning === undefined ? "" : `: ${meaning}`}`;
}
