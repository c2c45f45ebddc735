import { isUnknown } from "../known";
import type { Problem } from "../mesh";
import { describeRef, type Manifest, type ObjectRef, type Source } from "../objects";
import { Field, isMap } from "./fields";
import { isRead, readerOf } from "./index";
import { installedBy } from "./istio-operator";
import { readRef } from "./meta";

/** One Kubernetes object, known by group and kind; lists are already taken apart. */
export interface Document {
  readonly group: string;
  /** The kind it is read as: a `…Patch` kind counts as the kind it patches. */
  readonly kind: string;
  readonly apiVersion: string;
  /** It sets some fields of an object that may stand elsewhere, and is not the whole of it. */
  readonly partial: boolean;
  readonly object: Readonly<Record<string, unknown>>;
  readonly ref: ObjectRef;
  readonly source: Source | undefined;
}

const own = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

const PATCH = /^(.+)Patch$/;

const identify = (
  apiVersion: string,
  kind: string,
  object: Readonly<Record<string, unknown>>,
  source: Source | undefined,
): Document => {
  const group = groupOf(apiVersion);
  const patched = PATCH.exec(kind)?.[1];
  const partial = patched !== undefined && readerOf(`${group}/${patched}`) !== undefined;
  const read = partial ? patched : kind;
  return { group, kind: read, apiVersion, partial, object, ref: readRef(Field.quietly(object), read), source };
};

/**
 * Whether it is the configuration of a tool rather than an object of a cluster (Kustomization, kind's Cluster): those have a type and no
 * name, which everything that an API server keeps has.
 */
const isToolConfiguration = ({ group, kind, object, partial }: Document): boolean => {
  const metadata = own(object, "metadata");
  const isNameless = metadata === undefined || (isMap(metadata) && !("name" in metadata || "generateName" in metadata));
  return isNameless && !partial && !isRead(`${group}/${kind}`);
};

/** Configuration of `istioctl install`, whatever it is called. */
const isInstallation = ({ group, kind }: Document): boolean => group === "install.istio.io" && kind === "IstioOperator";

/** What runs counts before what was asked for. */
function notAmong(documents: readonly Document[], installed: readonly Document[]): readonly Document[] {
  if (installed.length === 0) return installed;
  const names = new Set(documents.map(({ ref }) => describeRef(ref)));
  return installed.filter(({ ref }) => !names.has(describeRef(ref)));
}

export interface Documents {
  readonly documents: readonly Document[];
  /** Documents that are no Kubernetes object, for want of apiVersion and kind or of a name; empty ones are not counted. */
  readonly skipped: number;
}

interface Queued extends Manifest {
  /** The type of an item that its list says. */
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** What is wrong with the type of something that looks like an object; `undefined` for what is none. */
const typeProblem = (object: Readonly<Record<string, unknown>>, type: Readonly<Record<string, unknown>>) => {
  for (const path of ["kind", "apiVersion"] as const) {
    if (isUnknown(type[path]))
      return { path, message: `${path} is not known, so nothing can be said about the object` };
    const isNeeded = isMap(object["metadata"]) && (type["kind"] ?? type["apiVersion"]) !== undefined;
    if (isNeeded && typeof type[path] !== "string")
      return { path, message: `${path} is ${type[path] === undefined ? "missing" : "no string"}` };
  }
  return undefined;
};

/** Takes manifests apart into objects: `List` and `…List` kinds give their items, which may leave out the type that the list says. */
export function documentsOf(manifests: readonly Manifest[], problems: Problem[]): Documents {
  const documents: Document[] = [];
  const installed: Document[] = [];
  let skipped = 0;
  const queue: Queued[] = [...manifests].reverse();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { object, source } = next;
    if (object === undefined || object === null) continue;
    if (!isMap(object)) {
      skipped += 1;
      continue;
    }
    const kind = own(object, "kind") ?? next.kind;
    const apiVersion = own(object, "apiVersion") ?? next.apiVersion;
    const list = (problem: { path: string; message: string }) =>
      problems.push({ severity: "error", object: "an object", ...problem, source });
    if (typeof kind !== "string" || typeof apiVersion !== "string" || kind === "") {
      const problem = typeProblem(object, { kind, apiVersion });
      if (problem === undefined) skipped += 1;
      else list(problem);
      continue;
    }
    const items = own(object, "items");
    if (kind.endsWith("List") && Array.isArray(items)) {
      const type = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
      for (const item of [...items].reverse()) queue.push({ object: item, ...(source && { source }), ...type });
    } else if (kind === "List" || isUnknown(items))
      list({ path: "items", message: `the items of the ${kind} are not known` });
    else {
      const document = identify(apiVersion, kind, object, source);
      const made = isInstallation(document) ? installedBy(object) : [];
      for (const each of made) installed.push(identify("v1", "ConfigMap", each, source));
      if (made.length > 0) continue;
      if (isToolConfiguration(document)) skipped += 1;
      else documents.push(document);
    }
  }
  return { documents: [...documents, ...notAmong(documents, installed)], skipped };
}
