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

/** An IPv4 or IPv6 address, brackets and zone allowed; `undefined` for anything else. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  const v4 = parseV4(bare);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const v6 = parseV6(bare);
  if (v6 === undefined) return undefined;
  return v6 >> 32n === 0xffffn ? { bits: 32, value: v6 & 0xffffffffn } : { bits: 128, value: v6 };
}

/** Whether `text` is an address or a range such as `10.20.0.0/24`. */
export const isRange = (text: string): boolean => parseRange(text) !== undefined;

const parseRange = (text: string): (Address & { readonly prefix: number }) | undefined => {
  const [base, length, ...rest] = text.split("/");
  const address = base === undefined ? undefined : parseAddress(base);
  if (address === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { ...address, prefix: address.bits };
  if (!/^\d{1,3}$/.test(length) || Number(length) > address.bits) return undefined;
  return { ...address, prefix: Number(length) };
};

/** Whether the address lies in the range; families never match each other, and what is no address or range matches nothing. */
export function contains(range: string, address: string): boolean {
  const within = parseRange(range);
  const ip = parseAddress(address);
  if (within === undefined || ip === undefined || within.bits !== ip.bits) return false;
  const shift = BigInt(within.bits - within.prefix);
  return within.value >> shift === ip.value >> shift;
}

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean =>
  contains("127.0.0.0/8", address) || contains("::1/128", address);
