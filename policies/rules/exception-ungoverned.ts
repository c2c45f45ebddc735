import { daysUntil, isExpired } from "../mtls/clock";
import { MAX_EXCEPTION_DAYS, type ExceptionContract, type ExceptionRecord } from "../mtls/exception";
import type { Rule } from "./rule";
import type { Settings } from "./settings";
import { CLIENT, COLLECTOR, KEEP_STRICT, MESH, OPEN_COLLECTOR, documents, record } from "./support/background";
import { describeException, onRecord, recordsOf } from "./support/records";

interface Flaw {
  readonly field: string;
  readonly says: string;
}

const samePerson = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** What nobody answers for. `keep-strict` opens nothing: it needs an owner and a reason, no approval and no end. */
function flawsOf(contract: ExceptionContract, rootNamespace: string, settings: Settings): Flaw[] {
  const flaws: Flaw[] = [];
  const flaw = (field: string, says: string) => flaws.push({ field, says });
  const { mode, namespace, owner, approver, ticket, reason, expires } = contract;
  if (namespace === rootNamespace)
    flaw("exception", `stands in the root namespace ${namespace}; the collector's is expected`);
  if (owner === "") flaw("owner", "has no owner");
  else if (settings.owners !== undefined && !settings.owners.some((allowed) => samePerson(allowed, owner)))
    flaw("owner", `is owned by "${owner}"; one of ${settings.owners.join(", ")} is allowed`);
  if (reason === "") flaw("reason", "gives no reason");
  if (approver !== undefined && samePerson(approver, owner))
    flaw("approver", `is approved by its own owner "${owner}"; somebody else must`);
  if (contract.clients.length === 0) flaw("clients", "names no client");
  if (mode === "keep-strict") return flaws;
  if (approver === undefined) flaw("approver", "is approved by nobody");
  if (ticket === undefined) flaw("ticket", "has no ticket");
  const most = settings.maxExceptionDays ?? MAX_EXCEPTION_DAYS;
  if (expires === undefined) flaw("expires", `has no end; at most ${most} days ahead is allowed`);
  else if (!isExpired(expires, settings.now) && daysUntil(expires, settings.now) > most)
    flaw("expires", `ends ${daysUntil(expires, settings.now)} days ahead (${expires}); at most ${most} are allowed`);
  return flaws;
}

/** What its reader could not read. */
const unreadable = ({ problems }: ExceptionRecord): Flaw[] =>
  problems.map((problem) => {
    const [, field = "exception", says = problem] = /^(\w+): (.*)$/s.exec(problem) ?? [];
    return { field, says: `cannot be read: ${field} ${says}` };
  });

export const exceptionUngoverned: Rule = {
  id: "MTLS104",
  name: "exception-ungoverned",
  severity: "error",
  layer: "resource",
  why: "An exception without owner, approver, ticket, reason or end stays open for ever, and nobody can be asked about it.",
  fix: "Give the exception an owner, an approver who is somebody else, a ticket, a reason and a date within the allowed days.",
  good: [
    { title: "owned, approved by somebody else, and ending", given: OPEN_COLLECTOR, yaml: record() },
    {
      title: "keep-strict opens nothing: an owner and a reason are enough",
      given: documents(MESH, COLLECTOR, CLIENT),
      yaml: record(KEEP_STRICT),
    },
  ],
  bad: [
    { title: "nobody approved it", given: OPEN_COLLECTOR, yaml: record({ approver: undefined }) },
    { title: "the owner approved it", given: OPEN_COLLECTOR, yaml: record({ approver: "team-observability" }) },
    { title: "no end", given: OPEN_COLLECTOR, yaml: record({ expires: undefined }) },
    { title: "an end too far away", given: OPEN_COLLECTOR, yaml: record({ expires: "2027-06-01" }) },
    { title: "a mode that does not exist", given: OPEN_COLLECTOR, yaml: record({ mode: "open" }) },
    {
      title: "no owner, no reason, no ticket",
      given: OPEN_COLLECTOR,
      yaml: record({ owner: "", reason: "", ticket: undefined }),
    },
    {
      title: "an owner the organisation does not know",
      given: OPEN_COLLECTOR,
      yaml: record(),
      settings: { owners: ["team-platform"] },
    },
  ],
  check: ({ assessment, settings }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      const flaws = [
        ...unreadable(exception),
        ...(contract === undefined ? [] : flawsOf(contract, assessment.mesh.config.rootNamespace, settings)),
      ];
      const [first] = flaws;
      if (first === undefined) return [];
      const message = `${describeException(exception)} ${flaws.map(({ says }) => says).join("; ")}.`;
      return [onRecord(exception, first.field, message)];
    }),
};
