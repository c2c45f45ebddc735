import { readSettings, settingsSchema } from "../../policies/settings";

const CLOCK = new Date("2026-11-24T22:15:00Z");

const problemsOf = (raw: unknown): readonly string[] => {
  const read = readSettings(raw, CLOCK);
  return "problems" in read ? read.problems : [];
};

test("everything has a default, and the mesh is taken to be STRICT", () => {
  expect(readSettings({}, CLOCK)).toEqual({
    settings: {
      now: "2026-11-24",
      at: "2026-11-24T22:15:00.000Z",
      facts: { meshMode: "STRICT" },
      otlpPorts: [4317, 4318],
      maxExceptionDays: 90,
      warnDays: 14,
      breakGlass: [],
    },
    namespaces: {},
  });
});

test("what is given is taken", () => {
  const register = [
    {
      namespace: "m",
      name: "otel",
      owner: "a",
      approver: "b",
      ticket: "T-1",
      expires: "2027-01-01",
      modes: ["permissive"],
    },
  ];
  const read = readSettings(
    {
      facts: { meshMode: "PERMISSIVE", istioVersion: "1.31" },
      otlpPorts: [14317],
      collectorImages: ["telemetry"],
      register,
      namespaces: { m: { a: "b" } },
    },
    CLOCK,
  );
  expect(read).toMatchObject({
    settings: {
      facts: { meshMode: "PERMISSIVE", istioVersion: "1.31", collectorImages: ["telemetry"] },
      otlpPorts: [14317],
      register,
    },
    namespaces: { m: { a: "b" } },
  });
});

test.each([
  ["a key that is not there", { registers: [] }, /^configuration: .*registers/],
  ["a fact that is not there", { facts: { mode: "STRICT" } }, /^facts: .*mode/],
  ["a mode that is none", { facts: { meshMode: "strict" } }, /^facts\.meshMode: .*STRICT/],
  ["a port that is none", { otlpPorts: [4317, 0] }, /^otlpPorts\[1\]: /],
  ["no port", { otlpPorts: [] }, /^otlpPorts: /],
  ["days that are none", { maxExceptionDays: 0 }, /^maxExceptionDays: /],
  [
    "a date that does not exist",
    { register: [{ expires: "2027-02-30" }] },
    /^register\[0\]\.expires: a date YYYY-MM-DD$/m,
  ],
  ["an entry of the register without an owner", { register: [{ name: "a" }] }, /^register\[0\]\.owner: /m],
  [
    "glass that stays broken for days",
    { breakGlass: [{ hours: 48 }] },
    /^breakGlass\[0\]\.hours: at most 24: hours, not days$/m,
  ],
  ["glass broken at no moment", { breakGlass: [{ from: "tonight" }] }, /^breakGlass\[0\]\.from: a moment in UTC/m],
  ["labels that are no texts", { namespaces: { m: { a: 1 } } }, /^namespaces\.m\.a: /],
  ["a version that is none", { facts: { istioVersion: "latest" } }, /^facts\.istioVersion: a version/],
  ["a text instead of a map", "STRICT", /^configuration: /],
])("%s is refused with its path", (_, raw, message) => {
  expect(problemsOf(raw).join("\n")).toMatch(message);
});

test("every problem is listed, not only the first", () => {
  expect(problemsOf({ otlpPorts: [0], warnDays: -1, other: true })).toHaveLength(3);
});

test("the schema that CrossGuard gets has every key, and asks for none", () => {
  const schema = settingsSchema();
  expect(Object.keys(schema).sort()).toEqual([
    "breakGlass",
    "collectorImages",
    "facts",
    "maxExceptionDays",
    "namespaces",
    "otlpPorts",
    "owners",
    "register",
    "warnDays",
  ]);
  expect(schema).not.toHaveProperty("enforcementLevel");
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});
