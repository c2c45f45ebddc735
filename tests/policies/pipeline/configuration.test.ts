import { contentProblems } from "../../../policies/pipeline/configuration";
import { PACK } from "./support/events";

const problems = (content: unknown): string => contentProblems(content, PACK.policies).join("\n");

test.each([
  ["nothing", {}],
  ["levels", { all: "mandatory", meshtls: "mandatory", "headless-collector": "disabled" }],
  ["a level as an object", { "headless-collector": { enforcementLevel: "advisory" } }],
  ["settings", { meshtls: { enforcementLevel: "mandatory", warnDays: 20 } }],
  ["settings without a level", { meshtls: { facts: { meshMode: "STRICT" } } }],
  ["environments", { environments: ["platform/policies"] }],
])("%s is fine", (_, content) => expect(problems(content)).toBe(""));

test.each([
  [
    "a policy that does not exist",
    { "headless-colector": "disabled" },
    /^headless-colector is no policy of this pack$/,
  ],
  [
    "a level that does not",
    { "headless-collector": "off" },
    /^headless-collector is "off"; a level is one of advisory, /,
  ],
  ["one for all", { all: { enforcementLevel: 3 } }, /^all\.enforcementLevel is 3; /],
  ["a property of a rule", { "headless-collector": { days: 3 } }, /^headless-collector\.days is not known/],
  ["a setting that does not exist", { meshtls: { registers: [] } }, /^meshtls\.configuration: .*registers/],
  ["a setting that is wrong", { meshtls: { register: [{}] } }, /^meshtls\.register\[0\]\.owner: /m],
  ["no object", ["meshtls"], /^is no JSON object$/],
])("%s is refused with its path", (_, content, message) => expect(problems(content)).toMatch(message));

test("every problem is told at once", () => {
  expect(problems({ a: "disabled", b: "disabled", meshtls: { otlpPorts: [0], warnDays: 0 } }).split("\n")).toHaveLength(
    4,
  );
});
