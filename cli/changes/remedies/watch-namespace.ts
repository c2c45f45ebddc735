import { isDiscovered } from "../../../policies/mtls/discovered";
import { isUnknown } from "../../../policies/mtls/known";
import type { Change, Remedy, Situation } from "../change";
import { patch } from "../patches";

/** A namespace that istiod does not watch, since MeshConfig's `discoverySelectors` leave it out, gets the labels that one of them asks for. */
export const watchNamespace: Remedy = {
  name: "watch-namespace",
  propose: ({ index: { mesh }, flow, servers }: Situation) => {
    const involved = [flow.from.namespace, ...servers.map(({ workload }) => workload.ref.namespace)];
    const unwatched = [...new Set(involved)].filter((namespace) => isDiscovered(mesh, namespace) === false);
    const { discoverySelectors } = mesh.config;
    if (unwatched.length === 0 || isUnknown(discoverySelectors)) return [];
    return discoverySelectors.flatMap(({ matchLabels }): Omit<Change, "remedy">[] =>
      Object.keys(matchLabels).length === 0
        ? []
        : [
            {
              title: `let istiod watch namespace ${unwatched.join(" and ")}`,
              edits: unwatched.map((name) =>
                patch({ kind: "Namespace", namespace: "", name }, "metadata.labels", matchLabels),
              ),
            },
          ],
    );
  },
};
