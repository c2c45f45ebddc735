import { commentOf, isWorthSaying, LONGEST_COMMENT, markerOf, type About } from "../../../policies/pipeline/comment";
import type { PolicyEvents } from "../../../policies/pipeline/events";
import { judgePreview } from "../../../policies/pipeline/result";
import { looked, PACK, stackJudged, urnOf, violation } from "./support/events";

const ABOUT: About = {
  stack: "staging",
  folder: "infra",
  commit: "0123456789abcdef",
  log: "https://github.example/shop/orders/actions/runs/7",
  docs: "https://github.example/platform/meshtls/blob/main",
};

const comment = (events: readonly (PolicyEvents | "unreadable")[], code = 0, about = ABOUT): string =>
  commentOf(judgePreview(events, code, PACK), about);

const RESOURCE = urnOf("kubernetes:core/v1:Service", "a");
const ALL = [looked(RESOURCE), stackJudged()];

test("a preview that is blocked", () => {
  const events = [
    violation({ path: "spec.template" }),
    violation({ urn: urnOf("kubernetes:apps/v1:Deployment", "second"), message: "Another one." }),
    violation({
      policy: "otlp-port-undeclared",
      message: "Service monitoring/otel-collector says nothing.",
      parent: "",
    }),
    ...ALL,
  ];
  expect(comment(events, 1)).toBe(`<!-- meshtls-pulumi ["infra","staging"] -->

### ❌ \`staging\` in \`infra\`: 2 policy violations to resolve before this can be deployed

**MTLS101 \`strict-only-collector-without-exception\`** ([what it is about](https://github.example/platform/meshtls/blob/main/docs/rules.md#mtls101))<br>Telemetry of every client that does not send Istio mTLS is refused, and nobody has decided that there is no such client.

- \`second\` (\`kubernetes:apps/v1:Deployment\`), in component \`otel-collector (meshtls:index:OtelCollector)\`<br>Another one.
- \`otel-collector\` (\`kubernetes:apps/v1:Deployment\`), in component \`otel-collector (meshtls:index:OtelCollector)\`<br>Deployment monitoring/otel-collector accepts nothing but Istio mTLS.<br>Field: \`spec.template of Deployment monitoring/otel-collector\`

**Fix:** Give the collector an OtelMtlsException: \`permissive\` when clients are outside the mesh, \`keep-strict\` when every client is in it.

<details><summary>1 warning</summary>

**MTLS207 \`otlp-port-undeclared\`** ([what it is about](https://github.example/platform/meshtls/blob/main/docs/rules.md#mtls207))<br>A port without appProtocol or a telling name is guessed at, call by call: no balancing of gRPC, no retries, one more way to go wrong.

- \`otel-collector\` (\`kubernetes:apps/v1:Deployment\`)<br>Service monitoring/otel-collector says nothing.

**Fix:** Set appProtocol on the Service's OTLP ports: grpc for 4317, http for 4318 (or begin their names with grpc- and http-).

</details>

${PACK.policies.length} policies looked at 1 resource. None failed to run. Commit \`0123456789ab\`. [The job's log](https://github.example/shop/orders/actions/runs/7).
`);
});

test.each([
  ["passed", ALL, 0, /^### ✅ .*no policy stands against this change$/m],
  ["passed with a warning", [violation({ policy: "otlp-port-undeclared" }), ...ALL], 0, /^### ✅ .*, 1 warning$/m],
  ["failed", [looked(RESOURCE)], 1, /^### ⚠️ .*the preview failed.*not judged/m],
  ["not judged", [], 0, /^### ⚠️ .*did not run.*nobody has judged/m],
  ["blocked early", [violation()], 1, /ended before the rules about the whole stack ran/],
  ["with policies switched off", [stackJudged(["meshtls"])], 0, /Switched off by the pack's configuration: `/],
  [
    "with one that could not run",
    [violation({ message: "could not be checked, which is no pass: x" })],
    1,
    /\*\*1 policy could not run:\*\*/,
  ],
] as const)("a preview that is %s says so", (_, events, code, said) => {
  expect(comment(events, code)).toMatch(said);
});

test("nothing that is named is needed", () => {
  const bare = { stack: undefined, folder: "", commit: undefined, log: undefined, docs: undefined };
  const text = comment([violation(), ...ALL], 1, bare);
  expect(text).toContain("### ❌ the stack: 1 policy violation");
  expect(text).not.toMatch(/undefined|\]\(/);
});

test("the text of a message is text: no markup, nobody is called, nothing is linked", () => {
  const message = "<img src=x> **b** `c` [l](http://evil) @team #12 | \u0007\nfinis";
  const text = comment([violation({ message }), ...ALL], 1);
  const [, said] = /Deployment`\), in component[^\n]*?<br>([^\n]*)/.exec(text) ?? [];
  expect(said).toBe(
    "&lt;img src=x&gt; \\*\\*b\\*\\* \\`c\\` \\[l\\](http:\u200b//evil) @\u200bteam #\u200b12 \\| \ufffd<br>finis",
  );
});

test("a name cannot end the code that it stands in", () => {
  const text = comment([violation({ urn: urnOf("x:y:Z", "a`**b**`\nc") }), ...ALL], 1);
  expect(text).toContain("- `a'**b**' c` (`x:y:Z`)");
});

test("the marker is one line that nothing in it can end", () => {
  const marker = markerOf({ ...ABOUT, stack: "a-->b\n", folder: 'x"y' });
  expect(marker).toBe('<!-- meshtls-pulumi ["x\\"y","a--\\u003eb\\n"] -->');
});

test("each stack of each folder has a comment of its own", () => {
  const markers = [ABOUT, { ...ABOUT, stack: "prod" }, { ...ABOUT, folder: "" }, { ...ABOUT, stack: undefined }].map(
    markerOf,
  );
  expect(new Set(markers).size).toBe(markers.length);
});

test("however much is found, GitHub takes it, and what is left out is counted", () => {
  const many = Array.from({ length: 500 }, (_, at) =>
    violation({ urn: urnOf("x:y:Z", `resource-${at}`), message: "m".repeat(900) }),
  );
  const text = comment([...many, violation({ policy: "otlp-port-undeclared" }), ...ALL], 1);
  expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
  const shown = text.match(/^- `resource-/gm)?.length ?? 0;
  expect(shown).toBeGreaterThan(50);
  expect(text).toContain(`… and ${500 - shown} more: see the job's log.`);
  expect(text).toContain("policies looked at 1 resource");
});

test("a pull request without a comment is told nothing when there is nothing", () => {
  const worth = (events: readonly PolicyEvents[], code = 0) => isWorthSaying(judgePreview(events, code, PACK));
  expect(worth(ALL)).toBe(false);
  expect(worth([violation({ policy: "otlp-port-undeclared" }), ...ALL])).toBe(true);
  expect(worth([], 1)).toBe(true);
  expect(worth([], 0)).toBe(true);
});
