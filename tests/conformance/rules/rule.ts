import type { Probe } from "./probe";

/** A pod that met the webhooks, with what became of it. */
export interface Creation {
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
  readonly installations: readonly Readonly<Record<string, unknown>>[];
  readonly webhook: string | undefined;
  readonly dataPlane: string;
  readonly tlsMode: string | undefined;
}

/** One rule of Istio's semantics that an answer may rest on. */
export interface Rule {
  readonly id: string;
  readonly says: string;
  /** Whether istiod's answer about a server shows it. */
  readonly shows?: (probe: Probe) => boolean;
  /** Whether what became of a pod shows it. */
  readonly showsOn?: (creation: Creation) => boolean;
}

export interface Area {
  readonly title: string;
  /** Where Istio's code has it. */
  readonly source: string;
  readonly rules: readonly Rule[];
}
