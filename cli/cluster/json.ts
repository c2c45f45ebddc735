/** Reading what somebody else's API answered: anything at all gets a value. */

export type Bag = Readonly<Record<string, unknown>>;

export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The mapping itself, or an empty one. */
export const bag = (value: unknown): Bag => (isBag(value) ? value : {});

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const bags = (value: unknown): readonly Bag[] => list(value).map(bag);

/** A text that says something. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** @returns `undefined` for what is no JSON */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
