import * as pulumi from "@pulumi/pulumi";

import { UNKNOWN } from "../../policies/mtls/known";
import { type Manifest } from "../../policies/mtls/objects";

/** The Kubernetes objects of a program, caught as they are registered. */
export interface Recording {
  /** To be given to every component (`transformations`); children inherit it. It changes nothing. */
  readonly transformation: pulumi.ResourceTransformation;
  /** What was registered so far. What is not known yet, or secret, is `UNKNOWN`. */
  manifests(): Promise<Manifest[]>;
}

/** Starts a recording; one per run of the program, since a process may run it more than once. */
export function recordManifests(): Recording {
  const recorded: { name: string; inputs: pulumi.Inputs }[] = [];
  return {
    transformation: ({ type, name, props }) => {
      if (type.startsWith("kubernetes:")) recorded.push({ name, inputs: props as pulumi.Inputs });
      return undefined;
    },
    manifests: () =>
      Promise.all(
        recorded.map(async ({ name, inputs }) => ({
          object: toPlain(await pulumi.runtime.serializeProperties(name, inputs)),
        })),
      ),
  };
}

/** From the wire format of the Pulumi SDK. */
function toPlain(value: unknown): unknown {
  if (value === pulumi.runtime.unknownValue) return UNKNOWN;
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.runtime.specialSigKey in value) return UNKNOWN;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toPlain(field)]));
}
