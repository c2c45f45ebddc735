import { isExpired, isIsoDate, type IsoDate } from "../policies/mtls/clock";
import { isUnknown } from "../policies/mtls/known";
import type { Mesh } from "../policies/mtls/mesh";
import { describeRef } from "../policies/mtls/objects";
import type { RuleFinding } from "../policies/rules/run";
import { metasOf } from "../policies/mtls/metas";
import { findRule, noSuchRule } from "./rule-choice";

/**
 * Suppression in place: an annotation on the object that a finding is about.
 *
 *     meshtls.dev/ignore: "otlp-port-name; until=2027-02-01; reason=renamed with the next release"
 *
 * Rules by name or id, several separated by commas; more suppressions on further lines. Both a reason and an end date are needed: a
 * suppression that lacks one, names no rule or has run out does nothing, and is said out loud.
 */
export const IGNORE_ANNOTATION = "meshtls.dev/ignore";

export interface Suppression {
  readonly object: string;
  /** Ids of rules. */
  readonly rules: readonly string[];
  readonly until: IsoDate;
  readonly reason: string;
}

export interface Suppressions {
  /** By object. */
  readonly valid: ReadonlyMap<string, readonly Suppression[]>;
  /** What is wrong with the others. */
  readonly notes: readonly string[];
}

const FORM = `"RULE[,RULE]; until=YYYY-MM-DD; reason=…"`;

/** Reads one line of the annotation. */
export function parseSuppression(object: string, text: string): Suppression | { readonly problems: readonly string[] } {
  const [names = "", ...fields] = text.split(";").map((part) => part.trim());
  const problems: string[] = [];
  const given = new Map<string, string>();
  let open = "";
  for (const field of fields) {
    const [, key, value] = /^(until|reason)\s*=\s*(.*)$/s.exec(field) ?? [];
    if (key !== undefined && value !== undefined) {
      given.set(key, value);
      open = key;
      // A reason may have semicolons of its own.
    } else if (open === "reason") given.set("reason", `${given.get("reason") ?? ""}; ${field}`);
    else if (field !== "") problems.push(`"${field}" is neither until=… nor reason=…`);
  }
  const ids: string[] = [];
  for (const name of names.split(",").map((part) => part.trim())) {
    const rule = findRule(name);
    if (rule === undefined) problems.push(noSuchRule(name));
    else ids.push(rule.id);
  }
  const until = given.get("until");
  const reason = given.get("reason") ?? "";
  if (!isIsoDate(until)) problems.push(`until is ${until === undefined ? "missing" : `"${until}"`}; a date YYYY-MM-DD`);
  if (reason === "") problems.push("reason is missing");
  if (problems.length > 0 || !isIsoDate(until)) return { problems };
  return { object, rules: ids, until, reason };
}

/** Every object that carries the annotation. */
export function readSuppressions(mesh: Mesh, now: IsoDate): Suppressions {
  const valid = new Map<string, Suppression[]>();
  const notes: string[] = [];
  for (const meta of metasOf(mesh)) {
    const annotation = isUnknown(meta.annotations) ? undefined : meta.annotations[IGNORE_ANNOTATION];
    if (annotation === undefined) continue;
    const object = describeRef(meta.ref);
    if (isUnknown(annotation)) {
      notes.push(`${object}: ${IGNORE_ANNOTATION} is not known yet and suppresses nothing`);
      continue;
    }
    for (const line of annotation.split("\n").filter((text) => text.trim() !== "")) {
      const suppression = parseSuppression(object, line);
      if ("problems" in suppression)
        notes.push(
          `${object}: ${IGNORE_ANNOTATION} suppresses nothing: ${suppression.problems.join("; ")}; write ${FORM}`,
        );
      else if (isExpired(suppression.until, now))
        notes.push(`${object}: ${IGNORE_ANNOTATION} ran out on ${suppression.until} and suppresses nothing`);
      else valid.set(object, [...(valid.get(object) ?? []), suppression]);
    }
  }
  return { valid, notes };
}

export const suppressionOf = ({ valid }: Suppressions, finding: RuleFinding): Suppression | undefined =>
  valid.get(describeRef(finding.on))?.find(({ rules }) => rules.includes(finding.id));
