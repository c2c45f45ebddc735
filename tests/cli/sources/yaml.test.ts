import { MAX_ALIASED_NODES, MAX_DEPTH, parseYaml, YamlProblem } from "../../../cli/sources/yaml";

const value = (scalar: string): unknown => {
  const [document] = parseYaml(`key: ${scalar}`);
  return (document as { key: unknown }).key;
};

const problem = (text: string): YamlProblem => {
  try {
    parseYaml(text);
  } catch (error) {
    if (error instanceof YamlProblem) return error;
    throw error;
  }
  throw new Error("it was read");
};

describe("scalars are what go-yaml v2, and so kubectl, makes of them", () => {
  test.each<[string, unknown]>([
    ["true", true],
    ["yes", true],
    ["On", true],
    ["y", true],
    ["OFF", false],
    ["no", false],
    ["n", false],
    ['"yes"', "yes"],
    ["'on'", "on"],
    ["yEs", "yEs"],
    ["~", null],
    ["null", null],
    ["", null],
    ["4317", 4317],
    ["-1", -1],
    ["+7", 7],
    ["0x10", 16],
    ["010", 8],
    ["0o17", 15],
    ["-017", -15],
    ["0b101", 5],
    ["1_000", 1000],
    ["08", 8],
    ["0", 0],
    ["1e3", 1000],
    ["1.5", 1.5],
    [".5", 0.5],
    ["1.", 1],
    ["1.5e+3", 1500],
    [".inf", Number.POSITIVE_INFINITY],
    ["-.Inf", Number.NEGATIVE_INFINITY],
    ["12:30", "12:30"],
    ["1:20:30", "1:20:30"],
    ["4317:4317", "4317:4317"],
    ["1.2.3", "1.2.3"],
    ["0x", "0x"],
    ["1e", "1e"],
    ["2027-02-01", "2027-02-01"],
    ["2027-02-01T10:00:00Z", "2027-02-01T10:00:00Z"],
    ["10.0.0.1", "10.0.0.1"],
    ["10Mi", "10Mi"],
    ["!!str 5", "5"],
    ["!!float 5", 5],
    ["!!int 010", 8],
    ["!Ref other", "other"],
    ["!vault [a, b]", ["a", "b"]],
    ["!custom {a: 1}", { a: 1 }],
    ["!!binary aGk=", "aGk="],
  ])("%s", (written, expected) => expect(value(written)).toEqual(expected));

  test("keys are texts, whatever they look like", () =>
    expect(parseYaml("4317: a\n0x10: b\non: c\n1.5: d")).toEqual([{ "4317": "a", "16": "b", true: "c", "1.5": "d" }]));
});

test("documents: markers, comments, directives, ends, empty ones", () => {
  expect(parseYaml("# only a comment\n")).toEqual([]);
  expect(parseYaml("a: 1\n---\n---\nb: 2\n...\n---\nc: 3\n")).toEqual([{ a: 1 }, null, { b: 2 }, { c: 3 }]);
  expect(parseYaml("%YAML 1.1\n---\na: 1\n")).toEqual([{ a: 1 }]);
});

test("line ends of every kind", () => {
  expect(parseYaml("a: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n")).toEqual([{ a: 1, b: "x\ny\n" }, { c: 2 }]);
  expect(parseYaml("a: 1\rb: 2\r")).toEqual([{ a: 1, b: 2 }]);
});

test("merge keys: the mapping's own keys win, the first of several sources wins", () => {
  expect(parseYaml("base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nuse:\n  <<: [*base, *more]\n  a: 0\n")).toEqual(
    [{ base: { a: 1, b: 2 }, more: { b: 3, c: 4 }, use: { a: 0, b: 2, c: 4 } }],
  );
});

test("__proto__ is a key like any other", () => {
  const [document] = parseYaml("__proto__: {polluted: true}\nconstructor: 1\n");
  expect(Object.keys(document as object)).toEqual(["__proto__", "constructor"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

describe("what is refused, with its line", () => {
  test("a key given twice", () => {
    expect(problem("a: 1\nb: 2\na: 3")).toMatchObject({
      line: 2,
      message: expect.stringContaining("twice") as unknown,
    });
  });

  test("the same key in two spellings", () => expect(problem("16: a\n0x10: b").message).toContain("twice"));

  test("a tab as indentation", () => {
    expect(problem("a:\n\tb: 1")).toMatchObject({ line: 1, message: expect.stringContaining("tab") as unknown });
  });

  test("nesting without end", () => {
    expect(problem("[".repeat(MAX_DEPTH + 1) + "]".repeat(MAX_DEPTH + 1)).message).toContain("nesting");
    expect(parseYaml("[".repeat(MAX_DEPTH - 1) + "]".repeat(MAX_DEPTH - 1))).toHaveLength(1);
    expect(problem("[".repeat(1_000_000))).toBeInstanceOf(YamlProblem);
  });

  test("aliases that stand for too much", () => {
    const levels = ["a: &l0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level++)
      levels.push(`l${level}: &l${level} [${new Array(10).fill(`*l${level - 1}`).join(", ")}]`);
    expect(problem(levels.join("\n")).message).toContain(String(MAX_ALIASED_NODES));
  });

  test("aliases that contain themselves", () => {
    expect(problem("a: &x\n  b: *x").message).toContain("contains");
    expect(problem("&a [*a]").message).toContain("contains");
  });

  test("a few aliases are fine, and shared values stay what they are", () =>
    expect(parseYaml("a: &x {k: [1, 2]}\nb: *x\nc: *x")).toEqual([
      { a: { k: [1, 2] }, b: { k: [1, 2] }, c: { k: [1, 2] } },
    ]));

  test("an alias that nobody defined", () => expect(problem("a: *nobody").message).toContain("nobody"));
});
