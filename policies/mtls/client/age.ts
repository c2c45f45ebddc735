import type { Meta } from "../mesh";

/** As istiod compares names: by code point. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Seconds, as the API server stores them; objects without a readable timestamp count as older than any with one. */
const seconds = (created: string | undefined): number => {
  const time = created === undefined ? Number.NaN : Date.parse(created);
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
};

/** Older first; equally old ones as they come. */
export const byCreation = (a: Pick<Meta, "created">, b: Pick<Meta, "created">): number =>
  seconds(a.created) - seconds(b.created);

/**
 * istiod's order of objects: oldest first, then name, then namespace.
 * Source: `configCompareByCreationTime` in pilot/pkg/model/config.go.
 */
export const byAge = (a: Meta, b: Meta): number =>
  byCreation(a, b) || compare(a.ref.name, b.ref.name) || compare(a.ref.namespace, b.ref.namespace);
