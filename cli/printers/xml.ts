import { printable } from "./words";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML 1.0 has no way at all to write most control characters. */
export const escapeXml = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** A line break in an attribute would be read as a space. */
export const attribute = (text: string): string => escapeXml(text).replaceAll("\n", "&#10;");
