import { isRange } from "../cidr";

/**
 * Host names of Istio resources: short names, and which of several hosts is the most specific.
 * Source: `ResolveShortnameToFQDN` and `MostSpecificHostMatch` in pilot/pkg/model/config.go; `host.Name` in pkg/config/host/name.go.
 */

/** What every address has and few names do: a digit at the start, or a colon. */
const MAY_BE_ADDRESS = /^\s*\[*\d|:/;

/** True for an IPv4 address, or an IPv6 address with or without brackets. */
export const isIpAddress = (host: string): boolean => MAY_BE_ADDRESS.test(host) && !host.includes("/") && isRange(host);

export const isWildcard = (host: string): boolean => host.startsWith("*");

/** A name without any dot means the Service of that name in the object's own namespace; every other name stays as it is. */
export const expandShortName = (host: string, namespace: string, clusterDomain: string): string =>
  host === "" || host.includes(".") || isWildcard(host) || isIpAddress(host)
    ? host
    : `${host}.${namespace}.svc.${clusterDomain}`;

/** Whether `pattern` (exact, `*`, or `*suffix`) covers `host`, which may itself be a wildcard. */
export const coversHost = (pattern: string, host: string): boolean =>
  pattern === host || (isWildcard(pattern) && (isWildcard(host) ? host.slice(1) : host).endsWith(pattern.slice(1)));

/** Values by host, with the lookup that istiod does: the exact host, else the longest wildcard that covers it. */
export class HostTable<T> {
  private readonly values = new Map<string, T[]>();
  private wildcardLengths: readonly number[] = [];

  add(host: string, value: T): void {
    const values = this.values.get(host);
    if (values !== undefined) {
      values.push(value);
      return;
    }
    this.values.set(host, [value]);
    if (isWildcard(host) && !this.wildcardLengths.includes(host.length))
      this.wildcardLengths = [...this.wildcardLengths, host.length].sort((a, b) => b - a);
  }

  /** The values of every host. */
  all(): readonly (readonly T[])[] {
    return [...this.values.values()];
  }

  /** The values of a host as it is written. */
  exactly(host: string): readonly T[] | undefined {
    return this.values.get(host);
  }

  /** Every host that covers `host`, the most specific first. */
  covering(host: string): readonly { readonly host: string; readonly values: readonly T[] }[] {
    if (this.values.size === 0) return [];
    const patterns = [host, ...this.wildcardLengths.map((length) => `*${host.slice(-(length - 1) || host.length)}`)];
    return [...new Set(patterns)].flatMap((pattern) => {
      const values = this.values.get(pattern);
      return values !== undefined && coversHost(pattern, host) ? [{ host: pattern, values }] : [];
    });
  }

  /** The most specific host that covers `host`, with its values in the order they were added. */
  mostSpecific(host: string): { readonly host: string; readonly values: readonly T[] } | undefined {
    const exact = this.values.get(host);
    if (exact !== undefined) return { host, values: exact };
    for (const length of this.wildcardLengths) {
      if (length - 1 > host.length) continue;
      const pattern = `*${host.slice(host.length - (length - 1))}`;
      const values = this.values.get(pattern);
      if (values !== undefined && coversHost(pattern, host)) return { host: pattern, values };
    }
    return undefined;
  }
}
