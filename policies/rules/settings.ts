import type { IsoDate } from "../mtls/clock";
import type { MeshFacts } from "../mtls/mesh";

/** What an organisation may configure; every default needs no configuration. */
export interface Settings {
  /** The day on which dates are judged; the pack and the command set it from their one clock. */
  readonly now: IsoDate;
  /** OTLP ports of collectors. @default [4317, 4318] */
  readonly otlpPorts: readonly number[];
  /** Mesh facts that a single stack does not contain. */
  readonly facts: MeshFacts;
}
