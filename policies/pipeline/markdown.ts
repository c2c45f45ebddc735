/** Text from elsewhere as GitHub-flavoured markdown: it must neither become markup, nor call people, nor link anything. */

const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Breaks what GitHub would turn into something: `@team`, `#12`, addresses. */
const ZERO_WIDTH_SPACE = "\u200b";

/** As running text, on one line. */
export const text = (given: string): string =>
  given
    .replace(CONTROLS, "\ufffd")
    .replace(/[\\`*_[\]|~]/g, (character) => `\\${character}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[@#]|:(?=\/\/)/g, (character) => character + ZERO_WIDTH_SPACE)
    .replace(/\s*\n\s*/g, "<br>");

/** As code; a backtick inside would end it. */
export const code = (given: string): string =>
  `\`${given.replace(CONTROLS, "\ufffd").replaceAll("`", "'").replace(/\s+/g, " ")}\``;

/** Our own sentences, in which backticks mean code. */
export const prose = (given: string): string => {
  const parts = given.split("`");
  return parts.length % 2 === 0
    ? text(given)
    : parts.map((part, at) => (at % 2 === 0 ? text(part) : code(part))).join("");
};
