import { settingsAsOfToday, yamlAsOfToday } from "./support/as-of-today";
import { describeField, openable, withValue } from "../rules/support/fields";
import { refusedExamples } from "../rules/support/refused";
import { publishedPack } from "./support/published-pack";
import { resourcesOf } from "./support/resources";
import { UNKNOWN_STRING } from "./support/unknown";
import type { SentResource } from "./support/wire";

/** Over gRPC, by the pack as it is published: take any one field of a stack that is refused away, and it is refused all the same. */

const pack = publishedPack();

const isRefused = async (resources: readonly SentResource[]): Promise<boolean> =>
  (await pack.served.stack(resources)).some(({ level }) => level === "mandatory");

test.each(refusedExamples)(
  "%s, %s: no unknown field makes it pass",
  async (_, __, example) => {
    await pack.served.configure({ meshtls: settingsAsOfToday(example) ?? {} });
    const resources = resourcesOf(yamlAsOfToday(example));
    expect(await isRefused(resources)).toBe(true);
    const escapes: string[] = [];
    for (const [at, { props }] of resources.entries())
      for (const path of openable(props)) {
        const changed = withValue(props, path, UNKNOWN_STRING) as object;
        const still = resources.map((resource, index) => (index === at ? { ...resource, props: changed } : resource));
        if (!(await isRefused(still))) escapes.push(describeField(props, path));
      }
    expect(escapes).toEqual([]);
  },
  60_000,
);
