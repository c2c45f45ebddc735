import type { Environment } from "./environment";
import { hole, knownText, substitute, type PartialText } from "./partial-text";

/** `$$`, `${…}` without another brace inside, or the bare `$NAME` of older collectors. */
const REFERENCE = /\$\$|\$\{([^{}$]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;
const VARIABLE = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?$/;

/**
 * Replaces `${env:NAME}`, `${NAME}` and `${env:NAME:-default}` in a value of a collector's or an SDK's configuration; a variable
 * that is not set is empty. What other providers (`file:`, `http:`) would give is not known.
 * Source: opentelemetry.io, "Collector: configuration", Environment variables; opentelemetry-configuration, "Environment variable
 * substitution".
 */
export function expandConfigText(text: string, environment: Environment): PartialText {
  const source = knownText(text);
  if (!text.includes("$")) return source;
  return substitute(source, REFERENCE, ([whole, braced, bare]) => {
    if (whole === "$$") return knownText("$");
    const [, name, fallback = ""] = VARIABLE.exec(braced ?? bare ?? "") ?? [];
    if (name === undefined) return hole(`${whole} is read when the process starts`);
    const value = environment.variables.get(name)?.value;
    if (value !== undefined && value.text !== "") return value;
    return environment.unseen.length > 0 && value === undefined
      ? hole(`${name} may be set by ${environment.unseen.map(({ what }) => what).join(" or ")}`)
      : knownText(fallback);
  });
}
