import { UNKNOWN } from "../../../policies/mtls/known";
import type { Problem } from "../../../policies/mtls/mesh";
import { Field, Report } from "../../../policies/mtls/readers/fields";

const REF = { kind: "PeerAuthentication", namespace: "ns", name: "a" };

const reading = (object: unknown) => {
  const problems: Problem[] = [];
  const root = Field.root(object, new Report(REF, { file: "a.yaml", line: 3 }, problems));
  return { root, problems, messages: () => problems.map(({ message }) => message) };
};

/** Every way to read the field `at`. */
const readings = (field: Field): unknown[] => [
  field.text("at"),
  field.flag("at"),
  field.integer("at"),
  field.port("at"),
  field.choice("at", ["A"]),
  field.texts("at"),
  field.textList("at"),
  field.items("at"),
  field.listOf("at", (item) => item.value),
];

describe("a field of the right type", () => {
  const { root, problems } = reading({
    spec: { mode: "STRICT", on: true, port: 4317, zero: 0, list: ["a", null], labels: { b: "2", a: "1", n: null } },
  });
  const spec = root.at("spec");

  test("is its value", () => {
    expect(spec.text("mode")).toBe("STRICT");
    expect(spec.choice("mode", ["STRICT", "DISABLE"])).toBe("STRICT");
    expect(spec.flag("on")).toBe(true);
    expect([spec.port("port"), spec.requiredPort("port"), spec.optionalPort("port")]).toEqual([4317, 4317, 4317]);
    expect([spec.integer("zero"), spec.optionalPort("zero")]).toEqual([0, undefined]);
    expect(spec.textList("list")).toEqual(["a", ""]);
    expect(spec.texts("labels")).toEqual({ a: "1", b: "2", n: "" });
    expect(spec.at("labels").keys()).toEqual(["a", "b", "n"]);
    expect(problems).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["absent", {}],
    ["null", { at: null }],
    ["below something absent", undefined],
    ["below null", null],
  ])("is undefined when it is %s", (_, object) => {
    const { root: field, problems: none } = reading(object);
    expect(readings(field)).toEqual(readings(field).map(() => undefined));
    expect([field.at("at").keys(), field.knownItems("at"), none]).toEqual([[], [], []]);
  });

  test("knows its place", () => {
    const items = spec.items("list");
    expect(Array.isArray(items) && items[1]?.at("x").at("y").path).toBe("spec.list[1].x.y");
    expect(Field.root({}, new Report(REF, undefined, []), "data.mesh").at("a").path).toBe("data.mesh.a");
  });
});

describe("what is not known", () => {
  test.each<[string, unknown]>([
    ["the field", { at: UNKNOWN }],
    ["what it is in", UNKNOWN],
  ])("stays unknown: %s", (_, object) => {
    const { root, problems } = reading(object);
    expect(readings(root)).toEqual(readings(root).map(() => UNKNOWN));
    expect([root.at("at").keys(), root.knownItems("at"), root.at("at").at("x").value, problems]).toEqual([
      UNKNOWN,
      [],
      UNKNOWN,
      [],
    ]);
  });

  test("leaves the rest of a map known, and makes a list unknown", () => {
    const { root } = reading({ labels: { a: "1", b: UNKNOWN }, list: ["a", UNKNOWN] });
    expect(root.texts("labels")).toEqual({ a: "1", b: UNKNOWN });
    expect(root.textList("list")).toBe(UNKNOWN);
    expect(root.knownItems("list").map(({ path }) => path)).toEqual(["list[0]"]);
  });
});

describe("a field of the wrong type is a listed problem and then unknown", () => {
  test.each<[string, unknown, (field: Field) => unknown, string]>([
    ["text", 5, (field) => field.text("at"), "at is a number; a string is expected"],
    ["flag", "yes", (field) => field.flag("at"), 'at is "yes"; true or false is expected'],
    ["port", 70000, (field) => field.port("at"), "at is 70000; a whole number from 1 to 65535 is expected"],
    ["port as text", "4317", (field) => field.port("at"), 'at is "4317"; a whole number from 1 to 65535 is expected'],
    ["fraction", 1.5, (field) => field.integer("at", 0, 9), "at is 1.5; a whole number from 0 to 9 is expected"],
    ["negative", -1, (field) => field.integer("at"), "at is -1; a whole number not below 0 is expected"],
    ["choice", 5, (field) => field.choice("at", ["A", "B"]), "at is 5; one of A, B"],
    ["list", { a: 1 }, (field) => field.items("at"), "at is a map; a list is expected"],
    ["map of texts", ["a"], (field) => field.texts("at"), "at is a list; a map is expected"],
    ["a time is no map", new Date(0), (field) => field.at("at").keys(), "at is a time; a map is expected"],
    ["below a text", "STRICT", (field) => field.at("at").text("mode"), "at is a string; a map is expected"],
    ["missing", null, (field) => field.requiredPort("at"), "at is missing; a whole number from 1 to 65535 is expected"],
  ])("%s", (_, value, read, message) => {
    const { root, problems } = reading({ at: value });
    expect(read(root)).toBe(UNKNOWN);
    const source = { file: "a.yaml", line: 3 };
    expect(problems).toEqual([{ severity: "error", object: "PeerAuthentication ns/a", path: "at", message, source }]);
  });

  test("an item of a list names its place and makes the list unknown", () => {
    const { root, messages } = reading({ at: ["a", 5] });
    expect(root.textList("at")).toBe(UNKNOWN);
    expect(messages()).toEqual(["at[1] is a number; a string is expected"]);
  });

  test("a label leaves the others known", () => {
    const { root, messages } = reading({ labels: { a: "1", b: true } });
    expect(root.texts("labels")).toEqual({ a: "1", b: UNKNOWN });
    expect(messages()).toEqual(["labels.b is a boolean; a string is expected"]);
  });

  test("text never shows the value: it may be a secret", () => {
    const { root, messages } = reading({ at: 12345 });
    root.text("at");
    expect(messages().join()).not.toContain("12345");
  });

  test("the same problem is listed once, however often the field is read", () => {
    const { root, problems } = reading({ spec: 5 });
    root.at("spec").text("a");
    root.at("spec").texts("b");
    expect(problems).toHaveLength(1);
  });

  test("nobody hears of it when the field is read quietly", () => {
    expect(Field.quietly({ at: 5 }).text("at")).toBe(UNKNOWN);
  });
});

test("keys that JavaScript inherits are not there", () => {
  const { root } = reading(JSON.parse('{"labels":{"__proto__":"x"}}'));
  expect(root.at("toString").isAbsent).toBe(true);
  expect(root.at("constructor").text("name")).toBeUndefined();
  const labels = root.texts("labels");
  expect(typeof labels === "object" && Object.hasOwn(labels, "__proto__")).toBe(true);
});
