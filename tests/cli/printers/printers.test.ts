import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS, printerOf, type Format } from "../../../cli/printers/index";
import { EMPTY, REPORT } from "../support/report";

const EXTENSION: Readonly<Record<Format, string>> = {
  text: "txt",
  json: "json",
  markdown: "md",
  sarif: "sarif",
  junit: "xml",
  github: "log",
  html: "html",
};

/** Compares with a golden file; UPDATE_GOLDEN=1 writes it anew, to be read in review. */
function expectGolden(name: string, text: string): void {
  const file = join(__dirname, "..", "golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  expect(existsSync(file)).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe.each(FORMATS)("%s", (format) => {
  test("one of everything", async () => {
    const print = await printerOf(format);
    expectGolden(`report.${EXTENSION[format]}`, print(REPORT, { colour: false, quiet: false }));
  });

  test("nothing found is said with the counts", async () => {
    const print = await printerOf(format);
    const text = print(EMPTY, { colour: false, quiet: false });
    expectGolden(`empty.${EXTENSION[format]}`, text);
    expect(text.endsWith("\n")).toBe(true);
    expect(text).not.toMatch(/\bok\b/i);
  });

  test("names every finding, suppressed ones as such", async () => {
    const print = await printerOf(format);
    const text = print(REPORT, { colour: false, quiet: false });
    for (const { id } of [...REPORT.findings, ...REPORT.suppressed]) expect(text).toContain(id);
  });
});

test("text in colour says the same as without", async () => {
  const print = await printerOf("text");
  const coloured = print(REPORT, { colour: true, quiet: false });
  expect(coloured).toContain("\u001b[31m");
  expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(print(REPORT, { colour: false, quiet: false }));
});

test("quiet text is the findings alone, and nothing at all when there are none", async () => {
  const print = await printerOf("text");
  const quiet = print(REPORT, { colour: false, quiet: true });
  expect(quiet).toContain("MTLS106");
  expect(quiet).not.toContain("order-core");
  expect(print(EMPTY, { colour: false, quiet: true })).toBe("");
});
