import {
  isBag,
  isResource,
  providersOf,
  read,
  readJson,
  refuse,
  stackResource,
  type Bag,
  type PulumiDocument,
} from "./pulumi";

export const readPreviewFile = (file: string, bytes: Buffer): PulumiDocument => readJson(file, bytes, readPreview);

const HOW = "pulumi preview --json --show-sames";

/** Steps after which the resource is gone. `replace` and the like come with the state after them. */
const GONE: ReadonlySet<unknown> = new Set([
  "delete",
  "delete-replaced",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
]);

/**
 * Objects as they will be after the update that a `pulumi preview --json --show-sames` shows, with what is decided only during the
 * update unknown. A preview that failed, or that leaves unchanged resources out, is refused: half a stack gives wrong verdicts.
 */
export function readPreview(file: string, document: unknown): PulumiDocument {
  if (!isBag(document) || !Array.isArray(document["steps"]))
    return refuse(file, `is no preview with steps; give the output of: ${HOW}`);
  const steps = document["steps"].filter(isBag);
  const failures = errorsIn(document);
  if (failures > 0)
    return refuse(file, `is a preview that failed (${failures} errors in diagnostics); make it pass first`);
  const missing = unchangedMissing(document, steps);
  if (missing > 0)
    return refuse(file, `leaves out ${missing} unchanged resources; make it again with --show-sames: ${HOW}`);

  const kept = steps.filter(({ op }) => !GONE.has(op));
  const stateless = kept.filter(({ newState }) => !isResource(newState));
  if (stateless.length > 0)
    return refuse(
      file,
      ...stateless.map(
        ({ urn, op }) => `${String(urn ?? "a step without urn")}: its step (${String(op)}) has no new state`,
      ),
    );
  const states = new Map<string, { state: Bag; op: unknown }>();
  for (const { op, newState } of kept)
    if (isResource(newState)) states.set(String(newState["urn"]), { state: newState, op });
  const orphans = [...states.values()].filter(({ state }) => isParentMissing(state, states));
  if (orphans.length > 0)
    return refuse(
      file,
      ...orphans.map(({ state }) => `${String(state["urn"])}: its parent is not in the preview; make it with ${HOW}`),
    );
  const providers = providersOf([...states.values()].map(({ state }) => state));
  return read([...states.values()].map(({ state, op }) => stackResource(state, propertiesOf(state, op), providers)));
}

const errorsIn = ({ diagnostics }: Bag): number =>
  Array.isArray(diagnostics) ? diagnostics.filter((entry) => isBag(entry) && entry["severity"] === "error").length : 0;

function unchangedMissing({ changeSummary }: Bag, steps: readonly Bag[]): number {
  const same = isBag(changeSummary) ? changeSummary["same"] : undefined;
  return typeof same === "number" ? same - steps.filter(({ op }) => op === "same").length : 0;
}

const isParentMissing = ({ parent }: Bag, states: ReadonlyMap<string, unknown>): boolean =>
  typeof parent === "string" && parent !== "" && !states.has(parent);

/** A resource that changes has, as outputs, what it had before: only its inputs tell what it will be. */
const propertiesOf = ({ inputs, outputs }: Bag, op: unknown): unknown =>
  op === "same" && isBag(outputs) && "kind" in outputs ? outputs : (inputs ?? outputs);
