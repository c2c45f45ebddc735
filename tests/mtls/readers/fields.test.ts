import { UNKNOWN } from "../../../policies/mtls/known";
import type { Problem } from "../../../policies/mtls/mesh";
import { Field, Report } from "../../../policies/mtls/readers/fields";

const reading = (object: unknown) => {
  const problems: Problem[] = [];
  const root = Field.root(object, new Report("PeerAuthentication ns/a", { file: "a.yaml", line: 3 }, problems));
  return { root, problems, messages: () => problems.map(({ message }) => message) };
};

describe("a field of the right type", () => {
  const { root, problems } = reading({
    spec: { mode: "STRICT", on: true, port: 4317, list: ["a", "b"], labels: { b: "2", a: "1" }, none: null },
  });
  const spec = root.at("spec");

  test("is its value", () => {
    expect(spec.at("mode").text()).toBe("STRICT");
    expect(spec.at("mode").choice(["STRICT", "DISABLE"])).toBe("STRICT");
    expect(spec.at("on").flag()).toBe(true);
    expect(spec.at("port").port()).toBe(4317);
    expect(spec.at("list").textList()).toEqual(["a", "b"]);
    expect(spec.at("labels").texts()).toEqual({ a: "1", b: "2" });
    expect(problems).toEqual([]);
  });

  test("is undefined when it is absent or null, and so is everything below it", () => {
    for (const field of [
      spec.at("nothing"),
      spec.at("none"),
      spec.at("nothing").at("below"),
      spec.at("none").at("below"),
    ])
      expect([field.text(), field.flag(), field.port(), field.items(), field.texts()]).toEqual(
        Array(5).fill(undefined),
      );
    expect(problems).toEqual([]);
  });

  test("knows its place", () => {
    const items = spec.at("list").items();
    expect(Array.isArray(items) && items[1]?.at("x").path).toBe("spec.list[1].x");
  });
});

describe("what is not known", () => {
  const { root, problems } = reading({ whole: UNKNOWN, labels: { a: "1", b: UNKNOWN }, list: ["a", UNKNOWN] });

  test("stays unknown, and so does everything below it", () => {
    const { whole } = { whole: root.at("whole") };
    for (const field of [whole, whole.at("x"), whole.at("x").at("y")])
      expect([field.text(), field.flag(), field.port(), field.items(), field.texts(), field.choice(["A"])]).toEqual(
        Array(6).fill(UNKNOWN),
      );
    expect(problems).toEqual([]);
  });

  test("leaves the rest of a map known, and makes a list unknown", () => {
    expect(root.at("labels").texts()).toEqual({ a: "1", b: UNKNOWN });
    expect(root.at("list").textList()).toBe(UNKNOWN);
    expect(
      root
        .at("list")
        .knownItems()
        .map(({ path }) => path),
    ).toEqual(["list[0]"]);
  });
});

describe("a field of the wrong type is a listed problem and then unknown", () => {
  test.each<[string, unknown, (field: Field) => unknown, string]>([
    ["text", 5, (field) => field.text(), "at is a number; a string is expected"],
    ["flag", "yes", (field) => field.flag(), 'at is "yes"; true or false is expected'],
    ["port", 70000, (field) => field.port(), "at is 70000; a whole number from 1 to 65535 is expected"],
    ["port as text", "4317", (field) => field.port(), 'at is "4317"; a whole number from 1 to 65535 is expected'],
    ["fraction", 1.5, (field) => field.integer(0, 9), "at is 1.5; a whole number from 0 to 9 is expected"],
    ["choice", 5, (field) => field.choice(["A", "B"]), "at is 5; one of A, B"],
    ["list", { a: 1 }, (field) => field.items(), "at is a map; a list is expected"],
    ["map", ["a"], (field) => field.texts(), "at is a list; a map is expected"],
    ["a time is no map", new Date(0), (field) => field.entries(), "at is a time; a map is expected"],
    ["below a text", "STRICT", (field) => field.at("mode").text(), "at is a string; a map is expected"],
  ])("%s", (_, value, read, message) => {
    const { root, problems } = reading({ at: value });
    expect(read(root.at("at"))).toBe(UNKNOWN);
    expect(problems).toEqual([
      {
        severity: "error",
        object: "PeerAuthentication ns/a",
        path: "at",
        message,
        source: { file: "a.yaml", line: 3 },
      },
    ]);
  });

  test("text never shows the value: it may be a secret", () => {
    const { root, messages } = reading({ at: 12345 });
    root.at("at").text();
    expect(messages().join()).not.toContain("12345");
  });

  test("the same problem is listed once, however often the field is read", () => {
    const { root, problems } = reading({ spec: 5 });
    root.at("spec").at("a").text();
    root.at("spec").at("b").texts();
    expect(problems).toHaveLength(1);
  });

  test("a port that must be there", () => {
    const { root, messages } = reading({ spec: {} });
    expect(root.at("spec").at("port").requiredPort()).toBe(UNKNOWN);
    expect(messages()).toEqual(["spec.port is missing; a whole number from 1 to 65535 is expected"]);
  });
});

test("keys that JavaScript inherits are not there", () => {
  const { root } = reading(JSON.parse('{"labels":{"__proto__":"x"}}'));
  expect(root.at("toString").isAbsent).toBe(true);
  expect(root.at("constructor").at("name").text()).toBeUndefined();
  const labels = root.at("labels").texts();
  expect(typeof labels === "object" && Object.hasOwn(labels, "__proto__")).toBe(true);
});
