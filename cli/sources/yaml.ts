import {
  boolYaml11Tag,
  constructFromEvents,
  defineScalarTag,
  EVENT_ID,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  parseEvents,
  Schema,
  seqTag,
  strTag,
  YAMLException,
  type Event,
} from "js-yaml";

/**
 * YAML as `kubectl` and `helm` read it: sigs.k8s.io/yaml, which resolves scalars by its copy of go-yaml v2 (`resolve.go`): YAML 1.1
 * booleans and merge keys, Go's integer literals, no base-60 numbers, dates stay text. Differs on purpose: a key given twice is an
 * error here, not "the last one wins".
 */

/** Deeper than any custom resource definition, shallow enough for every recursive reader behind this one. */
export const MAX_DEPTH = 400;

/** A document whose aliases stand for more nodes than this is refused ("billion laughs"). */
export const MAX_ALIASED_NODES = 1_000_000;

const MAX_MERGED_KEYS = 1_000_000;

const GO_INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/;
const GO_FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL_FLOAT: Readonly<Record<string, number>> = {
  ".nan": Number.NaN,
  ".inf": Number.POSITIVE_INFINITY,
  "+.inf": Number.POSITIVE_INFINITY,
  "-.inf": Number.NEGATIVE_INFINITY,
};

/** Go's `strconv.ParseInt(text, 0, 64)`: base by prefix, a leading zero means octal. */
function goInteger(text: string): number | typeof NOT_RESOLVED {
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  if (!GO_INTEGER.test(plain)) return NOT_RESOLVED;
  const negative = plain.startsWith("-");
  const digits = negative || plain.startsWith("+") ? plain.slice(1) : plain;
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = Number(octal);
  return negative ? -value : value;
}

function goFloat(text: string): number | typeof NOT_RESOLVED {
  const special = SPECIAL_FLOAT[text.toLowerCase()];
  if (special !== undefined) return special;
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  return GO_FLOAT.test(plain) ? Number(plain) : NOT_RESOLVED;
}

const DIGITS = [..."0123456789"];

const integer = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: ["-", "+", ...DIGITS],
  resolve: goInteger,
  identify: () => false,
});

const float = defineScalarTag<number>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: ["-", "+", ".", ...DIGITS],
  resolve: (text) => {
    const whole = goInteger(text);
    return whole === NOT_RESOLVED ? goFloat(text) : whole;
  },
  identify: () => false,
});

/** Explicit only: a date without a tag stays the text it is. */
const timestamp = defineScalarTag<string>("tag:yaml.org,2002:timestamp", {
  resolve: (text) => text,
  identify: () => false,
});

/** Tags of other tools (`!Ref`, `!vault`) say nothing to Kubernetes: the node counts as written without one. */
const foreign = ["!", "tag:"].flatMap((tagName) => [
  defineScalarTag<string>(tagName, { matchByTagPrefix: true, resolve: (text) => text, identify: () => false }),
  { ...seqTag, tagName, matchByTagPrefix: true },
  { ...mapTag, tagName, matchByTagPrefix: true },
]);

const schema = new Schema([
  strTag,
  seqTag,
  mapTag,
  nullYaml11Tag,
  boolYaml11Tag,
  integer,
  float,
  timestamp,
  mergeTag,
  ...foreign,
]);

/** Why a text is not YAML, and where: `line` counts from 0 within the text. */
export class YamlProblem extends Error {
  constructor(
    message: string,
    readonly line: number | undefined,
  ) {
    super(message);
  }
}

const hint: Readonly<Record<string, string>> = {
  "duplicated mapping key": "this key is given twice in the same mapping; keep one of them",
  "tab characters must not be used in indentation": "a tab is used for indentation; YAML allows only spaces",
};

/**
 * Every document of a YAML text, `null` for an empty one.
 * @throws YamlProblem at the first place that cannot be read
 */
export function parseYaml(text: string): unknown[] {
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const documents = constructFromEvents(events, { source: text, schema, maxTotalMergeKeys: MAX_MERGED_KEYS });
    if (events.some((event) => event.type === EVENT_ID.ALIAS)) documents.forEach(refuseBombs);
    return documents;
  } catch (error) {
    if (error instanceof YamlProblem) throw error;
    if (error instanceof YAMLException) throw new YamlProblem(hint[error.reason] ?? error.reason, error.mark?.line);
    throw new YamlProblem(error instanceof Error ? error.message : String(error), undefined);
  }
}

/** The parser's view of a text, with the offset of every key and value: what `locate` walks. */
export const yamlEvents = (text: string): Event[] => parseEvents(text, { maxDepth: MAX_DEPTH });

/** Aliases share one value in memory; whoever walks the document meets it once per alias. */
function refuseBombs(document: unknown): void {
  const sizes = new Map<object, number>();
  const size = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 1;
    const seen = sizes.get(node);
    if (seen === Number.POSITIVE_INFINITY)
      throw new YamlProblem("an alias refers to a node that contains it", undefined);
    if (seen !== undefined) return seen;
    sizes.set(node, Number.POSITIVE_INFINITY);
    let total = 1;
    for (const child of Object.values(node)) total += size(child);
    sizes.set(node, total);
    return total;
  };
  if (size(document) > MAX_ALIASED_NODES)
    throw new YamlProblem(`its aliases stand for more than ${MAX_ALIASED_NODES} values`, undefined);
}
