/** IP addresses and ranges, both families, by value: no text tricks, so `10.0.0.0/8` and `::ffff:0:0/96` mean what they say. */

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const parseV4 = (text: string): bigint | undefined => {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
};

/** The 16-bit groups on one side of `::`; the last may be an IPv4 address. */
const parseGroups = (text: string): readonly bigint[] | undefined => {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    const v4 = at === parts.length - 1 && part.includes(".") ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
};

const parseV6 = (text: string): bigint | undefined => {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const gap = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: gap }, () => 0n), ...(tail ?? [])];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
};

/** IPv4 addresses inside IPv6 (`::ffff:10.0.0.1`) are IPv4 addresses. */
const MAPPED = 0xffffn;
const MAPPED_BITS = 96;

const parseRaw = (text: string): Address | undefined => {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  const v4 = parseV4(bare);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const v6 = bare.includes(":") ? parseV6(bare) : undefined;
  return v6 === undefined ? undefined : { bits: 128, value: v6 };
};

interface Range extends Address {
  /** How many leading bits count. */
  readonly prefix: number;
}

/** An IPv4 or IPv6 range, or a single address, brackets and zone allowed; `undefined` for anything else. */
function parseRange(text: string): Range | undefined {
  const [base, length, ...rest] = text.trim().split("/");
  const address = base === undefined ? undefined : parseRaw(base);
  if (address === undefined || rest.length > 0) return undefined;
  const { bits, value } = address;
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > bits)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  const isMapped = bits === 128 && value >> 32n === MAPPED && prefix >= MAPPED_BITS;
  return isMapped ? { bits: 32, value: value & 0xffffffffn, prefix: prefix - MAPPED_BITS } : { bits, value, prefix };
}

/** Whether `text` is an address or a range such as `10.20.0.0/24`. */
export const isRange = (text: string): boolean => parseRange(text) !== undefined;

/**
 * Whether an address lies in one of the ranges; families never match each other, and what is no address or range matches nothing. The
 * ranges are read once.
 */
export function inRanges(ranges: readonly string[]): (address: string) => boolean {
  const known = ranges.map(parseRange).filter((range) => range !== undefined);
  if (known.length === 0) return () => false;
  return (address) => {
    const ip = address.includes("/") ? undefined : parseRange(address);
    return (
      ip !== undefined &&
      known.some(({ bits, value, prefix }) => {
        const shift = BigInt(bits - prefix);
        return bits === ip.bits && value >> shift === ip.value >> shift;
      })
    );
  };
}

export const contains = (range: string, address: string): boolean => inRanges([range])(address);

const inLoopback = inRanges(["127.0.0.0/8", "::1/128"]);

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean => /^127\.|:/.test(address) && inLoopback(address);
