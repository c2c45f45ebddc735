import { isUnknown } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import type { Setting } from "./environment";
import { own } from "./fields";
import { mountedFile } from "./mounted-file";
import { knownText, wholeText } from "./partial-text";

/** Settings of an agent's configuration file, or why they cannot be told. */
export type AgentConfiguration = { readonly properties: ReadonlyMap<string, Setting> } | { readonly problem: string };

/** A file that no volume brings is part of the image: it says nothing that anyone here could read. */
const inImage = (path: string): AgentConfiguration => ({ problem: `${path} is part of the image` });

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };

const unescape = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, code: string | undefined, character: string | undefined) =>
    code === undefined ? (own(ESCAPES, character ?? "") ?? character ?? "") : String.fromCharCode(parseInt(code, 16)),
  );

/**
 * Reads a Java properties file: `#` and `!` start comments, `=`, `:` or a blank ends the key, a backslash continues the line.
 * Source: java.util.Properties#load(Reader).
 */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  const lines = text.replace(/\r\n?/g, "\n").replace(/(?<!\\)((?:\\\\)*)\\\n[ \t\f]*/g, "$1");
  for (const line of lines.split("\n")) {
    const logical = line.trimStart();
    if (logical === "" || logical.startsWith("#") || logical.startsWith("!")) continue;
    const [, key = "", value = ""] = /^((?:\\[^]|[^\\\s=:])*)\s*[=:]?\s*([^]*)$/.exec(logical) ?? [];
    properties.set(unescape(key), unescape(value));
  }
  return properties;
}

/**
 * The properties file that `otel.javaagent.configuration-file` names, where a ConfigMap among the objects brings it.
 * Source: opentelemetry.io, "Java agent: configuration", Configuration file.
 */
export function agentConfiguration(
  mesh: Mesh,
  workload: Workload,
  container: Container,
  file: Setting,
): AgentConfiguration {
  const path = wholeText(file.value);
  if (isUnknown(path))
    return { problem: `the agent's configuration file is not known: ${file.value.missing.join("; ")}` };
  const mounted = mountedFile(mesh, workload, container, path);
  if (mounted === undefined) return inImage(path);
  if ("problem" in mounted) return mounted;
  const { object, path: place } = mounted;
  const settings = [...parseProperties(mounted.content)].map(([name, value]): [string, Setting] => [
    name,
    { value: knownText(value), object, path: `${place}#${name}` },
  ]);
  return { properties: new Map(settings) };
}
