import { daysUntil } from "../mtls/clock";
import type { Rule } from "./rule";
import { DEFAULT_WARN_DAYS } from "./settings";
import { OPEN_COLLECTOR, record } from "./support/background";
import { describeException, onRecord, recordsOf } from "./support/records";

const inDays = (days: number): string => (days === 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`);

export const exceptionAboutToExpire: Rule = {
  id: "MTLS203",
  name: "exception-about-to-expire",
  severity: "warning",
  layer: "resource",
  why: "The day after an exception ends nothing can be deployed past it, whatever the deployment is about.",
  fix: "Remove what still needs the exception, or renew it in time with a new ticket.",
  good: [{ title: "weeks left", given: OPEN_COLLECTOR, yaml: record({ expires: "2026-12-09" }) }],
  bad: [
    { title: "two weeks left", given: OPEN_COLLECTOR, yaml: record({ expires: "2026-12-08" }) },
    { title: "its last day", given: OPEN_COLLECTOR, yaml: record({ expires: "2026-11-24" }) },
    {
      title: "sooner than the organisation likes",
      yaml: record({ expires: "2026-12-20" }),
      settings: { warnDays: 30 },
    },
  ],
  check: ({ assessment, settings }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract?.expires === undefined) return [];
      const days = daysUntil(contract.expires, settings.now);
      if (days < 0 || days > (settings.warnDays ?? DEFAULT_WARN_DAYS)) return [];
      const message = `${describeException(exception)} ends ${inDays(days)} (${contract.expires}); owner ${contract.owner}, ticket ${contract.ticket ?? "none"}.`;
      return [onRecord(exception, "expires", message)];
    }),
};
