import { readEvent } from "../../../policies/pipeline/events";
import { judgePreview } from "../../../policies/pipeline/result";
import { asLog, looked, PACK, ruleNamed, stackJudged, urnOf, violation } from "./support/events";

describe("a line of the event log", () => {
  test("is read when it is about policies", () => {
    expect(readEvent(asLog([violation()]).trim())).toEqual(violation());
  });

  test.each([
    ["another event", '{"sequence":1,"resourcePreEvent":{"metadata":{"new":{"inputs":{"password":"x"}}}}}', undefined],
    ["nothing", "", undefined],
    ["one that breaks off", '{"sequence":1,"resourcePreEvent":{"meta', "unreadable"],
    ["one about policies that breaks off", '{"sequence":1,"policyEvent":{"mess', "unreadable"],
    ["one of another shape", '{"policyEvent":{"message":3}}', "unreadable"],
  ])("%s", (_, line, expected) => expect(readEvent(line)).toEqual(expected));

  test("fields and kinds of later versions change nothing", () => {
    const { policyEvent } = violation();
    const line = JSON.stringify({ later: 1, policyEvent: { ...policyEvent, later: [1] }, policyLaterEvent: {} });
    expect(readEvent(line)).toEqual({ policyEvent });
  });
});

describe("a preview", () => {
  const RESOURCE = urnOf("kubernetes:core/v1:Service", "a");

  test("that every policy let pass has passed", () => {
    const events = [looked(RESOURCE, "meshtls"), looked(RESOURCE, "meshtls"), stackJudged()];
    expect(judgePreview(events, 0, PACK)).toEqual({
      state: "passed",
      stackJudged: true,
      mandatory: [],
      advisory: [],
      resources: 1,
      ran: PACK.policies.length,
      off: [],
      couldNotRun: [],
    });
  });

  test("is blocked by one mandatory violation, whatever pulumi ends with", () => {
    for (const code of [0, 1, 5])
      expect(judgePreview([violation(), stackJudged()], code, PACK)).toMatchObject({ state: "blocked" });
  });

  test("an advice does not block it", () => {
    const events = [violation({ policy: "otlp-port-undeclared" }), stackJudged()];
    expect(judgePreview(events, 0, PACK)).toMatchObject({ state: "passed", advisory: [{ id: "MTLS207" }] });
  });

  test.each([
    ["that ended early has failed", [looked(RESOURCE)], 1, "failed"],
    ["that pulumi finished without the pack is not judged", [], 0, "not-judged"],
    ["that another pack judged is not judged", [stackJudged([], "other")], 0, "not-judged"],
    ["of which an event is lost is not judged", [stackJudged(), "unreadable" as const], 0, "not-judged"],
  ])("%s", (_, events, code, state) => expect(judgePreview(events, code, PACK)).toMatchObject({ state }));

  test("tells which policies are switched off", () => {
    const ran = PACK.policies.filter((name) => name !== "headless-collector");
    expect(judgePreview([stackJudged(ran)], 0, PACK).off).toEqual(["headless-collector"]);
    // Of a preview that ended early nobody knows which policies would have run.
    expect(judgePreview([], 1, PACK).off).toEqual([]);
  });

  test("tells which policies could not run, and counts them as no advice", () => {
    const cannot = (pack: string, policyName: string) => ({
      policyEvent: {
        message: `why\ncan't run policy '${policyName}' from policy pack '${pack}@v1.0.0' during preview: string value at .spec`,
        policyName,
        policyPackName: pack,
        enforcementLevel: "advisory",
      },
    });
    const broken = violation({ message: "could not be checked, which is no pass: boom" });
    const { couldNotRun, advisory, mandatory } = judgePreview(
      [cannot("cis", "b"), cannot("cis", "b"), broken],
      1,
      PACK,
    );
    expect(couldNotRun).toEqual(["b", "strict-only-collector-without-exception"]);
    expect(advisory).toEqual([]);
    expect(mandatory).toHaveLength(1);
  });

  test("a violation is taken apart as it was put together", () => {
    const said = violation({ message: "Two\nlines.", path: "spec.replicas" });
    const rule = ruleNamed("strict-only-collector-without-exception");
    expect(judgePreview([said], 1, PACK).mandatory).toEqual([
      {
        pack: "meshtls",
        policy: rule.name,
        own: true,
        urn: said.policyEvent?.resourceUrn,
        id: rule.id,
        why: rule.why,
        fix: rule.fix,
        docs: "docs/rules.md#mtls101",
        message: "Two\nlines.",
        field: "spec.replicas of Deployment monitoring/otel-collector",
        component: "otel-collector (meshtls:index:OtelCollector)",
      },
    ]);
  });

  test("colours of the engine are no part of a message", () => {
    const { policyEvent } = violation();
    if (policyEvent === undefined) throw new Error("no event");
    const coloured = { policyEvent: { ...policyEvent, message: `<{%reset%}>${policyEvent.message}\u001b[0m` } };
    expect(judgePreview([coloured], 1, PACK)).toEqual(judgePreview([{ policyEvent }], 1, PACK));
  });

  test("what another pack says is not repeated: it may hold secrets", () => {
    const { policyEvent } = violation();
    if (policyEvent === undefined) throw new Error("no event");
    const other = { policyEvent: { ...policyEvent, policyPackName: "other", message: "password hunter2" } };
    const [first] = judgePreview([other], 1, PACK).mandatory;
    expect(first).toMatchObject({ pack: "other", own: false });
    expect(JSON.stringify(first)).not.toContain("hunter2");
  });

  test("violations are in one order, whatever order they came in", () => {
    const events = ["b", "a", "c"].map((name) => violation({ urn: urnOf("x:y:Z", name) }));
    const late = violation({ policy: "exception-expired" });
    expect(judgePreview([late, ...events], 1, PACK)).toEqual(judgePreview([...events, late].reverse(), 1, PACK));
  });
});
