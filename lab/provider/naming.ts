import { createHash, randomBytes } from "node:crypto";
import { annotation, at, withAt, type Manifest } from "./manifest";
import { isFields, isUnknown } from "./values";

const AUTONAMED = "pulumi.com/autonamed";

const SUFFIX_LENGTH = 8;

/**
 * `<resource name>-<8 characters of [0-9a-f]>`, the official provider's form. The same seed gives the same name,
 * which is how the engine makes an update follow the plan of its preview; no seed gives a random name.
 */
export function autoname(resourceName: string, seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(SUFFIX_LENGTH);
  return `${resourceName}-${bytes.toString("hex").slice(0, SUFFIX_LENGTH)}`;
}

const isGiven = (manifest: Manifest, field: string): boolean => (at(manifest, "metadata", field) ?? "") !== "";

/** True when the object has a name, known or not. */
export const isNamed = (manifest: Manifest): boolean => isGiven(manifest, "name");

/** True when the API server is asked to invent the name. */
export const isGenerated = (manifest: Manifest): boolean => !isNamed(manifest) && isGiven(manifest, "generateName");

export const isAutonamed = (manifest: Manifest): boolean => annotation(manifest, AUTONAMED) === "true";

/** Gives the object a name, and the mark that it is ours to choose again. Unknown annotations cannot take the mark. */
export function withAutoname(manifest: Manifest, name: string): Manifest {
  const metadata = manifest["metadata"];
  if (isUnknown(metadata)) return manifest;
  const named = withAt(manifest, ["metadata", "name"], name);
  const annotations = isFields(metadata) ? metadata["annotations"] : undefined;
  return isUnknown(annotations) ? named : withAt(named, ["metadata", "annotations", AUTONAMED], "true");
}
