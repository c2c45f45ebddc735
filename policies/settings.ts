import { z } from "zod";
import { isIsoDate, toIsoDate, type IsoDate } from "./mtls/clock";
import { EXCEPTION_MODES, MAX_EXCEPTION_DAYS } from "./mtls/exception";
import { DEFAULT_OTLP_PORTS, DEFAULT_WARN_DAYS, type Settings } from "./rules/settings";

// What is read once per run takes longer to compile a parser for than to parse.
z.config({ jitless: true });

const text = z.string().trim().min(1);
const date = z.custom<IsoDate>(isIsoDate, { error: "a date YYYY-MM-DD" });
const days = z.number().int().min(1).max(365);
const port = z.number().int().min(1).max(65535);
const moment = z.iso.datetime({ error: "a moment in UTC, such as 2027-02-02T01:30:00Z" });

const registered = z.strictObject({
  namespace: text,
  name: text,
  owner: text,
  approver: text,
  ticket: text,
  expires: date,
  modes: z.array(z.enum(EXCEPTION_MODES)).min(1).exactOptional(),
  maxDays: days.exactOptional(),
});

const breakGlass = z.strictObject({
  namespace: text,
  name: text,
  from: moment,
  hours: z.number().positive().max(24, { error: "at most 24: hours, not days" }),
  by: text,
  reason: text,
});

const facts = z.strictObject({
  clusterDomain: text.exactOptional(),
  rootNamespace: text.exactOptional(),
  enableAutoMtls: z.boolean().exactOptional(),
  meshMode: z.enum(["STRICT", "PERMISSIVE", "DISABLE"]).default("STRICT"),
  istioVersion: z
    .string()
    .regex(/^\d+\.\d+/, { error: 'a version such as "1.31"' })
    .exactOptional(),
  kubernetesVersion: z
    .string()
    .regex(/^\d+\.\d+/, { error: 'a version such as "1.34"' })
    .exactOptional(),
});

/** What `--policy-pack-config` (or a policy group) may say under the policy `meshtls`; everything has a default. */
const schema = z.strictObject({
  facts: facts.prefault({}).describe("Facts of the mesh that a single stack does not contain"),
  namespaces: z
    .record(text, z.record(text, z.string()))
    .default({})
    .describe("Labels of namespaces that other stacks own; they decide who gets a sidecar"),
  otlpPorts: z
    .array(port)
    .min(1)
    .default([...DEFAULT_OTLP_PORTS])
    .describe("OTLP ports of collectors"),
  collectorImages: z
    .array(text)
    .min(1)
    .exactOptional()
    .describe("Images that are collectors though their names do not say so"),
  maxExceptionDays: days.default(MAX_EXCEPTION_DAYS).describe("How far ahead an exception may reach"),
  warnDays: days.default(DEFAULT_WARN_DAYS).describe("Days before its end from which an exception is announced"),
  owners: z.array(text).min(1).exactOptional().describe("Who may own an exception"),
  register: z.array(registered).exactOptional().describe("Approved exceptions; once given, any other is refused"),
  breakGlass: z.array(breakGlass).default([]).describe("Lets an exception that ran out live on for a night"),
});

/** The settings and what only the pack needs of its configuration. */
export interface PackSettings {
  readonly settings: Settings;
  /** Labels of namespaces that other stacks own. */
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Properties of the configuration as JSON Schema, as CrossGuard wants them. */
export const settingsSchema = (): Record<string, object> => {
  const { properties } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return (properties ?? {}) as Record<string, object>;
};

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");

/**
 * Reads the pack's configuration.
 * @param clock the moment at which dates are judged
 * @returns the settings, or every problem as `path: what is wrong`
 */
export function readSettings(raw: unknown, clock: Date): PackSettings | { readonly problems: readonly string[] } {
  const parsed = schema.safeParse(raw);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${pathOf(path) || "configuration"}: ${message}`),
    };
  const { namespaces, collectorImages, facts, ...rest } = parsed.data;
  const at = clock.toISOString();
  const stated = collectorImages === undefined ? facts : { ...facts, collectorImages };
  return { settings: { ...rest, facts: stated, now: toIsoDate(clock), at }, namespaces };
}
