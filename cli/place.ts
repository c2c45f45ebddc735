import type { Mesh } from "../policies/mtls/mesh";
import { locationsOf } from "./compose";
import type { Placed } from "./explanation";
import { sourcesOf } from "../policies/mtls/metas";

interface Placeable {
  readonly object?: string;
  readonly says: string;
}

/** A field that a sentence names: `spec.trafficPolicy.tls is ISTIO_MUTUAL`. */
const FIELD = /\b(?:spec|metadata)(?:\.[\w-]+|\[\d+\])+/;

/** Adds to what names an object where that object stands, at the field that it speaks of. */
export function placer(mesh: Mesh): <T extends Placeable>(items: readonly T[]) => Placed<T>[] {
  const sources = sourcesOf(mesh);
  return (items) => {
    const locations = locationsOf(
      items.map(({ object = "", says }) => ({ source: sources.get(object), path: FIELD.exec(says)?.[0] ?? "" })),
    );
    return items.map((item, index) => {
      const location = locations[index];
      return location === undefined ? item : { ...item, location };
    });
  };
}
