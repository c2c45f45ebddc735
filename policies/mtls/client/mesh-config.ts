import type { Mesh } from "../mesh";
import type { ObjectRef } from "../objects";

/** The object that MeshConfig is read from, for what is unknown in it. */
export const meshConfigRef = ({ config }: Mesh): ObjectRef =>
  config.ref ?? { kind: "ConfigMap", namespace: config.rootNamespace, name: "istio" };
