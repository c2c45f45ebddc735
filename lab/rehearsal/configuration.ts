import {
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Document,
  parseDocument,
  type Pair,
  visit,
  type YAMLMap,
} from "yaml";
import { addDays, type IsoDate } from "../../policies/mtls/clock";

/** How long a renewed exception lasts in the rehearsal. */
const RENEWED_FOR_DAYS = 30;

/** A configuration that cannot be rehearsed. The message lists every problem and is printed without a stack trace. */
export class ConfigurationError extends Error {}

/** A stack's configuration file as text. */
export interface Source {
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

/** An expiry that the rehearsal moved in its own copy. */
export interface Renewal {
  /** The exception, as the file calls it. */
  readonly exception: string;
  readonly from: string;
  readonly to: IsoDate;
}

export interface RehearsalCopy {
  /** The text for the rehearsal's own `Pulumi.<stack>.yaml`. */
  readonly text: string;
  readonly renewals: readonly Renewal[];
}

export interface CopyOptions {
  /** What is rehearsed. */
  readonly source: Source;
  /** The repository's own configuration: an expiry that is still the same there is renewed, one that differs is kept and judged. */
  readonly repository: Source;
  /** The project, which is the prefix of the configuration's keys. */
  readonly project: string;
  /** What replaces `PROJECT:cluster`: a rehearsal has no cluster. */
  readonly cluster: unknown;
  readonly today: IsoDate;
  /** The rehearsal's copy of last time, whose encryption salt belongs to the rehearsal's state. */
  readonly earlier: string | undefined;
}

/** Makes the rehearsal's copy of a configuration. @throws ConfigurationError when the source is no usable configuration file. */
export function rehearsalCopy(options: CopyOptions): RehearsalCopy {
  const { source, repository, project, cluster, today, earlier } = options;
  const document = parsed(source);
  refuseSecrets(document, source.file);
  const unchanged = expiriesOf(parsed(repository), project);
  const renewals: Renewal[] = [];
  for (const { at, exception, scalar } of expiries(document, project)) {
    const from = String(scalar.value);
    if (unchanged.get(at) !== from) continue;
    const to = addDays(today, RENEWED_FOR_DAYS);
    scalar.value = to;
    renewals.push({ exception, from, to });
  }
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  document.setIn(["config", `${project}:cluster`], document.createNode(cluster));
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) document.delete(key);
  const salt = earlier === undefined ? undefined : parseDocument(earlier).get("encryptionsalt");
  if (salt !== undefined) document.set("encryptionsalt", salt);
  return { text: document.toString({ lineWidth: 0 }), renewals };
}

function parsed({ file, text }: Source): Document {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `  line ${line}, column ${col}: ${message}`;
  });
  if (problems.length > 0) throw new ConfigurationError(`${file} is not YAML:\n${problems.join("\n")}`);
  if (document.contents !== null && !isMap(document.contents)) {
    throw new ConfigurationError(`${file} is not a stack's configuration: it needs \`config:\` with the keys below it`);
  }
  const config = document.get("config");
  if (config !== undefined && config !== null && !isMap(config)) {
    throw new ConfigurationError(`${file}: \`config\` must be a map of keys and values`);
  }
  return document;
}

/** A secret can only be read by whoever encrypted it, which the rehearsal did not. */
function refuseSecrets(document: Document, file: string): void {
  const secrets: string[] = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (keyOf(pair) === "secure") secrets.push(nameOf(ancestors));
    },
  });
  if (secrets.length === 0) return;
  throw new ConfigurationError(
    [
      `${file} cannot be rehearsed: these values are encrypted, and only their stack can read them:`,
      ...secrets.map((name) => `  ${name}`),
      `Give \`--config-file\` a copy with plain stand-ins.`,
    ].join("\n"),
  );
}

interface Expiry {
  /** Where in the file, as text to compare with. */
  readonly at: string;
  readonly exception: string;
  readonly scalar: { value: unknown };
}

/** Every `expires` below `PROJECT:exceptions`. */
function expiries(document: Document, project: string): readonly Expiry[] {
  const exceptions = document.getIn(["config", `${project}:exceptions`], true);
  if (exceptions === undefined) return [];
  const found: Expiry[] = [];
  visit(exceptions as never, {
    Pair(_, pair, ancestors) {
      if (keyOf(pair) !== "expires" || !isScalar(pair.value)) return;
      const exception = nameOf(ancestors);
      found.push({ at: `${pathOf(ancestors)} ${exception}`, exception, scalar: pair.value });
    },
  });
  return found;
}

const expiriesOf = (document: Document, project: string): ReadonlyMap<string, string> =>
  new Map(expiries(document, project).map(({ at, scalar }) => [at, String(scalar.value)]));

type Ancestors = readonly unknown[];

const keyOf = (pair: Pair): unknown => (isScalar(pair.key) ? pair.key.value : pair.key);

const pathOf = (ancestors: Ancestors): string => ancestors.filter(isPair).map(keyOf).join(".");

/** The object's own `name`, else the key it is under. */
function nameOf(ancestors: Ancestors): string {
  const owner = ancestors.at(-1);
  const name = isMap(owner) ? (owner as YAMLMap).get("name") : undefined;
  return typeof name === "string" ? name : String(ancestors.filter(isPair).map(keyOf).at(-1) ?? "");
}
