import type { AuthorizationPolicy, Meta } from "../mesh";
import type { Field } from "./fields";
import { readSelector } from "./service";

/** security.istio.io AuthorizationPolicy; its rules stay as written. */
export function readAuthorizationPolicy(root: Field, meta: Meta): AuthorizationPolicy {
  const spec = root.at("spec");
  return {
    ...meta,
    selector: readSelector(spec.at("selector"), "matchLabels"),
    action: spec.choice("action", ["ALLOW", "DENY", "AUDIT", "CUSTOM"]) ?? "ALLOW",
    rules: spec.knownItems("rules").map((rule) => rule.value),
  };
}
