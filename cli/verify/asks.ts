import type { Arguments } from "../arguments";
import { factsOf } from "../input";
import { didYouMean } from "../suggest";
import { UsageError } from "../usage-error";
import { endpointOf, type Endpoint } from "./endpoint";
import type { Asked } from "./observe";
import { isStoreKind, STORE_KINDS } from "./trace-store";

/** The options of `verify` that say what to look at, read once. */
export type Asks = Pick<Asked, "namespaces" | "facts" | "sinceSeconds" | "traces" | "prometheus"> & {
  readonly since: string;
  readonly waitSeconds: number;
};

const DEFAULT_SINCE = "10m";

/** @throws UsageError with all problems of all of them */
export function readAsks(args: Arguments): Asks {
  const problems: string[] = [];
  const headers = readHeaders(args.list("header"), problems);
  const endpoint = (option: string, address: string): Endpoint | undefined => {
    const found = endpointOf(address, headers);
    if (found === undefined) problems.push(`${option} needs an address that begins with http:// or https://`);
    return found;
  };
  const prometheus = args.text("prometheus");
  const asks: Asks = {
    namespaces: args.list("namespace"),
    facts: factsOf(args),
    since: args.text("since") ?? DEFAULT_SINCE,
    sinceSeconds: args.seconds("since") ?? 600,
    waitSeconds: args.seconds("wait") ?? 0,
    traces: readStore(args.text("traces"), endpoint, problems),
    prometheus: prometheus === undefined ? undefined : endpoint("--prometheus", prometheus),
  };
  if (problems.length > 0) throw new UsageError(problems);
  return asks;
}

function readStore(
  given: string | undefined,
  endpoint: (option: string, address: string) => Endpoint | undefined,
  problems: string[],
): Asks["traces"] {
  if (given === undefined) return undefined;
  const [, kind = "", address = ""] = /^([^=:/]*)=(.*)$/.exec(given) ?? [];
  if (!isStoreKind(kind)) {
    problems.push(
      `--traces is KIND=URL, where KIND is one of ${STORE_KINDS.join(", ")}${didYouMean(kind, STORE_KINDS)}`,
    );
    return undefined;
  }
  const store = endpoint("--traces", address);
  return store === undefined ? undefined : { kind, store };
}

/** Values are secrets most of the time: no message repeats one. */
function readHeaders(given: readonly string[], problems: string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const header of given) {
    const [, name, value] = /^([\w-]+):\s*([\x20-\x7e]+)$/.exec(header) ?? [];
    if (name === undefined || value === undefined) problems.push("--header is 'NAME: VALUE', in plain ASCII");
    else headers[name.toLowerCase()] = value;
  }
  return headers;
}
