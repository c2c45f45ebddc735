import { assess } from "../../policies/mtls/assess";
import { isUnknown, UNKNOWN } from "../../policies/mtls/known";
import { readMesh } from "../../policies/mtls/manifests";
import type { Manifest } from "../../policies/mtls/objects";
import { RULES } from "../../policies/rules";
import { EXAMPLE_DAY, exampleYaml, type Example } from "../../policies/rules/rule";
import { runRules } from "../../policies/rules/run";
import { defaultSettings } from "../../policies/rules/settings";
import { manifestsOf } from "./support/judge";

/** Unknown is never a pass: take any one field of a stack that is refused away, and the stack is refused all the same. */

const errors = RULES.filter(({ severity }) => severity === "error");

/** Its examples are wrong by the very value that would be unknown, and what that decides is for the others to say. */
const judgedByOthers = ["unreadable-object"];

type Path = readonly (string | number)[];

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value))
    yield* pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

function withUnknown(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return UNKNOWN;
  if (Array.isArray(value)) return value.map((item: unknown, at) => (at === key ? withUnknown(item, rest) : item));
  const map = value as Record<string, unknown>;
  return { ...map, [key]: withUnknown(map[key], rest) };
}

/** A ConfigMap whose annotations nobody knows is a ConfigMap like any other: it does not say that it is a record. */
const isClaim = (kind: string, path: Path): boolean =>
  kind === "ConfigMap" && ["metadata", "metadata.annotations"].includes(path.join("."));

/** What an object is and how it is called is known in every preview: the provider names what has no name. */
const isIdentity = (path: Path): boolean => ["apiVersion", "kind", "metadata.name"].includes(path.join("."));

const isRefused = (manifests: readonly Manifest[], example: Example): boolean => {
  const settings = { ...defaultSettings(example.now ?? EXAMPLE_DAY), ...example.settings };
  const run = runRules(assess(readMesh(manifests, settings.facts), { now: settings.now }), settings, { rules: errors });
  return run.findings.length + run.failed.length > 0;
};

/** Ways in which a refused example passes once a field of it is not known. */
function escapes(example: Example): string[] {
  const manifests = manifestsOf(exampleYaml(example));
  return manifests.flatMap(({ object }, at) =>
    [...pathsOf(object)]
      .filter((path) => !isIdentity(path) && !isClaim((object as { kind: string }).kind, path))
      .filter((path) => {
        const changed = withUnknown(object, path);
        expect(isUnknown(changed)).toBe(false);
        return !isRefused(
          manifests.map((manifest, other) => (other === at ? { object: changed } : manifest)),
          example,
        );
      })
      .map((path) => `${(object as { kind: string }).kind}: ${path.join(".")}`),
  );
}

const examples = errors
  .filter(({ name }) => !judgedByOthers.includes(name))
  .flatMap((rule) => rule.bad.map((example) => [rule.name, example.title, example] as const));

test.each(examples)("%s, %s: no unknown field makes it pass", (_, __, example) => {
  expect(isRefused(manifestsOf(exampleYaml(example)), example)).toBe(true);
  expect(escapes(example)).toEqual([]);
});
