import { captured, shownIn, withCaptured } from "../../../lab/rehearsal/capture";
import { printerOn } from "../../../lab/rehearsal/printer";
import { asMarkdown, asText } from "../../../lab/rehearsal/sections";
import { wrap } from "../../../lab/rehearsal/wrap";

describe("wrap", () => {
  test("breaks at words", () => expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]));

  test("keeps what is quoted in one piece, with what follows it directly", () =>
    expect(wrap('it says "a rather long error", always', 12)).toEqual(["it says", '"a rather long error",', "always"]));

  test("also within brackets", () =>
    expect(wrap('refused ("by the peer") now', 8)).toEqual(["refused", '("by the peer")', "now"]));

  test("an empty line stays one line", () => expect(wrap("", 10)).toEqual([""]));
});

const sections = [
  {
    title: "Traffic",
    body: [
      [
        ["path", "sends"],
        ["a|b → c", "mtls"],
      ],
      "- taken\n- for granted",
    ],
  },
  {
    title: "Files",
    body: [
      [
        ["", ""],
        ["report", "r.md"],
      ],
    ],
  },
];

test("a summary as text: aligned, without empty headings", () => {
  expect(asText(sections)).toBe(
    [
      "Traffic",
      "  path     sends",
      "  a|b → c  mtls",
      "  - taken",
      "  - for granted",
      "",
      "Files",
      "  report  r.md",
    ].join("\n"),
  );
});

test("a summary as Markdown: cells cannot break out of their table", () => {
  expect(asMarkdown("Rehearsal", sections)).toBe(
    [
      "# Rehearsal",
      "",
      "## Traffic",
      "",
      "| path | sends |",
      "| --- | --- |",
      "| a\\|b → c | mtls |",
      "",
      "- taken\n- for granted",
      "",
      "## Files",
      "",
      "|  |  |",
      "| --- | --- |",
      "| report | r.md |",
      "",
    ].join("\n"),
  );
});

describe("the printer", () => {
  const printed = (isTTY: boolean, env: NodeJS.ProcessEnv) => {
    const written: string[] = [];
    const printer = printerOn({ isTTY, write: (text: string) => written.push(text) }, env);
    printer.step("engine", "one\ntwo");
    return { color: printer.color, text: written.join("") };
  };

  test("aligns the lines of a step", () =>
    expect(printed(false, {})).toEqual({ color: false, text: "engine        one\n              two\n" }));

  test("has colour on a terminal, and not where NO_COLOR is set", () => {
    expect(printed(true, {}).color).toBe(true);
    expect(printed(true, { NO_COLOR: "" }).color).toBe(true);
    expect(printed(true, { NO_COLOR: "1" }).color).toBe(false);
  });
});

describe("the captured incident", () => {
  const readme = "before\n<!-- incident -->\nold $1 text\n<!-- /incident -->\nafter\n";
  const output = "engine        Pulumi 3.246.0\nprovider      ours\n\nAct 1: $& all\n";

  test("replaces the block, literally, without what is only true of one machine", () => {
    const replaced = withCaptured(readme, output);
    expect(replaced).toBe("before\n<!-- incident -->\n\n```text\nAct 1: $& all\n```\n\n<!-- /incident -->\nafter\n");
    expect(shownIn(replaced)).toBe(captured(output));
  });

  test("has no place in a page without markers", () => expect(shownIn("nothing")).toBeUndefined());
});
