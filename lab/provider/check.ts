import { at, kindOf, textAt, withAt, withDashes, type Manifest } from "./manifest";
import { autoname, isAutonamed, isGenerated, isNamed, withAutoname } from "./naming";
import { normalize } from "./normalize";
import { printPath } from "./paths";
import { type Scopes } from "./scope";
import { type Settings } from "./settings";
import { apiVersionOf, baseKindOf, isPatch, parseToken, refusal, type Token } from "./tokens";
import { validate, type Problem } from "./validate";
import { Secret, childOf, isFields, isUnknown, markSecrets, reveal, type Fields, type Value } from "./values";

/** What the program asks for, and what the engine adds. */
export interface CheckRequest {
  readonly token: string;
  readonly resourceName: string;
  /** The inputs of the last run; undefined for a new resource, and for the second check of a replacement. */
  readonly olds: Fields | undefined;
  readonly news: Fields;
  /** Makes autonames repeatable; empty for none. */
  readonly seed: Uint8Array;
  /** The project's `pulumi:autonaming` setting. */
  readonly autonaming?: { readonly disabled: boolean; readonly proposed: string };
}

/** A property that the user has to change, and how; never quotes a secret. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: Fields;
  readonly failures: readonly Failure[];
}

const MANAGED_BY = "app.kubernetes.io/managed-by";

const withType = (manifest: Manifest, token: Token): Manifest => ({
  ...manifest,
  apiVersion: manifest["apiVersion"] ?? apiVersionOf(token),
  kind: manifest["kind"] ?? baseKindOf(token),
});

/** The program's name; else last time's when it was ours to choose; else a new one. */
function withName(manifest: Manifest, old: Manifest | undefined, request: CheckRequest): Manifest {
  if (isNamed(manifest)) return manifest;
  if (old !== undefined) return isAutonamed(old) ? withAutoname(manifest, textAt(old, "metadata", "name")) : manifest;
  if (isGenerated(manifest) || request.autonaming?.disabled) return manifest;
  return withAutoname(manifest, request.autonaming?.proposed || autoname(request.resourceName, request.seed));
}

/**
 * Without server-side apply no field manager tells who owns an object, so a label does. It is not added to an old
 * object.
 */
function withManagedBy(manifest: Manifest, old: Manifest | undefined, settings: Settings): Manifest {
  const wanted = old ? textAt(old, "metadata", "labels", MANAGED_BY) === "pulumi" : !settings.serverSideApply;
  return wanted && !isUnknown(at(manifest, "metadata", "labels"))
    ? withAt(manifest, ["metadata", "labels", MANAGED_BY], "pulumi")
    : manifest;
}

function withNamespace(manifest: Manifest, token: Token, settings: Settings, scopes: Scopes): Manifest {
  const given = at(manifest, "metadata", "namespace") ?? "";
  return given === "" && scopes.isNamespaced(token.group, kindOf(manifest))
    ? withAt(manifest, ["metadata", "namespace"], settings.namespace)
    : manifest;
}

/** Rules that depend on how the provider is set up, in the official provider's words. */
function* nameProblems(
  manifest: Manifest,
  token: Token,
  request: CheckRequest,
  settings: Settings,
): Generator<Problem> {
  const name = { path: ["metadata", "name"] };
  if (isPatch(token, kindOf(manifest))) {
    if (!isNamed(manifest)) yield { ...name, reason: "must be set: a patch changes an object that exists" };
    if (!settings.serverSideApply) {
      yield {
        path: ["kind"],
        reason: "of a patch needs Server-Side Apply; set `enableServerSideApply` on the provider",
      };
    }
  } else if (isGenerated(manifest)) {
    const mode = settings.directory === undefined ? "Server-Side Apply mode" : "YAML rendering mode";
    yield {
      path: ["metadata", "generateName"],
      reason: `is not supported in ${mode}; give a name, or none for an autoname`,
    };
  } else if (!isNamed(manifest) && isOpen(manifest)) {
    const why = request.autonaming?.disabled
      ? "autonaming is disabled for this project"
      : "the object had a name before";
    yield { ...name, reason: `must be set: ${why}` };
  }
}

/** Metadata that fields can be added to. What is not known yet, or is no object at all, is left as it is. */
const isOpen = (manifest: Manifest): boolean => isFields(manifest["metadata"] ?? {});

/** The value at a path, for a message; not shown when any part of the way to it is secret. */
function quote(inputs: Fields, path: Problem["path"]): string {
  let value: Value | undefined = inputs;
  for (const segment of path) {
    value = childOf(value, segment);
    if (value instanceof Secret) return "the secret value";
  }
  return value === undefined || isUnknown(value) ? "it" : JSON.stringify(reveal(value));
}

/**
 * The inputs that the next steps work with: type, name and namespace filled in, equal meanings brought to one form;
 * and what the user has to change first. Unknown values stay unknown, secret values stay secret.
 */
export function check(request: CheckRequest, settings: Settings, scopes: Scopes): CheckResult {
  const refused = refusal(request.token);
  if (refused !== undefined) return { inputs: request.news, failures: [{ property: "", reason: refused }] };

  const token = parseToken(request.token);
  const old = request.olds && withDashes(reveal(request.olds));
  const given = normalize(withType(withDashes(reveal(request.news)), token), token.group);
  scopes.learn(given);
  const isTemplate = isPatch(token, kindOf(given));
  const named = !isOpen(given) || isTemplate ? given : withManagedBy(withName(given, old, request), old, settings);
  const manifest = isOpen(named) ? withNamespace(named, token, settings, scopes) : named;

  const inputs = markSecrets(manifest, request.news);
  const problems = [...nameProblems(manifest, token, request, settings), ...validate(manifest, token)];
  return {
    inputs,
    failures: problems.map(({ path, reason }) => ({
      property: printPath(path),
      reason: `${quote(inputs, path)} ${reason}`,
    })),
  };
}
