import type { Symptom } from "../vocabulary";
import { FAILED_CONNECTIONS } from "./connections";
import { NOWHERE } from "./nowhere";
import { FAILED_TLS } from "./tls";

/** A text that someone sees, and under which condition. */
export interface SeenText {
  readonly text: string;
  /** For example `Envoy ≥ 1.38.1`, or `no proxy`; absent: always. */
  readonly when?: string;
}

/** What a user would see of a refused flow, where, and what it means. */
export interface SymptomEntry {
  /** Three to six words. */
  readonly title: string;
  /** One sentence: what happened between client and server. */
  readonly meaning: string;
  /** What the client's application sees; the first one is the usual one. */
  readonly application: readonly SeenText[];
  /** The access log of the client's proxy: response flags, details, transport failure. Empty without a proxy. */
  readonly clientProxy: readonly SeenText[];
  /** What the server's side logs: its proxy, ztunnel or the application. */
  readonly server: readonly SeenText[];
}

/** Every symptom. Sources: Envoy and BoringSSL, and what real ones were seen to say (Envoy 1.36 to 1.40, OpenTelemetry Java agent 2.11). */
export const SYMPTOM_TABLE: Readonly<Record<Symptom, SymptomEntry>> = {
  ...FAILED_TLS,
  ...FAILED_CONNECTIONS,
  ...NOWHERE,
};

/** What the user of a refused flow sees first. */
export const symptomText = (symptom: Symptom): string => SYMPTOM_TABLE[symptom].application[0]?.text ?? "";
