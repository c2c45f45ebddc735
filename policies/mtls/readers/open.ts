import { isUnknown } from "../known";
import { isMap, type Field } from "./fields";

/** No field that the engine decides by stands deeper; what does counts as not known. */
const MAX_DEPTH = 50;

/**
 * Paths of what is not known below a place, for fields that the model has no place to call unknown.
 * @param keys names of the fields that the engine decides by; what stands below any other name does not matter
 */
export function openFields(root: Field, keys: ReadonlySet<string>): readonly string[] {
  const open: string[] = [];
  const visit = (value: unknown, path: string, depth: number): void => {
    if (isUnknown(value) || depth > MAX_DEPTH) open.push(path);
    else if (Array.isArray(value)) value.forEach((item: unknown, at) => visit(item, `${path}[${at}]`, depth + 1));
    else if (isMap(value))
      for (const [key, item] of Object.entries(value))
        if (keys.has(key)) visit(item, path === "" ? key : `${path}.${key}`, depth + 1);
  };
  visit(root.value, root.path, 0);
  return open;
}
