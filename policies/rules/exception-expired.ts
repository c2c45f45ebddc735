import { daysUntil, isExpired } from "../mtls/clock";
import type { Rule } from "./rule";
import { OPEN_COLLECTOR, record } from "./support/background";
import { glassFor } from "./support/break-glass";
import { describeException, onRecord, recordsOf } from "./support/records";

export const exceptionExpired: Rule = {
  id: "MTLS103",
  name: "exception-expired",
  severity: "error",
  layer: "resource",
  why: "An exception is a hole in STRICT for a limited time; past its date nobody has agreed to it any more.",
  fix: "Remove the exception, or renew it: a new date with a new ticket, approved again.",
  good: [
    {
      title: "valid through its last day",
      given: OPEN_COLLECTOR,
      yaml: record({ expires: "2026-11-24" }),
      now: "2026-11-24",
    },
  ],
  bad: [{ title: "the day after", given: OPEN_COLLECTOR, yaml: record({ expires: "2026-11-23" }), now: "2026-11-24" }],
  check: ({ assessment, settings }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract?.expires === undefined || !isExpired(contract.expires, settings.now)) return [];
      if (glassFor(contract, settings) !== undefined) return [];
      const days = -daysUntil(contract.expires, settings.now);
      const ago = days === 1 ? "yesterday" : `${days} days ago`;
      const message =
        `${describeException(exception)} (mode ${contract.mode}, owner ${contract.owner}) expired ${ago}, ` +
        `at the end of ${contract.expires} UTC.`;
      return [onRecord(exception, "expires", message)];
    }),
};
