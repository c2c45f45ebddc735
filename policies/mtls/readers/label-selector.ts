import { isUnknown, UNKNOWN, type Known } from "../known";
import type { LabelSelector } from "../mesh";
import { settled, type Field } from "./fields";

/** A Kubernetes label selector, with `matchLabels` and `matchExpressions`. */
export const readLabelSelector = (field: Field): Known<LabelSelector> => {
  const matchLabels = field.texts("matchLabels") ?? {};
  const matchExpressions =
    field.listOf("matchExpressions", (item): Known<LabelSelector["matchExpressions"][number]> => {
      const values = item.textList("values") ?? [];
      if (isUnknown(values)) return UNKNOWN;
      return { key: settled(item.text("key")) ?? "", operator: settled(item.text("operator")) ?? "", values };
    }) ?? [];
  return isUnknown(matchLabels) || isUnknown(matchExpressions) ? UNKNOWN : { matchLabels, matchExpressions };
};
