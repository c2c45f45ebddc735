import { isUnknown, UNKNOWN } from "../known";
import type { AuthorizationPolicy, Meta } from "../mesh";
import type { Field } from "./fields";
import { readSelector } from "./service";

/** security.istio.io AuthorizationPolicy; its rules stay as written, unknown ones too. */
export function readAuthorizationPolicy(root: Field, meta: Meta): AuthorizationPolicy {
  const spec = root.at("spec");
  const rules = spec.items("rules");
  return {
    ...meta,
    selector: readSelector(spec.at("selector"), "matchLabels"),
    action: spec.choice("action", ["ALLOW", "DENY", "AUDIT", "CUSTOM"]) ?? "ALLOW",
    rules: isUnknown(rules) ? [UNKNOWN] : (rules ?? []).map((rule) => rule.value),
  };
}
