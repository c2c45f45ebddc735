import { assess } from "../../policies/mtls/assess";
import { UNKNOWN } from "../../policies/mtls/known";
import { readMesh } from "../../policies/mtls/manifests";
import type { Manifest } from "../../policies/mtls/objects";
import { EXAMPLE_DAY, exampleYaml, type Example } from "../../policies/rules/rule";
import { runRules } from "../../policies/rules/run";
import { defaultSettings } from "../../policies/rules/settings";
import { stackManifests } from "../../policies/stack";
import { resourcesOf } from "../policies/support/resources";
import { UNKNOWN_STRING, unknownCheckingProxy } from "../policies/support/unknown";
import { urnOf, type SentResource } from "../policies/support/wire";
import { changedAt, describeField, openable, withValue, type Path } from "./support/fields";
import { manifestsOf } from "./support/judge";
import { errors, refusedExamples } from "./support/refused";

/**
 * Unknown is never a pass: take any one field of a stack that is refused away, and the stack is refused all the same. Whether the field
 * is unknown in manifests, behind the SDK's own proxy, or throws when it is read.
 */

const isRefused = (manifests: readonly Manifest[], example: Example): boolean => {
  const settings = { ...defaultSettings(example.now ?? EXAMPLE_DAY), ...example.settings };
  const run = runRules(assess(readMesh(manifests, settings.facts), { now: settings.now }), settings, { rules: errors });
  return run.findings.length + run.failed.length > 0;
};

/** Fields without which a refused stack passes. */
const escapes = (objects: readonly object[], isStillRefused: (at: number, path: Path) => boolean): string[] =>
  objects.flatMap((object, at) =>
    openable(object)
      .filter((path) => !isStillRefused(at, path))
      .map((path) => describeField(object, path)),
  );

const replaced = <T>(items: readonly T[], at: number, item: T): readonly T[] =>
  items.map((other, index) => (index === at ? item : other));

test.each(refusedExamples)("%s, %s: no unknown field makes it pass", (_, __, example) => {
  const manifests = manifestsOf(exampleYaml(example));
  const objects = manifests.map(({ object }) => object as object);
  expect(isRefused(manifests, example)).toBe(true);
  expect(
    escapes(objects, (at, path) =>
      isRefused(replaced(manifests, at, { object: withValue(objects[at], path, UNKNOWN) }), example),
    ),
  ).toEqual([]);
});

const unreadable = (holder: object, key: string | number): void =>
  void Object.defineProperty(holder, key, {
    enumerable: true,
    get() {
      throw new Error("cannot be read");
    },
  });

const asRead = (resources: readonly SentResource[]): Manifest[] =>
  stackManifests(resources.map((resource) => ({ ...resource, urn: urnOf(resource) })));

describe.each([
  [
    "unknown behind the SDK's proxy",
    (props: object, path: Path): object => unknownCheckingProxy(withValue(props, path, UNKNOWN_STRING) as object),
  ],
  ["that throws", (props: object, path: Path): object => changedAt(props, path, unreadable) as object],
])("as resources, with a field %s", (_, changed) => {
  test.each(refusedExamples)("%s, %s: is refused all the same", (__, ___, example) => {
    const resources = resourcesOf(exampleYaml(example));
    const objects = resources.map(({ props }) => props);
    expect(isRefused(asRead(resources), example)).toBe(true);
    expect(
      escapes(objects, (at, path) =>
        isRefused(
          asRead(
            resources.map((resource, index) =>
              index === at ? { ...resource, props: changed(resource.props, path) } : resource,
            ),
          ),
          example,
        ),
      ),
    ).toEqual([]);
  });
});
