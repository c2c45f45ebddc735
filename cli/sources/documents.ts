import type { Problem } from "../../policies/mtls/mesh";
import type { Manifest } from "../../policies/mtls/objects";
import { withoutBallast } from "./ballast";
import { parseJsonStream } from "./json-stream";
import { objectsIn } from "./list";
import type { FileSource, InputFile } from "./origin";
import { templateMarkup, TEMPLATE_PROBLEM } from "./template";
import { decodable } from "./text";
import { parseYamlStream, type Parsed, type Unreadable } from "./yaml-stream";

/** What one input gave: objects, or everything that is wrong with it. */
export interface Documents {
  readonly manifests: Manifest[];
  readonly problems: Problem[];
  /** Texts of a walked folder that cannot be read, and name no `apiVersion`: not Kubernetes' and not ours. */
  readonly foreign: number;
}

/** Beyond this a single file is refused: one text of it would not fit into a JavaScript string with room to spare. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** JSON that is not valid may still be YAML in flow style; a large file is not worth asking. */
const MAX_FLOW_STYLE = 8 * 1024 * 1024;

/** How JSON begins; `{{` does not. */
const OPENS_JSON = /^\s*[{[](?!\{)/;

/** Reads the bytes of one file: YAML or JSON, any number of documents, lists taken apart. */
export function readDocuments(input: InputFile, bytes: Buffer): Documents {
  const problem = (message: string, line?: number): Problem => ({
    severity: "error",
    object: "",
    path: "",
    message,
    source: { file: input.name, ...(line === undefined ? {} : { line }) },
  });
  if (bytes.length > MAX_FILE_BYTES)
    return refused(problem(`has ${bytes.length >> 20} MB; at most ${MAX_FILE_BYTES >> 20} MB, split it`));
  const decoded = decodable(bytes);
  if ("problem" in decoded) return refused(problem(decoded.problem));

  const { parsed, problems } = parse(decoded.bytes);
  const manifests: Manifest[] = [];
  const found: Problem[] = [];
  let foreign = 0;
  for (const { text, line, message } of problems) {
    if (input.walked && !decoded.bytes.includes("apiVersion")) foreign++;
    else found.push(problem(/\{\{[^}]*\}\}/.test(text) ? TEMPLATE_PROBLEM : message, line));
  }
  const hasMarkup = decoded.bytes.includes("{{");
  for (const document of parsed)
    for (const { object, at } of objectsIn(document.value, document.at)) {
      if (object === null || object === undefined) continue;
      const markup = hasMarkup ? templateMarkup(object) : undefined;
      const source = sourceOf(input, document, at);
      if (markup === undefined) manifests.push({ object: withoutBallast(object), source });
      else found.push({ ...problem(TEMPLATE_PROBLEM), path: markup, source });
    }
  return { manifests, problems: found, foreign };
}

const refused = (problem: Problem): Documents => ({ manifests: [], problems: [problem], foreign: 0 });

function parse(bytes: Buffer): { readonly parsed: Parsed[]; readonly problems: Unreadable[] } {
  if (!OPENS_JSON.test(bytes.toString("latin1", 0, 1024))) return parseYamlStream(bytes);
  const json = parseJsonStream(bytes);
  if (json.problems.length === 0 || bytes.length > MAX_FLOW_STYLE) return json;
  const yaml = parseYamlStream(bytes);
  return yaml.problems.length === 0 ? yaml : json;
}

const sourceOf = (input: InputFile, { start, end, index, document }: Parsed, at: string): FileSource => ({
  file: input.name,
  document,
  origin: { input, start, end, index, at },
});
