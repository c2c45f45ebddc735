import { isUnknown, UNKNOWN, type Known } from "../known";
import type { LabelSelector } from "../mesh";
import { settled, type Field } from "./fields";

/** A Kubernetes label selector, with `matchLabels` and `matchExpressions`. */
export const readLabelSelector = (field: Field): Known<LabelSelector> => {
  const matchLabels = field.at("matchLabels").texts() ?? {};
  const matchExpressions = field.at("matchExpressions").listOf((item) => {
    const values = item.at("values").textList() ?? [];
    if (isUnknown(values)) return UNKNOWN;
    return { key: settled(item.at("key").text()) ?? "", operator: settled(item.at("operator").text()) ?? "", values };
  });
  return isUnknown(matchLabels) || isUnknown(matchExpressions)
    ? UNKNOWN
    : { matchLabels, matchExpressions: matchExpressions ?? [] };
};
