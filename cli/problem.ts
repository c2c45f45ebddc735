import type { Problem } from "../policies/mtls/mesh";
import { locationsOf } from "./compose";
import { describeLocation } from "./report";

/** Problems of the input, one line each, in the order of their places; what the message itself begins with is not said twice. */
export function describeProblem(problems: readonly Problem[]): string[] {
  const locations = locationsOf(problems);
  return problems.map(({ object, path, message }, index) =>
    [describeLocation(locations[index]), object, path]
      .filter((part) => part !== "" && !message.startsWith(part))
      .concat(message)
      .join(": "),
  );
}
