import { isUnknown, UNKNOWN, type Known } from "../known";
import { own } from "./fields";
import { HOLE, piece, type PartialText } from "./partial-text";

/** Where a client connects to, as it was written; what could not be told is unknown, part by part. */
export interface Address {
  /** In lower case; `undefined` when none was written. */
  readonly scheme: Known<string> | undefined;
  /** IPv6 addresses without brackets. */
  readonly host: Known<string>;
  /** `undefined` when none was written. */
  readonly port: Known<number> | undefined;
  /** `""` when none was written; query and fragment are left out. */
  readonly path: Known<string>;
}

/** An address, or why the text is none. */
export type AddressResult = Address | { readonly problem: string };

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Port that a URL without one means (RFC 9110, 4.2). */
const defaultPort = (scheme: string): number | undefined => own(DEFAULT_PORTS, scheme);

/** A host as DNS or an address writes it; the underscore is no host name but resolvers take it. */
const HOST = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?$/i;
const IPV6 = /^[0-9a-f:.]*:[0-9a-f:.]*(%[\w.]+)?$/i;

/** A port by itself. */
export function readPort({ text }: PartialText): Known<number> | { readonly problem: string } {
  const known = piece(text.trim());
  if (isUnknown(known)) return UNKNOWN;
  const port = /^\d{1,5}$/.test(known) ? Number(known) : Number.NaN;
  return port >= 1 && port <= 65535 ? port : { problem: `port "${known}" is not a number from 1 to 65535` };
}

/** `scheme://user@host:port/path?query`, all but the host optional. Never throws. */
export function parseAddress({ text }: PartialText): AddressResult {
  const trimmed = text.trim();
  const parts = /^(?:([^/?#]*?):\/\/)?([^/?#]*)([^?#]*)/.exec(trimmed);
  const [, schemeText, authority = "", path = ""] = parts ?? [];
  const scheme =
    schemeText === undefined ? (authority.startsWith(HOLE) ? UNKNOWN : undefined) : piece(schemeText.toLowerCase());

  const hostPort = authority.slice(authority.lastIndexOf("@") + 1);
  const split = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(hostPort);
  if (split === null) return { problem: `"${hostPort}" is no host:port` };
  const [, ipv6, name = "", portText] = split;
  const hostText = ipv6 ?? name;
  if (hostText === "") return { problem: "it names no host" };

  const host = piece(hostText);
  if (!isUnknown(host) && !(ipv6 === undefined ? HOST : IPV6).test(host)) return { problem: `"${host}" is no host` };
  const port = portText === undefined ? undefined : readPort({ text: portText, missing: [] });
  if (typeof port === "object") return port;
  // A hole at the end of the host may hold the port as well.
  const written = port === undefined && hostText.endsWith(HOLE) ? UNKNOWN : port;
  return { scheme, host, port: written, path: piece(path) };
}

/** The port that is dialled: the written one, else what the scheme says. */
export function dialledPort({ scheme, port }: Address): Known<number> | undefined {
  if (port !== undefined) return port;
  if (isUnknown(scheme)) return UNKNOWN;
  return scheme === undefined ? undefined : defaultPort(scheme);
}

/** Bytes to these never leave the pod. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|0\.0\.0\.0|127(\.\d{1,3}){1,3}|::1?|(0:){7}[01])$/i.test(host.replace(/\.$/, ""));

/** The host as a flow names it. */
export const hostOf = (address: Address): Known<string> =>
  isUnknown(address.host) ? UNKNOWN : address.host.replace(/\.$/, "");
