import { checkGoverned } from "../../components/exception/schema";
import { assess, type ExceptionState } from "../../policies/mtls/assess";
import { addDays, type IsoDate } from "../../policies/mtls/clock";
import { readMesh } from "../../policies/mtls/manifests";
import { EXAMPLE_DAY } from "../../policies/rules/rule";
import { runRules } from "../../policies/rules/run";
import {
  defaultSettings,
  type BreakGlass,
  type RegisteredException,
  type Settings,
} from "../../policies/rules/settings";
import { documents, KEEP_STRICT, OPEN_COLLECTOR, record } from "../../policies/rules/support/background";
import { manifestsOf } from "./support/judge";

/** What an exception has to answer for, over all rules: nothing is said twice, and nothing slips between two of them. */

type Fields = Readonly<Record<string, string | undefined>>;

const assessed = (fields: Fields, now: IsoDate) =>
  assess(readMesh(manifestsOf(documents(OPEN_COLLECTOR, record(fields)))), { now });

/** `name: message` of every finding on the exception's record. */
function said(fields: Fields, given: Partial<Settings> = {}): string[] {
  const settings = { ...defaultSettings(EXAMPLE_DAY), ...given };
  const { findings, failed } = runRules(assessed(fields, settings.now), settings);
  expect(failed).toEqual([]);
  return findings
    .filter(({ on, name }) => on.kind === "ConfigMap" && name !== "exception-without-network-policy")
    .map(({ name, message }) => `${name}: ${message}`);
}

const rulesIn = (texts: readonly string[]): string[] => texts.map((text) => text.replace(/:.*$/s, ""));

describe("a register", () => {
  const APPROVED: RegisteredException = {
    namespace: "monitoring",
    name: "otel-collector",
    owner: "team-observability",
    approver: "team-security",
    ticket: "PLAT-1234",
    expires: "2027-02-01",
  };

  test.each<[string, Fields, Partial<RegisteredException>, RegExp]>([
    ["owner", { owner: "team-other" }, {}, /owner is "team-other", approved was "team-observability"/],
    ["approver", { approver: "team-other" }, {}, /approver is "team-other", approved was "team-security"/],
    ["ticket", { ticket: "PLAT-2" }, {}, /ticket is "PLAT-2", approved was "PLAT-1234"/],
    ["end", { expires: "2027-02-02" }, {}, /it ends 2027-02-02, approved was 2027-02-01/],
    ["mode", {}, { modes: ["no-sidecar", "plaintext"] }, /mode is permissive, approved was no-sidecar or plaintext/],
    ["days", {}, { maxDays: 60 }, /it ends 69 days ahead, approved were 60/],
  ])("with another %s refuses the exception, and says both", (_, fields, approved, message) => {
    const found = said(fields, { register: [{ ...APPROVED, ...approved }] });
    expect(rulesIn(found)).toEqual(["exception-not-registered"]);
    expect(found[0]).toMatch(message);
  });

  test("says everything that goes beyond an entry at once, of the entry that comes closest", () => {
    const stranger = { ...APPROVED, owner: "a", approver: "b", ticket: "c" };
    const [found] = said({ owner: "team-other", ticket: "PLAT-2" }, { register: [stranger, APPROVED] });
    expect(found).toMatch(/goes beyond its entry in the register: owner is .*; ticket is "PLAT-2", [^;]*$/);
  });

  test.each([
    ["of another name", { name: "tempo" }],
    ["of another namespace", { namespace: "staging-webs" }],
  ])("with an entry %s has none for it", (_, other) => {
    expect(said({}, { register: [{ ...APPROVED, ...other }] })).toEqual([
      "exception-not-registered: Exception monitoring/otel-collector is not in the register.",
    ]);
  });

  test("lets pass what it approves, however people's names are written, and what opens nothing", () => {
    expect(
      said({}, { register: [{ ...APPROVED, owner: " Team-Observability", modes: ["permissive"], maxDays: 69 }] }),
    ).toEqual([]);
    expect(rulesIn(said(KEEP_STRICT, { register: [] }))).not.toContain("exception-not-registered");
  });

  test("approves nothing that the other rules refuse", () => {
    const far: RegisteredException = { ...APPROVED, expires: "2028-01-01" };
    expect(rulesIn(said({ expires: "2028-01-01" }, { register: [far] }))).toEqual(["exception-ungoverned"]);
    expect(rulesIn(said({ expires: "2026-11-23" }, { register: [APPROVED] }))).toEqual(["exception-expired"]);
  });
});

describe("broken glass", () => {
  const GLASS: BreakGlass = {
    namespace: "monitoring",
    name: "otel-collector",
    from: "2026-11-24T01:30:00Z",
    hours: 8,
    by: "on-call",
    reason: "telemetry of the night's incident",
  };
  const EXPIRED = { expires: "2026-11-23" };
  const night = (at: string, glass: Partial<BreakGlass> = {}, fields: Fields = EXPIRED): string[] =>
    said(fields, { now: "2026-11-24", at, breakGlass: [{ ...GLASS, ...glass }] });

  test.each([
    ["before its hour", "2026-11-24T01:29:59Z", "exception-expired"],
    ["from its first second", "2026-11-24T01:30:00Z", "break-glass-in-force"],
    ["through its last", "2026-11-24T09:29:59Z", "break-glass-in-force"],
    ["and not after", "2026-11-24T09:30:00Z", "exception-expired"],
  ])("%s, at %s: %s", (_, at, rule) => {
    expect(rulesIn(night(at))).toEqual([rule]);
  });

  test("is said with until when, by whom and why", () => {
    expect(night("2026-11-24T02:00:00Z")).toEqual([
      "break-glass-in-force: Exception monitoring/otel-collector expired at the end of 2026-11-23 UTC and lives on until 2026-11-24T09:30:00Z by on-call: telemetry of the night's incident.",
    ]);
  });

  test.each([
    ["another exception", { name: "tempo" }],
    ["an exception of another namespace", { namespace: "staging-webs" }],
  ])("for %s helps this one nothing", (_, other) => {
    expect(rulesIn(night("2026-11-24T02:00:00Z", other))).toEqual(["exception-expired"]);
  });

  test("forgives the date, and nothing else", () => {
    expect(rulesIn(night("2026-11-24T02:00:00Z", {}, { ...EXPIRED, approver: "team-observability" })).sort()).toEqual([
      "break-glass-in-force",
      "exception-ungoverned",
    ]);
  });

  test("is of no concern before the exception ends", () => {
    expect(night("2026-11-24T02:00:00Z", {}, { expires: "2027-02-01" })).toEqual([]);
  });
});

describe("one clock and one expiry for component, pack and command", () => {
  const LAST: IsoDate = "2027-02-01";

  const component = (now: IsoDate): boolean => {
    const problems: string[] = [];
    const exception = {
      mode: "permissive" as const,
      owner: "team-observability",
      approver: "team-security",
      ticket: "PLAT-1234",
      reason: "batch hosts outside the mesh send OTLP",
      expires: LAST,
      clients: [{ name: "batch-hosts", cidr: "10.20.0.0/24" }],
      captured: true,
      tlsForced: false,
    };
    checkGoverned(exception, now, (_, text) => void problems.push(text));
    return problems.length === 0;
  };
  const pack = (now: IsoDate): boolean => !rulesIn(said({ expires: LAST }, { now })).includes("exception-expired");
  const command = (now: IsoDate): ExceptionState | undefined => assessed({ expires: LAST }, now).exceptions[0]?.state;

  test.each([
    [-14, true, "used"],
    [-1, true, "used"],
    [0, true, "used"],
    [1, false, "expired"],
    [30, false, "expired"],
  ])("%d days from its last: valid %s, %s", (days, isValid, state) => {
    const now = addDays(LAST, days);
    expect([component(now), pack(now), command(now)]).toEqual([isValid, isValid, state]);
  });

  test("it is announced from the day that is configured", () => {
    const warned = (now: IsoDate, warnDays?: number): boolean =>
      rulesIn(said({ expires: LAST }, { now, ...(warnDays === undefined ? {} : { warnDays }) })).includes(
        "exception-about-to-expire",
      );
    expect([warned(addDays(LAST, -15)), warned(addDays(LAST, -14)), warned(LAST)]).toEqual([false, true, true]);
    expect([warned(addDays(LAST, -8), 7), warned(addDays(LAST, -7), 7)]).toEqual([false, true]);
  });
});

describe("the tally", () => {
  test("what an exception opens stays what it is: plaintext is plaintext, and counted beside, never as passed", () => {
    const { flows, exceptions } = assessed({}, EXAMPLE_DAY);
    expect(exceptions.map(({ state }) => state)).toEqual(["used"]);
    const outside = { from: "cidr:10.20.0.0/24", host: "otel-collector.monitoring", port: 4317 };
    const mesh = readMesh(manifestsOf(documents(OPEN_COLLECTOR, record())));
    expect(assess(mesh, { flows: [outside], now: EXAMPLE_DAY }).flows[0]?.outcome).toBe("plaintext");
    expect(flows.filter(({ outcome }) => outcome === "unknown")).toEqual([]);
  });

  test.each<[string, Fields]>([
    ["no owner", { owner: undefined }],
    ["no end", { expires: undefined }],
    ["no mode", { mode: "open" }],
  ])("an exception with %s is invalid, refused, and counted all the same", (_, fields) => {
    expect(assessed(fields, EXAMPLE_DAY).exceptions.map(({ state }) => state)).toEqual(["invalid"]);
    expect(rulesIn(said(fields))).toContain("exception-ungoverned");
  });
});
