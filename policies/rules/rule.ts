import type { Assessment } from "../mtls/assess";
import type { IsoDate } from "../mtls/clock";
import type { ObjectRef, Source } from "../mtls/objects";
import type { Settings } from "./settings";

/** One thing that is wrong, on the object and field that must change. */
export interface Finding {
  readonly on: ObjectRef;
  /** Field of the object, for example `spec.portLevelMtls.4317.mode`; `""` for the object as a whole. */
  readonly path: string;
  /** What is wrong: names and values that are needed, never whole properties, never secrets. */
  readonly message: string;
  readonly source?: Source;
}

/** The day on which examples are judged when they name none. */
export const EXAMPLE_DAY: IsoDate = "2026-11-24";

/** Manifests of an example, as YAML documents. */
export interface Example {
  /** What the example shows, in a few words. */
  readonly title: string;
  readonly yaml: string;
  /** YAML documents that it stands on and that show nothing themselves. */
  readonly given?: string;
  /** The day it is judged on. @default EXAMPLE_DAY */
  readonly now?: IsoDate;
  /** Settings it needs; the defaults otherwise. */
  readonly settings?: Partial<Settings>;
}

/** What a rule may look at: the assessed mesh, what the organisation configured. It changes nothing it was given. */
export interface RuleInput {
  readonly assessment: Assessment;
  readonly settings: Settings;
}

export type Layer = "resource" | "component" | "stack";

/** A rule is data and one pure function; pack, command, documentation and tests are made from it. */
export interface Rule {
  /** Never reused; the anchor of its section in docs/rules.md is the id in lower case. */
  readonly id: `MTLS${number}`;
  /** kebab-case, equal to the file name. */
  readonly name: string;
  /** `error` is mandatory in CrossGuard, `warning` advisory. */
  readonly severity: "error" | "warning";
  /**
   * Where the pack runs it besides the whole stack. `resource`: one object decides, so it also runs on that object alone, before it
   * is created. `component`: on the collector component's own inputs too, as far as they tell. `stack`: nowhere else.
   */
  readonly layer: Layer;
  /** One sentence: what breaks, for whom. */
  readonly why: string;
  /** One sentence: what to change. */
  readonly fix: string;
  readonly good: readonly Example[];
  readonly bad: readonly Example[];
  check(input: RuleInput): readonly Finding[];
}

/** Every document of an example. */
export const exampleYaml = ({ given, yaml }: Example): string =>
  (given === undefined ? [yaml] : [given, yaml]).map((part) => part.trim()).join("\n---\n");
