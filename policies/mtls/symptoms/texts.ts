/** Fragments that several symptoms show. Source: Envoy source/common/router/router.cc; observed on Envoy 1.36 to 1.40. */

/** How Envoy's answer begins. gRPC: a trailers-only answer with grpc-status 14 and this message; HTTP: 503 with this body. */
const CONNECT_ERROR = "upstream connect error or disconnect/reset before headers.";

/** Since Istio's Envoy 1.38.1 and 1.39 the reason of a failed transport is left out of answers; the access log keeps it. */
export const HIDES_REASON = "Envoy ≥ 1.38.1";
export const SHOWS_REASON = "Envoy < 1.38.1";
/** Istio up to 1.20 wrote the failed connection and the code of BoringSSL differently. */
export const OLD_SPELLING = "Istio ≤ 1.20";

/** An answer that Envoy gives at once. */
export const reset = (reason: string): string => `${CONNECT_ERROR} reset reason: ${reason}`;

/** An answer that Envoy gives after its retries; `transport` is what BoringSSL or the kernel said. */
export const resetAfterRetries = (reason: string, transport?: string): string => {
  const failure = transport === undefined ? "" : `, transport failure reason: ${transport}`;
  return `${CONNECT_ERROR} retried and the latest reset reason: ${reason}${failure}`;
};

/** An error of BoringSSL as Envoy writes it. */
export const tlsError = (code: number, library: string, reason: string): string =>
  `TLS_error:|${code}:${library}:OPENSSL_internal:${reason}:TLS_error_end`;

export const SSL = "SSL routines";

/** The access log of a server's proxy where no filter chain takes the connection. */
export const NO_CHAIN = "NR filter_chain_not_found";
