import type { Outcome } from "../../../policies/mtls/vocabulary";
import { html, type Markup } from "./markup";

/** A sign of its own for each outcome: colour alone tells nothing to many readers, and nothing on paper. */
const SIGN: Readonly<Record<Outcome, string>> = { refused: "✕", unknown: "?", plaintext: "○", tls: "◐", mtls: "●" };

export const signOf = (outcome: Outcome): string => SIGN[outcome];

export const badge = (outcome: Outcome): Markup =>
  html`<span class="badge ${outcome}"><span aria-hidden="true">${SIGN[outcome]}</span> ${outcome}</span>`;
