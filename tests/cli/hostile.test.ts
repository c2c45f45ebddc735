import { readSources } from "../../cli/sources/index";
import { INCIDENT_YAML } from "./support/incident";
import { meshtls, type Result } from "./support/meshtls";

/** The incident's verdict, whatever stands around it. */
const FOUND = "MTLS106";

const check = (stdin: string | Buffer): Promise<Result> => meshtls(["check", "-"], { stdin });

const withAnother = (document: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${INCIDENT_YAML}---\n`), Buffer.from(document)]);

/** What `kubectl` reads, however odd. */
const VALID: readonly (readonly [string, string | Buffer])[] = [
  ["line ends of Windows", INCIDENT_YAML.replaceAll("\n", "\r\n")],
  ["a byte order mark", `\uFEFF${INCIDENT_YAML}`],
  ["no line break at the end", INCIDENT_YAML.trimEnd()],
  ["comments and empty documents", `# a\n---\n# b\n---\n---\n${INCIDENT_YAML}---\n`],
  [
    "merge keys and aliases",
    withAnother("apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a}\nx: {<<: *m}\ny: [*m, *m]\n"),
  ],
  ["__proto__ as a name", withAnother("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: __proto__}\n")],
  ["__proto__ as a key", withAnother("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: x}\n")],
  [
    "tabs within a text",
    withAnother("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  m: |\n    a:\n    \tb\n"),
  ],
  [
    "a text of 50 MB",
    withAnother(
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  m: |\n${`    ${"x".repeat(995)}\n`.repeat(50_000)}`,
    ),
  ],
  [
    "100,000 keys in one map",
    withAnother(
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n${Array.from({ length: 100_000 }, (_, at) => `  k${at}: v\n`).join("")}`,
    ),
  ],
];

test.each(VALID)("a verdict in spite of %s", async (_, stdin) => {
  const { code, stdout, stderr } = await check(stdin);
  expect(stdout).toContain(FOUND);
  expect(stderr).toBe("");
  expect(code).toBe(1);
});

const bomb = (levels: number): string =>
  Array.from({ length: levels }, (_, level) =>
    level === 0 ? "l0: &l0 [x, x]" : `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}*l${level - 1}]`,
  ).join("\n");

/** What nobody can read, and what is said of it. */
const UNREADABLE: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ["an alias bomb", bomb(9), /aliases stand for more than/],
  ["an alias of itself", "a: &a [*a]\n", /contains it/],
  ["flow collections nested without end", `a: ${"[".repeat(100_000)}`, /nest/],
  [
    "block mappings nested without end",
    Array.from({ length: 1000 }, (_, at) => `${" ".repeat(at)}a:\n`).join(""),
    /nest/,
  ],
  ["JSON nested without end", `{"a":`.repeat(100_000), /nest/],
  ["a key given twice", "a: 1\nb: 2\na: 3\n", /twice/],
  ["a key given twice among many", `${Array.from({ length: 50 }, (_, at) => `k${at}: 1\n`).join("")}k3: 2\n`, /twice/],
  ["a key given twice in two spellings", "1: a\n0x1: b\n", /twice/],
  ["a JSON key given twice", '{"a": 1, "\\u0061": 2}', /twice/],
  ["a tab as indentation", "a:\n\tb: 1\n", /tab/],
  ["a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0]), /binary/],
  ["UTF-16", Buffer.from(INCIDENT_YAML, "utf16le"), /UTF-16/],
  ["Latin-1", Buffer.from("name: caf\u00e9\n", "latin1"), /UTF-8/],
  ["a template", "kind: A\nmetadata:\n  name: {{ .Release.Name }}\n", /helm template/],
];

test.each(UNREADABLE)("every problem and nothing judged: %s", async (_, stdin, says) => {
  const { code, stdout, stderr } = await check(stdin);
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/nothing was judged/);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(stdout).toBe("");
  expect(code).toBe(3);
});

test("one document that cannot be read, and none of the others is judged", async () => {
  const { code, stdout, stderr } = await check(withAnother("a: 1\na: 2\n---\nb: [\n"));
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr.match(/^<stdin>:\d+/gm)).toHaveLength(2);
});

test("a file of nothing but unreadable documents is not read to its end, and says where it was left", async () => {
  const { code, stderr } = await check("---\na: [\n".repeat(1500));
  expect(code).toBe(3);
  expect(stderr.match(/^<stdin>:\d+: (?!begins)/gm)).toHaveLength(1000);
  expect(stderr).toContain("<stdin>:2001: begins what was not looked at any more, after 1000 documents");
});

test("more problems than a function takes arguments", async () => {
  const template = "---\napiVersion: v1\nkind: A\nmetadata: {name: '{{ .Values.a }}'}\n";
  async function* stdin() {
    yield Buffer.from(template.repeat(150_000));
  }
  const reading = readSources({ paths: ["-"], states: [], previews: [] }, stdin());
  await expect(reading).rejects.toThrow("150000 problems in the input");
});
