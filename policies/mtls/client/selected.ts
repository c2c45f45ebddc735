import type { Settle } from "../explore";
import { isUnknown, UNKNOWN, type Known } from "../known";
import { selects } from "../labels";
import type { Labels, Meta, Workload } from "../mesh";
import type { ObjectRef } from "../objects";

/** A field of an object. */
export interface Place {
  readonly ref: ObjectRef;
  readonly path: string;
}

/** Where the labels of a workload's pods stand. */
export const podLabelsPlace = ({ ref, podPath }: Workload): Place => ({
  ref,
  path: podPath.replace(/spec$/, "metadata.labels"),
});

const hasUnknown = (selector: Known<Labels>): boolean =>
  isUnknown(selector) || Object.values(selector).some((value) => isUnknown(value));

/** Whether a selector selects labels; when that is not known it goes both ways, and the field to blame is named. */
export function isSelected(
  selector: Known<Labels>,
  selectorAt: Place,
  labels: Known<Labels>,
  labelsAt: Place,
  settle: Settle,
): boolean {
  const answer = selects(selector, labels);
  if (!isUnknown(answer)) return answer;
  const at = hasUnknown(selector) ? selectorAt : labelsAt;
  const asked = isUnknown(selector)
    ? ""
    : Object.entries(selector)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(",");
  return settle<boolean>(answer, [true, false], at.ref, asked === "" ? at.path : `${at.path} (${asked})`);
}

/** Ends the way where an object has fields that are not known and that the model cannot tell apart. */
export function settleOpen({ ref, open = [] }: Meta, settle: Settle): void {
  const [first, ...others] = open;
  if (first === undefined) return;
  settle<boolean>(UNKNOWN, [], ref, first, { also: others.map((path) => ({ object: ref, path })) });
}
