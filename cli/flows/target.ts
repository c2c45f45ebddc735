import type { DeclaredFlow } from "../../policies/mtls/flow";
import { dialledPort, parseAddress } from "../../policies/mtls/discovery/address";
import { knownText } from "../../policies/mtls/discovery/partial-text";
import { isUnknown } from "../../policies/mtls/known";

export type Target = Pick<DeclaredFlow, "host" | "port" | "protocol" | "tls">;

type Scheme = Pick<DeclaredFlow, "protocol" | "tls">;

/** What a scheme says of the application. OTLP endpoints write `http://` and `https://` for gRPC as well: these tell only TLS. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  http: { tls: false },
  https: { tls: true },
  grpc: { protocol: "grpc", tls: false },
  grpcs: { protocol: "grpc", tls: true },
  tcp: { protocol: "tcp", tls: false },
  tls: { protocol: "tcp", tls: true },
};

const EXAMPLE = "for example otel-collector.monitoring:4317 or https://[::1]:4318";

/** `[SCHEME://]HOST:PORT`, or what is wrong with it. */
export function parseTarget(text: string): Target | { readonly problem: string } {
  const address = parseAddress(knownText(text.trim()));
  if ("problem" in address) return { problem: `"${text}": ${address.problem}; ${EXAMPLE}` };
  const { host, scheme } = address;
  const port = dialledPort(address);
  if (isUnknown(host) || isUnknown(scheme) || isUnknown(port))
    return { problem: `"${text}" is no HOST:PORT; ${EXAMPLE}` };
  if (port === undefined) return { problem: `"${text}" names no port; ${EXAMPLE}` };
  if (scheme === undefined) return { host, port };
  const says = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (says === undefined)
    return { problem: `"${text}" begins with ${scheme}://; one of ${Object.keys(SCHEMES).join(", ")}` };
  return { host, port, ...says };
}
