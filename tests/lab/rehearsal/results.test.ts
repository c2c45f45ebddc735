import { type EngineEvent } from "@pulumi/pulumi/automation";
import { type PolicyMessage, type Recorded } from "../../../lab/rehearsal/operation";
import { explainBlocked, explainFailed } from "../../../lab/rehearsal/refusal";
import { describeChanges, isUnchanged, policyResult, stagingOutputs } from "../../../lab/rehearsal/results";
import { describePolicies } from "../../../lab/rehearsal/summary";

const recorded = (over: Partial<Recorded>): Recorded => ({
  ok: true,
  output: "",
  changes: {},
  policies: [],
  errors: [],
  events: [],
  ...over,
});

const event = (content: object): EngineEvent => ({ sequence: 0, timestamp: 0, ...content });

const URN = "urn:pulumi:staging::shop::meshtls:index:OtelCollector$kubernetes:apps/v1:Deployment::collector";

const said = (over: Partial<PolicyMessage>): PolicyMessage => ({
  policyName: "strict-only",
  policyPackName: "meshtls",
  policyPackVersion: "0.1.0",
  enforcementLevel: "mandatory",
  message: "description\nmessage\n",
  ...over,
});

describe("what the pack said", () => {
  const ran = { policyPackName: "meshtls", policyPackVersion: "0.1.0" };
  const events = [
    event({ policyAnalyzeSummaryEvent: { ...ran, resourceUrn: "a", passed: ["one", "two"] } }),
    event({ policyAnalyzeSummaryEvent: { ...ran, resourceUrn: "b", passed: ["one"], failed: ["two"] } }),
    event({ policyAnalyzeStackSummaryEvent: { ...ran, passed: ["three"] } }),
  ];

  test("counts policies and resources once, however often they met", () => {
    const result = policyResult(recorded({ events }));
    expect(result).toMatchObject({
      packs: ["meshtls@0.1.0"],
      evaluated: ["one", "three", "two"],
      failed: ["two"],
      resources: 2,
    });
    expect(describePolicies(result)).toBe(
      "meshtls@0.1.0: 3 policies on 2 resources and on the stack; 2 passed, 1 failed",
    );
  });

  test("is none where no pack ran", () => expect(describePolicies(policyResult(recorded({})))).toBe("none evaluated"));

  test("lists a message once, by level, in an order of its own", () => {
    const policies = [
      said({ policyName: "z" }),
      said({ enforcementLevel: "advisory", message: "careful" }),
      said({ resourceUrn: URN }),
      said({ resourceUrn: URN, message: "description\nmessage" }),
    ];
    const result = policyResult(recorded({ policies, events }));
    expect(result.mandatory.map(({ policyName }) => policyName)).toEqual(["strict-only", "z"]);
    expect(describePolicies(result)).toMatch(/; 1 warning$/);
    expect(explainBlocked(result)).toBe(
      [
        "BLOCKED by the policy pack, before anything was changed: 2 violations.",
        "1. strict-only  on kubernetes:apps/v1:Deployment collector\n   description\n   message",
        "2. z\n   description\n   message",
      ].join("\n\n"),
    );
  });
});

describe("why an operation failed", () => {
  test("is what the program threw, without a stack trace", () =>
    expect(explainFailed("no.", recorded({ errors: ["long story"] }), new Error("short"))).toBe(
      "FAILED: no.\n\nshort",
    ));

  test("else what the engine reports, each once, but not that it failed", () =>
    expect(explainFailed("no.", recorded({ errors: ["a\n", "a", "preview failed\n"] }), undefined)).toBe(
      "FAILED: no.\n\na",
    ));

  test("else the end of its output", () =>
    expect(explainFailed("no.", recorded({ output: "error: no such stack\n" }), undefined)).toBe(
      "FAILED: no.\n\nerror: no such stack",
    ));
});

test("the outputs are those the engine saw last", () => {
  const outputs = (content: object, type = "pulumi:pulumi:Stack") =>
    event({ resOutputsEvent: { metadata: { type, new: { outputs: content } } } });
  expect(stagingOutputs([outputs({}), outputs({ exceptions: [] }), outputs({ other: 1 }, "a:b:C")])).toEqual({
    exceptions: [],
  });
  expect(stagingOutputs([])).toEqual({});
});

test("changes in words, always in the same order", () => {
  const changes = { same: 2, update: 1, create: 3, delete: 0 };
  expect(describeChanges(changes, "will")).toBe("3 to create, 1 to update, 2 unchanged");
  expect(describeChanges(changes, "done")).toBe("3 created, 1 updated, 2 unchanged");
  expect(describeChanges({}, "done")).toBe("none");
  expect(isUnchanged(changes)).toBe(false);
  expect(isUnchanged({ same: 2, create: 0 })).toBe(true);
});
