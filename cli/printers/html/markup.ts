import { printable } from "../words";

/** A piece of HTML that is safe to print; only `html` and `raw` make one. */
export class Markup {
  constructor(readonly text: string) {}
}

type Piece = Markup | string | number | undefined | readonly Piece[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function textOf(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "string" || typeof piece === "number") return escape(String(piece));
  return piece.map(textOf).join("");
}

/** Markup with its values escaped; attributes stand in double quotes. How the code is indented does not reach the page. */
export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup =>
  new Markup(strings.map((string, at) => string.replace(/\s*\n\s*/g, "\n") + textOf(pieces[at])).join(""));

/** Text of our own that must not be escaped: style and script. */
export const raw = (text: string): Markup => new Markup(text);
