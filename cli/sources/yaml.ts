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
import { readAnyIndentation } from "../../policies/mtls/indentation";
import { goFloat, goInteger } from "./scalars";

/**
 * YAML as `kubectl` and `helm` read it (`./scalars` has what a plain scalar is), with merge keys. Differs on purpose: a key given twice
 * is an error here, not "the last one wins".
 */

/** Deeper than any custom resource definition, shallow enough for every recursive reader behind this one. */
export const MAX_DEPTH = 400;

/** A document whose aliases stand for more nodes than this is refused ("billion laughs"). */
export const MAX_ALIASED_NODES = 1_000_000;

const MAX_MERGED_KEYS = 1_000_000;

const DIGITS = [..."0123456789"];

const integer = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: ["-", "+", ...DIGITS],
  resolve: (text) => goInteger(text) ?? NOT_RESOLVED,
  identify: () => false,
});

const float = defineScalarTag<number>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: ["-", "+", ".", ...DIGITS],
  resolve: (text) => goInteger(text) ?? goFloat(text) ?? NOT_RESOLVED,
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
  "deficient indentation":
    "this line begins no further in than the key of what it continues; is a bracket or a quote not closed?",
  "tab characters must not be used in indentation": "a tab is used for indentation; YAML allows only spaces",
};

/**
 * Every document of a YAML text, `null` for an empty one.
 * @throws YamlProblem at the first place that cannot be read
 */
export function parseYaml(text: string): unknown[] {
  try {
    const { events, source } = yamlEvents(text);
    const documents = constructFromEvents(events, { source, schema, maxTotalMergeKeys: MAX_MERGED_KEYS });
    if (events.some((event) => event.type === EVENT_ID.ALIAS)) documents.forEach(refuseBombs);
    return documents;
  } catch (error) {
    if (error instanceof YamlProblem) throw error;
    if (error instanceof YAMLException) throw new YamlProblem(hint[error.reason] ?? error.reason, error.mark?.line);
    throw new YamlProblem(error instanceof Error ? error.message : String(error), undefined);
  }
}

/**
 * The parser's view of a text, with the offset of every key and value: what `locate` walks. Offsets are those of `source`, whose lines are
 * those of the text.
 */
export function yamlEvents(text: string): { readonly events: Event[]; readonly source: string } {
  const read = readAnyIndentation(text, (source) => parseEvents(source, { maxDepth: MAX_DEPTH }));
  return { events: read.value, source: read.text };
}

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
