import { printHtml } from "../../../cli/printers/html";
import type { Report } from "../../../cli/report";
import { EMPTY, REPORT } from "../support/report";

const STYLE = { colour: false, quiet: false };
const page = printHtml(REPORT, STYLE);
const withoutCode = (text: string): string => text.replace(/<(script|style)>[^]*?<\/\1>/g, "");

test("needs no network and lets nothing in", () => {
  expect(page).toContain("default-src 'none'");
  expect(withoutCode(page)).not.toMatch(/(?:src|href)="(?!#)|url\(|@import|https?:\/\//);
});

test("every flow has its details, a cell and a line that lead there", () => {
  REPORT.flows.forEach((flow, at) => {
    expect(page).toContain(`id="flow-${at + 1}" data-outcome="${flow.outcome}"`);
    expect(page.split(`href="#flow-${at + 1}"`)).toHaveLength(3);
  });
});

test("an outcome is a word and a sign, not only a colour", () => {
  const cells = [...page.matchAll(/<td class="(\w+)" data-flow[^>]*>(.*?)<\/td>/gs)];
  expect(cells).toHaveLength(REPORT.flows.length);
  for (const [, outcome = "", content = ""] of cells) {
    expect(content.replace(/<[^>]*>/g, "").trim()).toMatch(new RegExp(`^\\S ${outcome}$`));
    expect(content).toMatch(/aria-label="[^"]+: \w+/);
  }
});

test("sections are labelled, tables have heads, the search has a name", () => {
  for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
  expect(page).toContain('<html lang="en">');
  expect(page).toMatch(/<label class="search" for="search"\s*>/);
  expect(page).toMatch(/<output id="status"[^>]*aria-live="polite"/);
  expect(page).toContain('<th scope="row">staging-webs/order-core</th>');
});

test("everything from the input is escaped", () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&\u0007`;
  const spoil = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, FIXED.has(key) ? inner : spoil(inner)]),
      );
    return typeof value === "string" && value !== "" ? `${value}${evil}` : value;
  };
  const FIXED = new Set(["outcome", "severity", "origin"]);
  const spoilt = printHtml(spoil(REPORT) as Report, STYLE);
  expect(spoilt).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(spoilt.match(/<script/g)).toHaveLength(1);
  expect(spoilt).not.toMatch(/<img|\u0007/);
  const tags = (text: string): string[] => withoutCode(text).match(/<\/?[a-z][\w-]*/g) ?? [];
  expect(tags(spoilt)).toEqual(tags(page));
});

test("nothing found and nothing asked is said", () => {
  const empty = printHtml(EMPTY, STYLE);
  expect(empty).toContain("Nothing was found.");
  expect(empty).toContain("There are no flows");
  expect(empty).not.toContain("undefined");
});

test("more flows than a picture can show: those that do not work are drawn, and it is said", () => {
  const [refused, , fine] = REPORT.flows;
  if (refused === undefined || fine === undefined) throw new Error("the report has four flows");
  const flows = [refused, ...Array.from({ length: 100 }, (_, at) => ({ ...fine, to: { host: `h${at}`, port: 1 } }))];
  const many = printHtml({ ...REPORT, flows }, STYLE);
  expect(many).toContain("1 of 101 flows are drawn");
  expect(many.match(/class="edge/g)).toHaveLength(1);
});
