import type { Outcome } from "../../policies/mtls/vocabulary";

type Colour = (text: string) => string;

export type Paint = Readonly<Record<Outcome | "error" | "warning" | "strong" | "faint", Colour>>;

/** The codes of `paint`, to split a text by. */
export const COLOUR = new RegExp("(\u001b\\[\\d{1,2}m)");

const plain: Colour = (text) => text;
const code =
  (open: number, close: number): Colour =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`;

const red = code(31, 39);
const green = code(32, 39);
const yellow = code(33, 39);
const cyan = code(36, 39);

const COLOURS: Paint = {
  error: red,
  warning: yellow,
  refused: red,
  unknown: yellow,
  plaintext: yellow,
  tls: cyan,
  mtls: green,
  strong: code(1, 22),
  faint: code(2, 22),
};

const PLAIN = Object.fromEntries(Object.keys(COLOURS).map((name) => [name, plain])) as Paint;

export const paint = (colour: boolean): Paint => (colour ? COLOURS : PLAIN);
