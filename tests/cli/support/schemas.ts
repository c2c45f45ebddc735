import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";

const DOCS = join(__dirname, "../../../docs");
const SUFFIX = ".schema.json";

/** What each published schema is called: `diagnose` for docs/diagnose.schema.json. */
export const SCHEMAS: readonly string[] = readdirSync(DOCS)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .sort();

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
for (const name of SCHEMAS) ajv.addSchema(JSON.parse(readFileSync(join(DOCS, `${name}${SUFFIX}`), "utf8")) as object);

/** @returns what a document has that its published schema does not allow, or lacks; empty when it is valid */
export function problemsOf(schema: string, document: unknown): readonly unknown[] {
  const validate = ajv.getSchema(`https://meshtls.dev/${schema}${SUFFIX}`);
  if (validate === undefined) throw new Error(`docs/${schema}${SUFFIX} has another $id`);
  return validate(document) === true ? [] : (validate.errors ?? ["?"]);
}
