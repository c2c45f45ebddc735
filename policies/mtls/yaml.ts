import { load } from "js-yaml";
import { readAnyIndentation } from "./indentation";

/** What a string of YAML (or JSON) says, or why it cannot be read. The engine's only way into its YAML parser. */
export type YamlResult = { readonly value: unknown } | { readonly error: string };

/** Mesh config, injector values and collector configuration are YAML inside strings. Never throws. */
export function parseYaml(text: string): YamlResult {
  try {
    return { value: readAnyIndentation(text, load).value };
  } catch (error) {
    return { error: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
}
