import { describeRef, type Source } from "../mtls/objects";
import type { Rule } from "../rules/rule";
import type { RuleFinding } from "../rules/run";

export const docsUrl = ({ id }: Pick<Rule, "id">): string => `docs/rules.md#${id.toLowerCase()}`;

const urnOf = (source: Source | undefined): string | undefined =>
  source !== undefined && "urn" in source ? source.urn : undefined;

/** `otel-collector (meshtls:index:OtelCollector)` */
function parentOf(source: Source | undefined): string | undefined {
  if (source === undefined || !("urn" in source) || source.parent === undefined) return undefined;
  const [, , types = "", ...name] = source.parent.split("::");
  return `${name.join("::")} (${types.split("$").at(-1) ?? ""})`;
}

/** Longer than any message that somebody would read; names and hosts of any length are part of it. */
const LONGEST = 4000;

const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} … (cut)`);

/**
 * What CrossGuard prints under the rule's description, and the resource it prints it at.
 * @param hide clears a text of secrets
 */
export function violationOf(
  finding: RuleFinding,
  hide: (text: string) => string,
): { readonly message: string; readonly urn: string | undefined } {
  const parent = parentOf(finding.source);
  const lines = [
    cut(hide(`${finding.id} ${finding.message}`)),
    ...(finding.path === "" ? [] : [cut(hide(`Field: ${finding.path} of ${describeRef(finding.on)}`))]),
    ...(parent === undefined ? [] : [`In component ${parent}.`]),
    `Fix: ${finding.fix} (${docsUrl(finding)})`,
  ];
  return { message: lines.join("\n"), urn: urnOf(finding.source) };
}

/** How it is said that something could not be judged. */
export const NOT_JUDGED = "which is no pass";
export const IS_NOT_JUDGED = new RegExp(`could not be (?:judged|checked), ${NOT_JUDGED}:`);

/** The parts of a violation as the engine hands it on. */
export interface ViolationText {
  readonly message: string;
  /** Id of the rule. */
  readonly id?: string;
  /** The policy's description. */
  readonly why?: string;
  readonly field?: string;
  readonly component?: string;
  readonly fix?: string;
  /** `docs/rules.md#mtls101` */
  readonly docs?: string;
}

/** Reads what `violationOf` wrote, with the description that the SDK puts before it. */
export function readViolation(text: string): ViolationText {
  const [why = "", ...lines] = text.trimEnd().split("\n");
  const parts: { -readonly [Part in keyof ViolationText]?: string } = { why };
  const take = (form: RegExp, ...names: readonly (keyof ViolationText)[]): void => {
    const [whole, ...found] = form.exec(lines.at(-1) ?? "") ?? [];
    if (whole === undefined) return;
    names.forEach((name, at) => (parts[name] = found[at] ?? ""));
    lines.pop();
  };
  take(/^Fix: (.*) \((docs\/rules\.md#\w+)\)$/, "fix", "docs");
  take(/^In component (.*)\.$/, "component");
  take(/^Field: (.*)$/, "field");
  const [, id, message] = /^(MTLS\d+) ([^]*)$/.exec(lines.join("\n")) ?? [];
  return { ...parts, ...(id === undefined ? {} : { id }), message: message ?? lines.join("\n") };
}
