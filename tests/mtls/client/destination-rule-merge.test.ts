import { mergeRules, type IndexedRule } from "../../../policies/mtls/client/destination-rule-merge";
import type { DestinationRule } from "../../../policies/mtls/mesh";
import { destinationRule, meshOf } from "../support";

interface RuleFields {
  readonly exportTo?: readonly string[];
  readonly selector?: Readonly<Record<string, string>>;
  readonly mode?: string;
  readonly subsets?: readonly string[];
}

/** A rule as its index holds it: a selector makes it private. */
function rule(name: string, { exportTo = [], selector, mode, subsets = [] }: RuleFields): IndexedRule {
  const object = destinationRule("apps", name, {
    host: "otel.monitoring.svc.cluster.local",
    ...(selector === undefined ? {} : { workloadSelector: { matchLabels: selector } }),
    ...(mode === undefined ? {} : { trafficPolicy: { tls: { mode } } }),
    subsets: subsets.map((subset) => ({ name: subset, labels: { from: name } })),
  });
  const [read] = meshOf([object]).destinationRules as readonly [DestinationRule];
  return { rule: read, exportTo: new Set(selector === undefined ? exportTo : ["."]) };
}

const merged = (...rules: readonly IndexedRule[]) =>
  mergeRules(rules).map(({ rule: { ref, trafficPolicy, subsets }, policyFrom, from }) => ({
    name: ref.name,
    mode: JSON.parse(JSON.stringify(trafficPolicy ?? null)) as { tls?: { mode?: string } } | null,
    policyFrom: policyFrom.ref.name,
    from: from.map((one) => one.ref.name),
    subsets: typeof subsets === "symbol" ? [] : subsets.map((subset) => [subset.name, subset.labels["from"]]),
  }));

const names = (...rules: readonly IndexedRule[]): readonly string[] => merged(...rules).map(({ name }) => name);

test("one audience, no selector: the oldest policy stands whole, and subsets come together, each name once", () => {
  const [only, ...others] = merged(
    rule("old", { mode: "DISABLE", subsets: ["v1"] }),
    rule("new", { mode: "SIMPLE", subsets: ["v1", "v2"] }),
  );
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    name: "old",
    mode: { tls: { mode: "DISABLE" } },
    policyFrom: "old",
    from: ["old", "new"],
    subsets: [
      ["v1", "old"],
      ["v2", "new"],
    ],
  });
});

test("a rule without a policy takes over the next one's", () => {
  expect(merged(rule("old", { subsets: ["v1"] }), rule("new", { mode: "SIMPLE" }))).toMatchObject([
    { name: "old", mode: { tls: { mode: "SIMPLE" } }, policyFrom: "new" },
  ]);
});

test("no audience and everybody are different audiences", () => {
  expect(names(rule("old", {}), rule("new", { exportTo: ["*"] }))).toEqual(["old", "new"]);
});

test("a wider audience is merged in and also stands on its own", () => {
  const selective = rule("selective", { selector: { app: "web" } });
  const general = rule("general", { exportTo: [".", "other"], mode: "DISABLE" });
  expect(merged(selective, general)).toMatchObject([
    { name: "selective", policyFrom: "general" },
    { name: "general", policyFrom: "general" },
  ]);
});

test("a private rule without a selector disappears into one with a selector", () => {
  const selective = rule("selective", { selector: { app: "web" }, mode: "SIMPLE" });
  expect(names(selective, rule("general", { exportTo: ["."], mode: "DISABLE" }))).toEqual(["selective"]);
});

test("rules that select different pods stand side by side", () => {
  expect(names(rule("web", { selector: { app: "web" } }), rule("api", { selector: { app: "api" } }))).toEqual([
    "web",
    "api",
  ]);
  expect(names(rule("a", { selector: { app: "web" } }), rule("b", { selector: { app: "web" } }))).toEqual(["a"]);
});
