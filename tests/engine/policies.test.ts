import { join } from "node:path";
import { RULES } from "../../policies/rules";
import type { Example, Rule } from "../../policies/rules/rule";
import type { Recorded } from "../../lab/rehearsal/operation";
import { settingsAsOfToday } from "../policies/support/as-of-today";
import { programOf, type Part } from "./support/example-program";
import { withStack, type TestStack } from "./support/stack";

/**
 * Every error rule on the real engine, by the first of its examples that can be told without a program of its own: the violating
 * program is blocked in the preview, its fixed twin passes, and what one resource decides is blocked in an update without a preview.
 */

const PACK = join(__dirname, "../../policies");

const errors = RULES.filter(({ severity }) => severity === "error");

/** An example that speaks for the whole mesh, or needs settings, cannot share a program with others. */
const standsAlone = ({ yaml, settings }: Example): boolean => settings !== undefined || yaml.includes("istio-system");

const shared = (examples: readonly Example[]): Example | undefined => examples.find((example) => !standsAlone(example));

const suffixOf = ({ id }: Rule): string => id.toLowerCase();

const partsOf = (kind: "good" | "bad"): readonly (Part & { readonly rule: Rule })[] =>
  errors.flatMap((rule) => {
    const example = shared(rule[kind]);
    const isShared = shared(rule.good) !== undefined && shared(rule.bad) !== undefined;
    return example === undefined || !isShared ? [] : [{ rule, example, suffix: suffixOf(rule) }];
  });

const alone = errors.filter((rule) => !partsOf("bad").some((part) => part.rule === rule));

const mandatory = ({ policies }: Recorded) =>
  policies.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");

const policiesIn = (recorded: Recorded): string[] => [
  ...new Set(mandatory(recorded).map(({ policyName }) => policyName)),
];

/** Settings of an example as `--policy-pack-config` says them. */
const configOf = (example: Example) => {
  const settings = settingsAsOfToday(example);
  return settings === undefined ? {} : { policyConfig: { meshtls: { enforcementLevel: "mandatory", ...settings } } };
};

const withProgram = (part: Part, act: (stack: TestStack) => Promise<void>): Promise<void> =>
  withStack({ program: programOf(part), packs: [PACK], ...configOf(part.example) }, act);

describe("in one program, each in namespaces of its own", () => {
  const bad = partsOf("bad");

  test("the violating examples are blocked in the preview, each by its own rule", async () => {
    await withStack({ program: programOf(...bad), packs: [PACK] }, async (stack) => {
      const preview = await stack.preview();
      expect(preview.ok).toBe(false);
      for (const { rule, suffix } of bad) {
        const own = mandatory(preview).filter(
          ({ policyName, resourceUrn = "" }) => policyName === rule.name && resourceUrn.includes(suffix),
        );
        expect({ rule: rule.name, blocked: own.length }).toEqual({ rule: rule.name, blocked: 1 });
      }
      expect(stack.manifestFiles()).toEqual([]);
    });
  });

  test("their fixed twins pass, together", async () => {
    await withStack({ program: programOf(...partsOf("good")), packs: [PACK] }, async (stack) => {
      const preview = await stack.preview();
      expect(mandatory(preview).map(({ message }) => message)).toEqual([]);
      expect(preview.ok).toBe(true);
    });
  });
});

describe.each(alone.map((rule) => [rule.name, rule] as const))("%s, in a program of its own", (name, rule) => {
  const [bad, good] = [rule.bad[0], rule.good[0]];
  if (bad === undefined || good === undefined) throw new Error(`${name} has no examples`);

  test("is blocked in the preview", () =>
    withProgram({ example: bad, suffix: "" }, async (stack) => {
      const preview = await stack.preview();
      expect(preview.ok).toBe(false);
      expect(policiesIn(preview)).toContain(name);
    }));

  test("its fixed twin passes", () =>
    withProgram({ example: good, suffix: "" }, async (stack) => {
      const preview = await stack.preview();
      expect(mandatory(preview).map(({ message }) => message)).toEqual([]);
      expect(preview.ok).toBe(true);
    }));
});

const before = errors.filter(({ layer }) => layer === "resource");

test.each(before.map((rule) => [rule.name, rule] as const))(
  "%s stops an update that skips its preview, before the object is made",
  async (name, rule) => {
    const example = rule.bad[0];
    if (example === undefined) throw new Error(`${name} has no example`);
    await withProgram({ example, suffix: "" }, async (stack) => {
      const up = await stack.up();
      expect(up.ok).toBe(false);
      expect(policiesIn(up)).toContain(name);
    });
  },
);
