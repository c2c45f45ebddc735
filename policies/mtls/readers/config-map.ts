import type { ConfigMap, Meta } from "../mesh";
import type { Field } from "./fields";

export function readConfigMap(root: Field, meta: Meta): ConfigMap {
  return { ...meta, data: root.texts("data") ?? {} };
}
