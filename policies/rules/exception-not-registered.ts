import { daysUntil } from "../mtls/clock";
import type { ExceptionContract } from "../mtls/exception";
import type { Rule } from "./rule";
import type { RegisteredException, Settings } from "./settings";
import { CLIENT, COLLECTOR, KEEP_STRICT, MESH, OPEN_COLLECTOR, documents, record } from "./support/background";
import { describeException, onRecord, recordsOf } from "./support/records";

interface Difference {
  readonly field: string;
  readonly says: string;
}

const same = (a: string | undefined, b: string): boolean => a?.trim().toLowerCase() === b.trim().toLowerCase();

/** Where an exception goes beyond what was approved. */
function differences(contract: ExceptionContract, approved: RegisteredException, { now }: Settings): Difference[] {
  const found: Difference[] = [];
  const people = ["owner", "approver", "ticket"] as const;
  for (const field of people)
    if (!same(contract[field], approved[field]))
      found.push({ field, says: `${field} is "${contract[field] ?? ""}", approved was "${approved[field]}"` });
  if (approved.modes !== undefined && !approved.modes.includes(contract.mode))
    found.push({ field: "mode", says: `mode is ${contract.mode}, approved was ${approved.modes.join(" or ")}` });
  const { expires } = contract;
  if (expires === undefined || expires > approved.expires)
    found.push({ field: "expires", says: `it ends ${expires ?? "never"}, approved was ${approved.expires}` });
  else if (approved.maxDays !== undefined && daysUntil(expires, now) > approved.maxDays)
    found.push({
      field: "expires",
      says: `it ends ${daysUntil(expires, now)} days ahead, approved were ${approved.maxDays}`,
    });
  return found;
}

const APPROVED: RegisteredException = {
  namespace: "monitoring",
  name: "otel-collector",
  owner: "team-observability",
  approver: "team-security",
  ticket: "PLAT-1234",
  expires: "2027-02-01",
  modes: ["permissive"],
};
const register = { register: [APPROVED] };

export const exceptionNotRegistered: Rule = {
  id: "MTLS108",
  name: "exception-not-registered",
  severity: "error",
  layer: "resource",
  why: "Where the organisation keeps a register of exceptions, one that is not in it, or goes beyond it, was approved by nobody.",
  fix: "Have the exception approved and entered in `register` of the pack's configuration, or bring it back within its entry.",
  good: [
    { title: "as approved", given: OPEN_COLLECTOR, yaml: record(), settings: register },
    {
      title: "shorter than approved",
      given: OPEN_COLLECTOR,
      yaml: record({ expires: "2026-12-31" }),
      settings: register,
    },
    {
      title: "keep-strict opens nothing and needs no entry",
      given: documents(MESH, COLLECTOR, CLIENT),
      yaml: record(KEEP_STRICT),
      settings: { register: [] },
    },
    {
      title: "renewed, while its old entry still stands",
      given: OPEN_COLLECTOR,
      yaml: record({ ticket: "PLAT-2000" }),
      settings: { register: [APPROVED, { ...APPROVED, ticket: "PLAT-2000" }] },
    },
    { title: "no register", given: OPEN_COLLECTOR, yaml: record() },
  ],
  bad: [
    { title: "not in it", given: OPEN_COLLECTOR, yaml: record(), settings: { register: [] } },
    {
      title: "another mode",
      given: OPEN_COLLECTOR,
      yaml: record({ mode: "plaintext" }),
      settings: register,
    },
    {
      title: "longer than approved",
      given: OPEN_COLLECTOR,
      yaml: record({ expires: "2027-02-02" }),
      settings: register,
    },
    {
      title: "a new ticket that nobody entered",
      given: OPEN_COLLECTOR,
      yaml: record({ ticket: "PLAT-2000" }),
      settings: register,
    },
    {
      title: "further ahead than this one may reach",
      given: OPEN_COLLECTOR,
      yaml: record(),
      settings: { register: [{ ...APPROVED, maxDays: 30 }] },
    },
  ],
  check: ({ assessment, settings }) =>
    recordsOf(assessment.mesh).flatMap((exception) => {
      const { contract } = exception;
      if (settings.register === undefined || contract === undefined || contract.mode === "keep-strict") return [];
      // While it is being renewed, an exception has its old entry and its new one: either is an approval.
      const [beyond] = settings.register
        .filter(({ namespace, name }) => namespace === contract.namespace && name === contract.name)
        .map((approved) => differences(contract, approved, settings))
        .sort((a, b) => a.length - b.length);
      if (beyond === undefined)
        return [onRecord(exception, "exception", `${describeException(exception)} is not in the register.`)];
      const [first] = beyond;
      if (first === undefined) return [];
      const message = `${describeException(exception)} goes beyond its entry in the register: ${beyond.map(({ says }) => says).join("; ")}.`;
      return [onRecord(exception, first.field, message)];
    }),
};
