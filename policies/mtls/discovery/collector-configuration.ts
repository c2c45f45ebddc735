import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { describeRef } from "../objects";
import { parseYaml } from "../yaml";
import { collectorContainer, isOperated } from "./collector-identity";
import { expandConfigText } from "./config-text";
import type { Origin, Undiscovered } from "./discovered";
import { environmentOf, type Environment } from "./environment";
import { field, fieldsOf, isFields, textIn } from "./fields";
import { mountedFile } from "./mounted-file";
import { hole, knownText, wholeText, type PartialText } from "./partial-text";

type Keys = readonly string[];

/** One source of a configuration, and where its fields stand. */
interface Document extends Origin {
  readonly tree: unknown;
  /** `#` when the document is a string inside `path`, `.` when it is part of the object. */
  readonly separator: "#" | ".";
}

/** The configuration that a collector starts with. */
export interface CollectorConfiguration {
  readonly environment: Environment;
  /** A field as written; unknown below something unknown. */
  at(...keys: Keys): unknown;
  /** Names in a map. */
  keys(...keys: Keys): readonly string[];
  /** A string or number with `${env:…}` replaced; `undefined` when the field is not there. */
  text(...keys: Keys): PartialText | undefined;
  /** @returns `undefined` when the field is not there */
  flag(...keys: Keys): Known<boolean> | undefined;
  /** Where a field stands: the last document that has it. */
  place(...keys: Keys): Origin;
}

/** Later documents win field by field; lists are replaced. Source: confmap of the collector, `Conf.Merge`. */
function mergeTrees(base: unknown, over: unknown): unknown {
  if (isUnknown(base) || isUnknown(over)) return UNKNOWN;
  if (!isFields(base) || !isFields(over)) return over === undefined ? base : over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over))
    merged[key] = Object.hasOwn(base, key) ? mergeTrees(base[key], value) : value;
  return merged;
}

/** A value as text: what is not known is a hole, a number is what YAML makes of it. */
export function configText(value: unknown, environment: Environment): PartialText | undefined {
  if (isUnknown(value)) return hole("it is not known yet");
  if (typeof value === "string") return expandConfigText(value, environment);
  return typeof value === "number" || typeof value === "boolean" ? knownText(String(value)) : undefined;
}

/** A flag, written out or by way of the environment. */
function configFlag(value: unknown, environment: Environment): Known<boolean> | undefined {
  const text = configText(value, environment);
  if (text === undefined) return undefined;
  const whole = wholeText(text);
  return isUnknown(whole) ? UNKNOWN : whole.trim().toLowerCase() === "true";
}

function configurationOf(documents: readonly Document[], environment: Environment): CollectorConfiguration {
  const merged = documents.map(({ tree }) => tree).reduce((base, over) => mergeTrees(base, over));
  const at = (...keys: Keys): unknown => field(merged, ...keys);
  return {
    environment,
    at,
    keys: (...keys) => Object.keys(fieldsOf(at(...keys))),
    text: (...keys) => configText(at(...keys), environment),
    flag: (...keys) => configFlag(at(...keys), environment),
    place: (...keys) => {
      const found = [...documents].reverse().find(({ tree }) => field(tree, ...keys) !== undefined) ?? documents[0];
      const { object = "", path = "", separator = "." } = found ?? {};
      return { object, path: `${path}${separator}${keys.join(".")}` };
    },
  };
}

/** `a::b: c` and `a.b=c` on the command line, as a tree. */
function nest(keys: Keys, value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function inlineDocument(text: string, origin: Origin): Document | string {
  const parsed = parseYaml(text);
  if ("error" in parsed) return `the configuration in ${origin.path} is no YAML: ${parsed.error}`;
  const tree = Object.entries(fieldsOf(parsed.value))
    .map(([key, value]) => nest(key.split("::"), value))
    .reduce<unknown>((base, over) => mergeTrees(base, over), undefined);
  return { tree: tree ?? {}, object: origin.object, path: origin.path, separator: "#" };
}

const PROVIDER = /^(file|env|yaml|http|https|s3|secretsmanager):(.*)$/s;

interface Reading {
  readonly mesh: Mesh;
  readonly workload: Workload;
  readonly container: Container;
  readonly environment: Environment;
}

function fileDocument({ mesh, workload, container }: Reading, path: string): Document | string {
  const mounted = mountedFile(mesh, workload, container, path);
  if (mounted === undefined) return `${path} is part of the image`;
  if ("problem" in mounted) return mounted.problem;
  const parsed = parseYaml(mounted.content);
  if ("error" in parsed) return `${path} is no YAML: ${parsed.error}`;
  return { tree: parsed.value ?? {}, object: mounted.object, path: mounted.path, separator: "#" };
}

/** What one `--config` names. Source: opentelemetry-collector, confmap/provider. */
function documentFor(reading: Reading, location: PartialText, origin: Origin): Document | string {
  const text = wholeText(location);
  if (isUnknown(text)) return `the place of the configuration is not known: ${location.missing.join("; ")}`;
  const [, scheme = "file", rest = text] = PROVIDER.exec(text) ?? [];
  if (scheme === "file") return fileDocument(reading, rest);
  if (scheme === "yaml") return inlineDocument(rest, origin);
  if (scheme !== "env") return `${text.replace(/\/\/[^/@]*@/, "//")} is read when the collector starts`;
  const setting = reading.environment.variables.get(rest);
  if (setting === undefined) return `the variable ${rest}, which holds the configuration, is not set here`;
  const content = wholeText(setting.value);
  return isUnknown(content)
    ? `the configuration in ${rest} is not known: ${setting.value.missing.join("; ")}`
    : inlineDocument(content, setting);
}

interface Argument extends Origin {
  readonly text: PartialText;
}

/** `command` and `args`, in order, with `$(NAME)` replaced; `undefined` when they are not known. */
function argumentsOf({ workload, container, environment }: Reading): readonly Argument[] | undefined {
  const { command, args } = container;
  if (isUnknown(command) || isUnknown(args)) return undefined;
  const object = describeRef(workload.ref);
  return (
    [
      ["command", command],
      ["args", args],
    ] as const
  ).flatMap(([name, list]) =>
    list.map((text, index) => ({
      text: environment.expand(text),
      object,
      path: `${container.path}.${name}[${index}]`,
    })),
  );
}

/** Values of a flag: `--name=value`, `--name value`, one dash or two. */
function flagValues(all: readonly Argument[], name: string): readonly Argument[] {
  const pattern = new RegExp(`^--?${name}(?:=([^]*))?$`);
  return all.flatMap((argument, index) => {
    const match = pattern.exec(argument.text.text);
    if (match === null) return [];
    const [, value] = match;
    if (value !== undefined) return [{ ...argument, text: { text: value, missing: argument.text.missing } }];
    const next = all[index + 1];
    return next === undefined ? [] : [next];
  });
}

function overrideDocument({ text, object, path }: Argument): Document | string {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(text.text) ?? [];
  if (key === undefined || value === undefined || text.missing.length > 0) return `${path} is no name=value`;
  const parsed = parseYaml(value);
  return { tree: nest(key.split("."), "value" in parsed ? parsed.value : value), object, path, separator: "#" };
}

/** Where images look when nothing says otherwise. Source: opentelemetry-collector-releases, distributions/<name>/Dockerfile. */
const DEFAULT_FILES = ["otelcol", "otelcol-contrib", "otelcol-k8s", "otelcol-otlp"].map(
  (name) => `/etc/${name}/config.yaml`,
);

/** The configuration that comes with the images exports nothing: opentelemetry-collector-releases, distributions/<name>/config.yaml. */
const OF_THE_IMAGE = {
  reason: "no argument and no volume tells where its configuration is",
  assumed: "it sends nothing on",
};

function startedWith(reading: Reading): readonly Document[] | Undiscovered {
  const { mesh, workload, container } = reading;
  const here = { object: describeRef(workload.ref), path: container.path };
  const all = argumentsOf(reading);
  if (all === undefined) return { ...here, path: `${container.path}.args`, reason: "the arguments are not known yet" };
  const named = flagValues(all, "config").map((argument) => ({
    origin: { object: argument.object, path: argument.path },
    document: documentFor(reading, argument.text, argument),
  }));
  const mounted = DEFAULT_FILES.find((path) => mountedFile(mesh, workload, container, path) !== undefined);
  const files =
    named.length > 0 || mounted === undefined ? named : [{ origin: here, document: fileDocument(reading, mounted) }];
  if (files.length === 0) return { ...here, ...OF_THE_IMAGE };
  const overrides = flagValues(all, "set").map((argument) => ({
    origin: { object: argument.object, path: argument.path },
    document: overrideDocument(argument),
  }));
  const documents: Document[] = [];
  for (const { origin, document } of [...files, ...overrides]) {
    if (typeof document === "string") return { ...origin, reason: document };
    documents.push(document);
  }
  return documents;
}

/** `spec.config` of an OpenTelemetryCollector: a map since v1beta1, YAML in a string before. */
function operatedWith({ raw, ref }: Workload): readonly Document[] | Undiscovered {
  const name = textIn(field(raw, "metadata", "name")) ?? ref.name;
  const origin = { object: `OpenTelemetryCollector ${ref.namespace}/${name}`, path: "spec.config" };
  const config = field(raw, "spec", "config");
  if (config === undefined || isUnknown(config))
    return { ...origin, reason: config === undefined ? "it has no configuration" : "it is not known yet" };
  if (typeof config !== "string") return [{ ...origin, tree: config, separator: "." }];
  const parsed = parseYaml(config);
  return "value" in parsed
    ? [{ ...origin, tree: parsed.value ?? {}, separator: "#" }]
    : { ...origin, reason: `it is no YAML: ${parsed.error}` };
}

/** The configuration of a collector, from its resource, its arguments and the ConfigMaps that its volumes bring. */
export function readCollectorConfiguration(mesh: Mesh, workload: Workload): CollectorConfiguration | Undiscovered {
  const container = collectorContainer(mesh, workload);
  if (container === undefined)
    return {
      object: describeRef(workload.ref),
      path: `${workload.podPath}.containers`,
      reason: "the containers are not known yet",
    };
  const environment = environmentOf(mesh, workload, container);
  const documents = isOperated(workload)
    ? operatedWith(workload)
    : startedWith({ mesh, workload, container, environment });
  return "reason" in documents ? documents : configurationOf(documents, environment);
}
