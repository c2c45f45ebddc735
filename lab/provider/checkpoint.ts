import { randomBytes } from "node:crypto";
import { annotation, apiVersionOf, withDashes, withUnderscores, type Manifest } from "./manifest";
import { isFields, markSecrets, reveal, type Fields } from "./values";

/**
 * What the state keeps about an object; the three private keys are the official provider's, so that it can take over
 * a stack.
 */
export interface Checkpoint {
  /** What the program gave, after check. */
  readonly inputs: Manifest;
  /** The object as it is; its fields are the resource's outputs. */
  readonly live: Manifest;
  readonly initialApiVersion: string;
  readonly fieldManager: string;
}

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

/** The outputs to store. What is secret in `source` (the inputs as the engine sent them) stays secret. */
export function writeCheckpoint({ inputs, live, initialApiVersion, fieldManager }: Checkpoint, source: Fields): Fields {
  return {
    ...markSecrets(withUnderscores(live), source),
    [INPUTS]: markSecrets(withUnderscores(inputs), source),
    [INITIAL_API_VERSION]: initialApiVersion,
    [FIELD_MANAGER]: fieldManager,
  };
}

/** The outputs as stored; a state without the private keys (an import) has no inputs yet. */
export function readCheckpoint(outputs: Fields): Checkpoint {
  const {
    [INPUTS]: inputs,
    [INITIAL_API_VERSION]: initialApiVersion,
    [FIELD_MANAGER]: fieldManager,
    ...live
  } = withDashes(reveal(outputs));
  return {
    inputs: isFields(inputs) ? inputs : {},
    live,
    initialApiVersion: typeof initialApiVersion === "string" ? initialApiVersion : apiVersionOf(live),
    fieldManager: typeof fieldManager === "string" ? fieldManager : "",
  };
}

/** Who writes the object: the annotation's word, else the name it had, else a new one. */
export const fieldManagerOf = (inputs: Manifest, before: string): string =>
  annotation(inputs, "pulumi.com/patchFieldManager") || before || `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
