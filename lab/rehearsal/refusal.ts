import { type PolicyMessage, type Recorded } from "./operation";
import { type PolicyResult } from "./results";
import { wrap } from "./wrap";

/** `urn:pulumi:staging::shop::a:b:C$d:e:F::name` → `d:e:F name`. */
const resourceOf = (urn: string): string => {
  const [, , types = "", ...name] = urn.split("::");
  return `${types.split("$").at(-1)} ${name.join("::")}`;
};

const about = ({ policyName, resourceUrn }: PolicyMessage): string =>
  resourceUrn === undefined ? policyName : `${policyName}  on ${resourceOf(resourceUrn)}`;

const WIDTH = 116;
const INDENT = "   ";

/** One numbered paragraph per message. */
export const listed = (messages: readonly PolicyMessage[]): readonly string[] =>
  messages.map((message, index) => {
    const lines = message.message.trim().split("\n");
    return [
      `${index + 1}. ${about(message)}`,
      ...lines.flatMap((line) => wrap(line, WIDTH - INDENT.length).map((part) => `${INDENT}${part}`.trimEnd())),
    ].join("\n");
  });

/** Why a preview was blocked by the pack. */
export const explainBlocked = ({ mandatory }: PolicyResult): string =>
  [
    `BLOCKED by the policy pack, before anything was changed: ${count(mandatory.length, "violation")}.`,
    ...listed(mandatory),
  ].join("\n\n");

/** What the pack warns about. */
export const explainWarnings = ({ advisory }: PolicyResult): string => listed(advisory).join("\n\n");

/** Why an operation failed otherwise: the program's own error, or what the engine reports. */
export function explainFailed(what: string, { errors, output }: Recorded, programError: unknown): string {
  const own = programError instanceof Error ? [programError.message] : [];
  const reported = [...new Set(errors.map((error) => error.trim()))].filter((error) => !/^\w+ failed$/.test(error));
  const reasons =
    own.length > 0 ? own : reported.length > 0 ? reported : [output.trim().split("\n").slice(-5).join("\n")];
  return [`FAILED: ${what}`, ...reasons].join("\n\n");
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
