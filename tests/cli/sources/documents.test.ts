import { readDocuments } from "../../../cli/sources/documents";
import { linesOf } from "../../../cli/sources/locate";
import { isFileSource } from "../../../cli/sources/origin";
import { parseYamlStream } from "../../../cli/sources/yaml-stream";

const read = (text: string | Buffer, walked = false) => {
  const bytes = Buffer.from(text);
  return readDocuments({ name: "m.yaml", walked, bytes }, bytes);
};

const objects = (text: string | Buffer): unknown[] => read(text).manifests.map(({ object }) => object);

/** `line: message` of every problem. */
const problems = (text: string | Buffer, walked = false): string[] =>
  read(text, walked).problems.map(({ message, source }) =>
    source !== undefined && "line" in source ? `${source.line}: ${message}` : message,
  );

const named = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

describe("the same objects in every form", () => {
  const expected = [named("a"), named("b")];
  const document = (name: string, indent = ""): string =>
    `${indent}apiVersion: v1\n${indent}kind: ConfigMap\n${indent}metadata:\n${indent}  name: ${name}\n`;

  test.each([
    ["documents", `${document("a")}---\n${document("b")}`],
    [
      "helm template",
      `---\n# Source: chart/templates/a.yaml\n${document("a")}---\n# Source: chart/b.yaml\n---\n${document("b")}`,
    ],
    ["CRLF", `${document("a")}---\n${document("b")}`.replaceAll("\n", "\r\n")],
    ["byte order marks", `\uFEFF${document("a")}---\n\uFEFF${document("b")}`],
    [
      "a YAML list",
      `apiVersion: v1\nkind: List\nitems:\n-\n${document("a", "  ")}-\n${document("b", "  ")}metadata: {}\n`,
    ],
    [
      "a list of the API",
      "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n",
    ],
    ["JSON documents", expected.map((object) => JSON.stringify(object)).join("\n")],
    ["a JSON list", JSON.stringify({ apiVersion: "v1", kind: "List", metadata: {}, items: expected }, null, 4)],
    [
      "a JSON list of the API",
      JSON.stringify({
        kind: "ConfigMapList",
        apiVersion: "v1",
        items: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
      }),
    ],
    [
      "lists in lists",
      JSON.stringify({ apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "List", items: expected }] }),
    ],
    [
      "flow style",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n",
    ],
  ])("%s", (_, text) => {
    expect(problems(text)).toEqual([]);
    expect(objects(text)).toEqual(expected);
  });
});

test("what is not a list of objects keeps its items", () => {
  const values = { items: [1, 2], kind: "Basket", apiVersion: "shop/v1" };
  expect(objects(JSON.stringify(values))).toEqual([values]);
  expect(objects("items: [1, 2]\n")).toEqual([{ items: [1, 2] }]);
});

test("what live objects only carry along is left behind", () => {
  const live = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "a",
      managedFields: [{ manager: "kubectl" }],
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "x" },
    },
    status: { podIP: "10.0.0.1", conditions: [], containerStatuses: [{ name: "c" }] },
  };
  expect(objects(JSON.stringify(live))).toEqual([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", annotations: { kept: "x" } },
      status: { podIP: "10.0.0.1", conditions: [] },
    },
  ]);
});

describe("large input is read in pieces, with the same result", () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({
    ...named(`object-${index}`),
    data: { text: `line one\n--- not a marker\nitems:\n- ${"x".repeat(400)}\n` },
  }));
  const yaml = (object: object, indent: string): string =>
    JSON.stringify(object, null, 2)
      .split("\n")
      .map((line, index) => (index === 0 ? line : indent + line))
      .join("\n");

  test("a stream of documents", () =>
    expect(objects(many.map((one) => `---\n${yaml(one, "")}\n`).join(""))).toEqual(many));

  test.each(["", "  "])("one list in block style, indented by '%s'", (indent) => {
    const list = `apiVersion: v1\nitems:\n${many.map((one) => `${indent}- ${yaml(one, `${indent}  `)}\n`).join("")}kind: List\nmetadata:\n  resourceVersion: ""\n`;
    expect(list.length).toBeGreaterThan(1024 * 1024);
    const { manifests, problems } = read(list);
    expect(problems).toEqual([]);
    expect(manifests.map(({ object }) => object)).toEqual(many);
    const sources = manifests.flatMap(({ source }) =>
      isFileSource(source) ? [{ source, path: "metadata.name" }] : [],
    );
    const lines = list.split("\n");
    linesOf(sources).forEach((line, index) => expect(lines[line - 1]).toContain(`"object-${index}"`));
  });

  test("a list with an alias between its items", () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- &first ${yaml(many[0] ?? {}, "  ")}\n${many
      .map((one) => `- ${yaml(one, "  ")}\n`)
      .join("")}- *first\n`;
    expect(objects(list)).toHaveLength(many.length + 2);
  });
});

describe("every problem is listed, with its line", () => {
  test("one per broken document, and none hides another", () => {
    expect(problems("a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n---\nd: [\n---\ne:\n\tf: 1\n")).toEqual([
      "4: this key is given twice in the same mapping; keep one of them",
      expect.stringMatching(/^\d+: /) as unknown,
      expect.stringMatching(/^11: .*tab/) as unknown,
    ]);
  });

  test.each([
    ["an unquoted value", "kind: A\nmetadata:\n  name: {{ .Release.Name }}\n"],
    ["a control line", "{{- if .Values.enabled }}\nkind: A\n{{- end }}\n"],
    ["a quoted value", 'apiVersion: v1\nkind: A\nspec:\n  host: "{{ .Values.host }}"\n'],
    ["a key", 'apiVersion: v1\nkind: A\nspec:\n  "{{ .Values.key }}": 1\n'],
    ["anybody's, in a name", 'apiVersion: v1\nkind: A\nmetadata: {name: "{{service}}"}\n'],
    ["anybody's, in a namespace", 'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: "{{ .ns }}-x"}\n'],
  ])("template markup left in: %s", (_, text) =>
    expect(problems(text)).toEqual([expect.stringContaining("helm template")]),
  );

  test.each([
    [
      "alert texts",
      'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  summary: "{{ $labels.pod }} is down"\n',
    ],
    [
      "workflow parameters",
      'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  arg: "{{inputs.parameters.x}}"\n',
    ],
    [
      "a sidecar injector's templates",
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  config: "{{ .Values.global.hub }}"\n',
    ],
  ])("markup of others is none: %s", (_, text) => expect(problems(text)).toEqual([]));

  test.each([
    ["UTF-16 with a mark", Buffer.from("\uFEFFkind: A\n", "utf16le"), "UTF-16"],
    ["UTF-16 without one", Buffer.from("apiVersion: v1\nkind: A\n", "utf16le"), "UTF-16"],
    ["UTF-16 big endian", Buffer.from("apiVersion: v1\nkind: A\n", "utf16le").swap16(), "UTF-16"],
    ["Latin-1", Buffer.from("name: caf\u00e9\n", "latin1"), "UTF-8"],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0]), "gzip"],
    ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0]), "binary"],
  ])("%s", (_, bytes, message) => expect(problems(bytes)).toEqual([expect.stringContaining(message)]));

  test.each([
    ["a JSON document that ends early", '{"apiVersion": "v1",\n "kind": "A"', "middle of a value"],
    ["a JSON key given twice", '{"a": 1,\n "b": 2,\n "a": 3}', "3: .*twice"],
    ["JSON nested without end", `{"a":${"[".repeat(100_000)}`, "nested"],
    ["what is no JSON and shows no secret", '{"password": "hunter2" x}', "^1: "],
  ])("%s", (_, text, message) => {
    expect(problems(text)).toEqual([expect.stringMatching(new RegExp(message))]);
    expect(problems(text).join()).not.toContain("hunter2");
  });
});

test("in a folder, what cannot be read and names no apiVersion is somebody else's", () => {
  expect(read("a: [\n", true)).toMatchObject({ problems: [], foreign: 1 });
  expect(read("a: [\n", false)).toMatchObject({ foreign: 0 });
  expect(problems("apiVersion: v1\nkind: [\n", true)).toHaveLength(1);
});

test("hidden in a name, __proto__ is data", () => {
  const text = '{"apiVersion":"v1","kind":"A","metadata":{"name":"a","labels":{"__proto__":"x"}}}';
  expect(Object.keys((objects(text)[0] as { metadata: { labels: object } }).metadata.labels)).toEqual(["__proto__"]);
});

test("empty documents are counted, and not kept", () => {
  const { parsed } = parseYamlStream(Buffer.from(`${"---\n".repeat(1000)}a: 1\n`));
  expect(parsed).toMatchObject([{ value: { a: 1 }, document: 1000 }]);
});

test("lists without items are empty, also where Go writes null; items that are no list are for the reader to refuse", () => {
  const lists = ["items: null", "items: []", ""].map((items) => `apiVersion: v1\nkind: List\n${items}\n`);
  const inner = {
    apiVersion: "v1",
    kind: "List",
    items: [{ apiVersion: "v1", kind: "PodList", items: null }, named("a")],
  };
  expect(objects(lists.join("---\n"))).toEqual([]);
  expect(objects(JSON.stringify(inner))).toEqual([named("a")]);
  expect(objects("apiVersion: v1\nkind: List\nitems: {a: 1}\n")).toHaveLength(1);
  expect(objects("apiVersion: x.io/v1\nkind: AllowList\nspec: {}\n")).toHaveLength(1);
});
