import { isExpired } from "../mtls/clock";
import type { Rule } from "./rule";
import type { BreakGlass } from "./settings";
import { OPEN_COLLECTOR, record } from "./support/background";
import { glassFor, glassUntil } from "./support/break-glass";
import { describeException, onRecord, recordsOf } from "./support/records";

const glass: BreakGlass = {
  namespace: "monitoring",
  name: "otel-collector",
  from: "2026-11-24T01:30:00Z",
  hours: 8,
  by: "on-call",
  reason: "telemetry of the night's incident",
};

export const breakGlassInForce: Rule = {
  id: "MTLS214",
  name: "break-glass-in-force",
  severity: "warning",
  layer: "resource",
  why: "An exception that has run out lives on for some hours because somebody said so; everybody should know.",
  fix: "Renew the exception or remove it before the hours are over, then take the break-glass entry out of the configuration.",
  good: [
    {
      title: "an exception that needs none",
      given: OPEN_COLLECTOR,
      yaml: record(),
      settings: { breakGlass: [glass], at: "2026-11-24T02:00:00Z" },
    },
  ],
  bad: [
    {
      title: "in force",
      given: OPEN_COLLECTOR,
      yaml: record({ expires: "2026-11-23" }),
      settings: { breakGlass: [glass], at: "2026-11-24T09:29:59Z" },
    },
  ],
  check: ({ assessment, settings }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract?.expires === undefined || !isExpired(contract.expires, settings.now)) return [];
      const entry = glassFor(contract, settings);
      if (entry === undefined) return [];
      const message =
        `${describeException(exception)} expired at the end of ${contract.expires} UTC and lives on until ${glassUntil(entry)} ` +
        `by ${entry.by}: ${entry.reason}.`;
      return [onRecord(exception, "expires", message)];
    }),
};
