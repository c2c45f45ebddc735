import { at, kindOf, type Manifest } from "./manifest";
import { type Path } from "./paths";
import { base64Problem, keyProblem, labelProblem, nameProblem, namespaceProblem } from "./syntax";
import { apiVersionOf, isPatch, type Token } from "./tokens";
import { isFields, isUnknown, type Plain } from "./values";

/** A value that cannot be right, and why: a clause to be read after the value itself. */
export interface Problem {
  readonly path: Path;
  readonly reason: string;
}

type Check = (text: string) => string | undefined;

const isAbsent = (value: Plain | undefined): boolean => value === undefined || value === null || isUnknown(value);

/** A string, or nothing, at a path. */
function* text(manifest: Manifest, path: readonly string[], check: Check): Generator<Problem> {
  const value = at(manifest, ...path);
  if (isAbsent(value)) return;
  const reason = typeof value === "string" ? check(value) : "must be a string; quote it";
  if (reason !== undefined) yield { path, reason };
}

/** A map from string to string, which is what Kubernetes has for labels, annotations and data. */
function* texts(manifest: Manifest, path: readonly string[], checkKey: Check, check: Check): Generator<Problem> {
  const map = at(manifest, ...path);
  if (isAbsent(map)) return;
  if (!isFields(map)) {
    yield { path, reason: "must be an object of strings" };
    return;
  }
  for (const key of Object.keys(map)) {
    const reason = checkKey(key);
    if (reason !== undefined) yield { path: [...path, key], reason };
    yield* text(manifest, [...path, key], check);
  }
}

const anything: Check = () => undefined;

function* identity(manifest: Manifest, token: Token): Generator<Problem> {
  const kind = kindOf(manifest);
  const asTyped = `as the resource's type ${token.token} says`;
  const expected = apiVersionOf(token);
  const apiVersion = at(manifest, "apiVersion");
  if (apiVersion !== expected && apiVersion !== `core/${expected}`) {
    yield { path: ["apiVersion"], reason: `must be "${expected}", ${asTyped}` };
  }
  if (kind !== token.kind && !isPatch(token, kind)) {
    yield { path: ["kind"], reason: `must be "${token.kind}", ${asTyped}` };
  }
  const metadata = manifest["metadata"];
  if (!isAbsent(metadata) && !isFields(metadata)) {
    yield { path: ["metadata"], reason: "must be an object, with the object's name and namespace" };
  }
  yield* text(manifest, ["metadata", "name"], (name) => nameProblem(token.group, kind, name));
  yield* text(manifest, ["metadata", "namespace"], namespaceProblem);
}

/**
 * Everything in the object that an API server of any version refuses and that can be told without its schema; unknown
 * values are left alone. The official provider asks the cluster instead, which a rehearsal does not have.
 */
export function* validate(manifest: Manifest, token: Token): Generator<Problem> {
  yield* identity(manifest, token);
  yield* texts(manifest, ["metadata", "labels"], keyProblem, labelProblem);
  // The API server compares the keys of annotations in lower case.
  yield* texts(manifest, ["metadata", "annotations"], (key) => keyProblem(key.toLowerCase()), anything);
  if (token.group === "" && token.kind === "ConfigMap") yield* texts(manifest, ["data"], anything, anything);
  if (token.group === "" && token.kind === "Secret") {
    yield* texts(manifest, ["data"], anything, base64Problem);
    yield* texts(manifest, ["stringData"], anything, anything);
  }
}
