import type { FlowAnswer } from "../../policies/mtls/flow";
import type { Service, Workload } from "../../policies/mtls/mesh";
import type { MeshIndex } from "../../policies/mtls/mesh-index";
import type { ObjectRef } from "../../policies/mtls/objects";

export type Bag = Readonly<Record<string, unknown>>;

export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A field of what came in, whatever it is. */
export const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isBag(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);

export const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const list = field(value, ...path);
  return Array.isArray(list) ? list : [];
};

/** A patch as `kubectl patch` merges it: maps merge, `null` removes, containers and variables merge by name, other lists are replaced. */
export type Patch = Bag;

export type Edit =
  | { readonly action: "patch"; readonly object: ObjectRef; readonly patch: Patch }
  | { readonly action: "create"; readonly object: ObjectRef; readonly manifest: Patch }
  | { readonly action: "delete"; readonly object: ObjectRef };

/** One way to alter a verdict. A proposal only, until the engine has answered again. */
export interface Change {
  /** Name of the remedy it comes from. */
  readonly remedy: string;
  /** What is done, as an instruction. */
  readonly title: string;
  /** What to know before doing it. */
  readonly note?: string;
  readonly edits: readonly Edit[];
  /** The client's application no longer speaks TLS itself: the flow is another one then. */
  readonly endsClientTls?: true;
}

/** One flow that should end otherwise, and who takes part in it. */
export interface Situation {
  readonly index: MeshIndex;
  readonly flow: FlowAnswer;
  /** `undefined` for a client outside the mesh. */
  readonly client: Workload | undefined;
  /** Each workload behind the port, with its target port. */
  readonly servers: readonly { readonly workload: Workload; readonly port: number }[];
  /** The Service that is asked, when it is one. */
  readonly service: Service | undefined;
  /** Whether an object took part in the verdict. */
  decided(object: ObjectRef): boolean;
  /** An object as it came in; `undefined` when it is not among them under this name. */
  written(object: ObjectRef): Bag | undefined;
}

/** A way to make verdicts right. It proposes freely: everything is checked by the engine before it is offered. */
export interface Remedy {
  /** kebab-case, equal to the file name. */
  readonly name: string;
  propose(situation: Situation): readonly Omit<Change, "remedy">[];
}
