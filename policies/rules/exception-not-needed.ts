import type { Rule } from "./rule";
import { CLIENT, documents, EXCEPTED_COLLECTOR, OPEN_COLLECTOR, record } from "./support/background";
import { answerFor } from "./support/coverage";
import { describeException, onRecord, recordsOf } from "./support/records";

export const exceptionNotNeeded: Rule = {
  id: "MTLS204",
  name: "exception-not-needed",
  severity: "warning",
  layer: "stack",
  why: "Every declared client would fare as well without the exception: the hole is there for nobody.",
  fix: "Remove the exception, or make it `keep-strict` so that the collector stays STRICT on purpose.",
  good: [{ title: "hosts outside the mesh need it", given: CLIENT, yaml: EXCEPTED_COLLECTOR }],
  bad: [
    {
      title: "its only client is in the mesh",
      given: documents(OPEN_COLLECTOR, CLIENT),
      yaml: record({ clients: "staging-webs/order-core" }),
    },
  ],
  check: ({ assessment }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract === undefined || answerFor(assessment, contract)?.state !== "not-needed") return [];
      const message = `${describeException(exception)} (mode ${contract.mode}) is not needed: each of its clients fares as well without it.`;
      return [onRecord(exception, "mode", message)];
    }),
};
