import { readFileSync } from "node:fs";
import { join } from "node:path";
import { diagnoseLog } from "../../../cli/diagnose";
import { SIGNATURES } from "../../../cli/symptoms/index";
import { SYMPTOMS } from "../../../policies/mtls/vocabulary";

const idsOf = (log: string): string[] => diagnoseLog(log).findings.map(({ id }) => id);

describe.each(SIGNATURES.map((signature) => [signature.id, signature] as const))("%s", (id, signature) => {
  test.each(signature.samples)("%s", (sample) => {
    expect(idsOf(sample)).toEqual([id]);
  });

  test.each(signature.samples)("as the container runtimes keep it: %s", (sample) => {
    expect(idsOf(`2026-11-22T09:16:33.132456789Z stderr F ${sample}`)).toEqual([id]);
    expect(idsOf(JSON.stringify({ log: `${sample}\n`, stream: "stderr", time: "2026-11-22T09:16:33Z" }))).toEqual([id]);
    expect(idsOf(JSON.stringify({ severity: "ERROR", msg: sample }))).toEqual([id]);
    expect(idsOf(`"message": ${JSON.stringify(sample).replaceAll("|", "\\u007c")},`)).toEqual([id]);
    expect(idsOf(`[pod/order-core-7d9f/app] ${sample}`)).toEqual([id]);
  });

  test("says what a reader needs", () => {
    expect(signature.samples.length).toBeGreaterThan(0);
    expect(signature.meaning).toMatch(/\.$/);
    for (const { run } of signature.commands) expect(run).toMatch(/^(?:kubectl|istioctl|curl) /);
    if (signature.causes.length > 0) expect(signature.commands.length).toBeGreaterThan(0);
  });
});

test("ids are unique, and every symptom of the engine shows as some line", () => {
  const ids = SIGNATURES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const shown = new Set(SIGNATURES.flatMap(({ symptoms }) => symptoms));
  expect(SYMPTOMS.filter((symptom) => !shown.has(symptom))).toEqual([]);
});

const fixture = (file: string): string => readFileSync(join(__dirname, "fixtures", file), "utf8");

test.each(["unrelated.log", "unrelated-by-kind.log"])("nothing is claimed of the 200 unrelated lines of %s", (file) => {
  const { findings, corrections, lines } = diagnoseLog(fixture(file));
  expect(lines).toBeGreaterThanOrEqual(200);
  expect(findings.map(({ id, text }) => [id, text])).toEqual([]);
  expect(corrections).toEqual([]);
});

test("and of none of them alone", () => {
  const claimed = fixture("unrelated-by-kind.log")
    .split("\n")
    .flatMap((line) => idsOf(line).map((id) => `${id}: ${line}`));
  expect(claimed).toEqual([]);
});

test.each(
  fixture("known-lines.tsv")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/\t(.*)/, 2) as [string, string]),
)("%s, as rehearsals and real programs print it: %s", (id, line) => {
  expect(idsOf(line)).toEqual([id]);
});
