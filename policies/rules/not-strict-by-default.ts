import { isUnknown } from "../mtls/known";
import type { Mesh, PeerAuthentication } from "../mtls/mesh";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";

/** A policy for everything in its reach, and the mode it gives: unset is PERMISSIVE for the mesh and inherits in a namespace. */
function looseMode({ selector, mode, ref }: PeerAuthentication, { config }: Mesh): string | undefined {
  if (selector !== undefined || isUnknown(mode)) return undefined;
  if (mode === undefined) return ref.namespace === config.rootNamespace ? "PERMISSIVE (unset)" : undefined;
  return mode === "STRICT" ? undefined : mode;
}

function judge(policy: PeerAuthentication, mesh: Mesh): Finding[] {
  const mode = looseMode(policy, mesh);
  if (mode === undefined) return [];
  const { ref, source } = policy;
  const reach = ref.namespace === mesh.config.rootNamespace ? "the whole mesh" : `namespace ${ref.namespace}`;
  return [
    {
      on: ref,
      path: "spec.mtls.mode",
      message: `${describeRef(ref)} makes ${reach} ${mode}: every port that no narrower policy covers accepts plaintext from anyone.`,
      ...(source === undefined ? {} : { source }),
    },
  ];
}

const policy = (namespace: string, spec: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${namespace} }
spec: ${spec}
`;

export const notStrictByDefault: Rule = {
  id: "MTLS111",
  name: "not-strict-by-default",
  severity: "error",
  layer: "resource",
  why: "Where mesh or namespace is not STRICT, plaintext is the rule and mTLS the exception, and nobody notices what is sent in the clear.",
  fix: "Make the mesh and its namespaces STRICT, and open single ports of single workloads by an exception.",
  good: [
    { title: "a STRICT mesh", yaml: policy("istio-system", "{ mtls: { mode: STRICT } }") },
    { title: "a namespace that inherits", yaml: policy("monitoring", "{}") },
  ],
  bad: [
    { title: "a PERMISSIVE mesh", yaml: policy("istio-system", "{ mtls: { mode: PERMISSIVE } }") },
    { title: "a mesh policy that says nothing, which is PERMISSIVE", yaml: policy("istio-system", "{}") },
    { title: "a namespace without mTLS", yaml: policy("monitoring", "{ mtls: { mode: DISABLE } }") },
  ],
  check: ({ assessment: { mesh } }) => mesh.peerAuthentications.flatMap((each) => judge(each, mesh)),
};
