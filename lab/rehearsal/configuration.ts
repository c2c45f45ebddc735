import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { type Document, type Pair, type Scalar, type YAMLMap } from "yaml";
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
  /** The project's keys as the engine would hand them to the program, with the cluster that was given. */
  readonly given: Readonly<Record<string, string>>;
}

export interface CopyOptions {
  /** What is rehearsed. */
  readonly source: Source;
  /** The repository's own configuration: an expiry that is still the same there is renewed, one that differs is kept and judged. */
  readonly repository: Source;
  /** The project, which is the prefix of the configuration's keys. */
  readonly project: string;
  /** Where the manifests go instead of to a cluster. */
  readonly manifests: string;
  readonly today: IsoDate;
  /** The rehearsal's copy of last time, whose encryption salt belongs to the rehearsal's state. */
  readonly earlier: string | undefined;
}

/** Makes the rehearsal's copy of a configuration. @throws ConfigurationError when the source is no usable configuration file. */
export function rehearsalCopy(options: CopyOptions): RehearsalCopy {
  const { source, repository, project, manifests, today, earlier } = options;
  const document = parsed(source);
  const config = configOf(document);
  const cluster = `${project}:cluster`;
  // A kubeconfig is of no use without a cluster, and may well be encrypted.
  if (config.hasIn([cluster, "kubeconfig"])) config.deleteIn([cluster, "kubeconfig"]);
  refuseSecrets(document, source.file);

  const unchanged = expiriesOf(parsed(repository), project);
  const renewals = expiries(document, project).flatMap(({ exception, scalar }) => {
    const from = String(scalar.value);
    return unchanged.get(exception) === from ? [renew(exception, scalar, addDays(today, RENEWED_FOR_DAYS))] : [];
  });
  const given = keysOf(config, project);

  const kubernetesVersion = config.getIn([cluster, "kubernetesVersion"]);
  const render = {
    kind: "render",
    directory: manifests,
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
  };
  config.set(cluster, document.createNode(render));
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) document.delete(key);
  const salt = earlier === undefined ? undefined : parseDocument(earlier).get("encryptionsalt");
  if (salt !== undefined) document.set("encryptionsalt", salt);
  return { text: document.toString({ lineWidth: 0 }), renewals, given };
}

function renew(exception: string, scalar: Scalar, to: IsoDate): Renewal {
  const from = String(scalar.value);
  scalar.value = to;
  return { exception, from, to };
}

/** The map below `config:`, which is made when there is none. */
function configOf(document: Document): YAMLMap {
  const config = document.get("config");
  if (isMap(config)) return config;
  const empty = document.createNode({});
  document.set("config", empty);
  return empty;
}

/** A key without a namespace is the project's own; texts stay as they are, everything else is JSON. */
function keysOf(config: YAMLMap, project: string): Readonly<Record<string, string>> {
  const entries = Object.entries(config.toJSON() as Record<string, unknown>).flatMap(([key, value]) => {
    const [namespace, name] = key.includes(":")
      ? [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)]
      : [project, key];
    return namespace === project ? [[name, typeof value === "string" ? value : JSON.stringify(value)]] : [];
  });
  return Object.fromEntries(entries) as Record<string, string>;
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
      if (keyOf(pair) !== "secure") return;
      secrets.push(ancestors.filter(isPair).map(keyOf).slice(1).join("."));
    },
  });
  if (secrets.length === 0) return;
  throw new ConfigurationError(
    [
      `${file} cannot be rehearsed: these values are encrypted, and only their stack can read them:`,
      ...secrets.map((path) => `  ${path}`),
      `Give \`--config-file\` a copy with plain stand-ins.`,
    ].join("\n"),
  );
}

interface Expiry {
  /** The exception's name, or its place in the list. */
  readonly exception: string;
  readonly scalar: Scalar;
}

/** Every exception's `expires`. */
function expiries(document: Document, project: string): readonly Expiry[] {
  const exceptions = document.getIn(["config", `${project}:exceptions`], true);
  if (!isSeq(exceptions)) return [];
  return exceptions.items.flatMap((exception, index) => {
    if (!isMap(exception)) return [];
    const scalar = exception.get("expires", true);
    const name = exception.get("name");
    return isScalar(scalar) ? [{ exception: typeof name === "string" ? name : `exceptions[${index}]`, scalar }] : [];
  });
}

const expiriesOf = (document: Document, project: string): ReadonlyMap<string, string> =>
  new Map(expiries(document, project).map(({ exception, scalar }) => [exception, String(scalar.value)]));

const keyOf = (pair: Pair): unknown => (isScalar(pair.key) ? pair.key.value : pair.key);
