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

/** What CrossGuard prints under the rule's description, and the resource it prints it at. */
export function violationOf(finding: RuleFinding): { readonly message: string; readonly urn: string | undefined } {
  const parent = parentOf(finding.source);
  const lines = [
    `${finding.id} ${finding.message}`,
    ...(finding.path === "" ? [] : [`Field: ${finding.path} of ${describeRef(finding.on)}`]),
    ...(parent === undefined ? [] : [`In component ${parent}.`]),
    `Fix: ${finding.fix} (${docsUrl(finding)})`,
  ];
  return { message: lines.join("\n"), urn: urnOf(finding.source) };
}
