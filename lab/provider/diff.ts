import { IDENTITY, immutablePaths } from "./immutable";
import { apiVersionOf, at, kindOf, nameOf, namespaceOf, prune, withAt, type Manifest } from "./manifest";
import { isAutonamed } from "./naming";
import { normalize } from "./normalize";
import { isWithin, parsePath, type Path } from "./paths";
import { type Scopes } from "./scope";
import { type Settings } from "./settings";
import { groupOf, isPatch, type Token } from "./tokens";
import { childOf, isFields, isList, isUnknown, type Plain } from "./values";

export type ChangeKind = "add" | "update" | "delete";

/** One field that differs between the object as it is and as the program wants it. */
export interface Change {
  readonly path: Path;
  readonly kind: ChangeKind;
  /** The field cannot be changed in place. */
  readonly replace: boolean;
}

interface Difference {
  readonly path: Path;
  readonly kind: ChangeKind;
  readonly after: Plain | undefined;
}

export interface Diff {
  readonly changes: readonly Change[];
  /** The new object must have the old one's name, so the old one has to go first. */
  readonly deleteBeforeReplace: boolean;
}

/** What a diff compares. */
export interface DiffRequest {
  readonly token: Token;
  /** What the program gave last time, and the object that came of it. */
  readonly oldInputs: Manifest;
  readonly live: Manifest;
  readonly newInputs: Manifest;
  readonly ignoreChanges: readonly string[];
}

/** null is "not set" on both sides. */
const isSet = (value: Plain | undefined): value is Plain => value !== undefined && value !== null;

/** Every field that differs, as deep as both sides have the same shape. An unknown differs from everything. */
function* differences(path: Path, before: Plain | undefined, after: Plain | undefined): Generator<Difference> {
  if (!isSet(before) && !isSet(after)) return;
  if (!isSet(before)) yield { path, kind: "add", after };
  else if (!isSet(after)) yield { path, kind: "delete", after };
  else if (isFields(before) && isFields(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* differences([...path, key], childOf(before, key), childOf(after, key));
    }
  } else if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      yield* differences([...path, index], before[index], after[index]);
    }
  } else if (isUnknown(after) || before !== after) yield { path, kind: "update", after };
}

/** True when the field of a pattern is inside the value: `spec.selector` in a new `spec`. */
function hasField(value: Plain | undefined, [segment, ...rest]: Path): boolean {
  if (segment === undefined) return true;
  if (segment === "*") return isList(value) && value.some((item) => hasField(item, rest));
  const child = childOf(value, segment);
  return child !== undefined && hasField(child, rest);
}

/** True when the difference is at the field of a pattern, below it, or brings a value that has it. */
const touches = ({ path, after }: Difference, pattern: Path): boolean =>
  isWithin(path, pattern.slice(0, path.length)) &&
  (pattern.length <= path.length || hasField(after, pattern.slice(path.length)));

/** Two objects of different kinds or API groups cannot be one object; another version of the same group can. */
const isOtherType = ({ path: [field] }: Difference, before: Manifest, after: Manifest): boolean =>
  field === "kind" || (field === "apiVersion" && groupOf(apiVersionOf(before)) !== groupOf(apiVersionOf(after)));

/** Both objects with the namespace written out (or, outside namespaces, away), so that only a real move shows. */
function withNamespace(manifest: Manifest, isNamespaced: boolean): Manifest {
  const namespace = at(manifest, "metadata", "namespace") ?? "";
  if (!isNamespaced) return withAt(manifest, ["metadata", "namespace"], undefined);
  return namespace === "" ? withAt(manifest, ["metadata", "namespace"], "default") : manifest;
}

/**
 * The changes between the object as it is (as far as the program wrote it) and as the program wants it now. Rules and
 * immutable fields are the official provider's.
 */
export function diff(request: DiffRequest, settings: Settings, scopes: Scopes): Diff {
  const { token, live } = request;
  const isNamespaced = scopes.isNamespaced(token.group, kindOf(request.newInputs));
  const oldInputs = normalize(request.oldInputs, token.group);
  const after = withNamespace(normalize(request.newInputs, token.group), isNamespaced);
  const pruned = withNamespace(prune(live, oldInputs), isNamespaced);
  // A name that was generated becomes the program's own without a change.
  const before = nameOf(after) === "" ? pruned : withAt(pruned, ["metadata", "name"], nameOf(live));

  const immutable = isPatch(token, kindOf(after)) ? IDENTITY : immutablePaths(after, settings);
  const ignored = request.ignoreChanges.map(parsePath);
  const changes = [...differences([], before, after)]
    .filter(({ path }) => !ignored.some((pattern) => isWithin(path, pattern)))
    .map((change) => ({
      path: change.path,
      kind: change.kind,
      replace: isOtherType(change, before, after) || immutable.some((pattern) => touches(change, pattern)),
    }));

  return {
    changes,
    deleteBeforeReplace:
      changes.some((change) => change.replace) &&
      !isAutonamed(after) &&
      nameOf(after) !== "" &&
      nameOf(after) === nameOf(live) &&
      namespaceOf(after) === namespaceOf(before),
  };
}
