import { field, fieldsOf, itemsOf } from "../mtls/discovery/fields";
import { objectsOf } from "../mtls/discovery/lookup";
import type { ExceptionContract } from "../mtls/exception";
import { selects } from "../mtls/labels";
import type { Labels, Mesh, OtherObject, Workload } from "../mtls/mesh";
import type { Rule } from "./rule";
import { CLIENT, documents, EXCEPTED_COLLECTOR, NETWORK_POLICY } from "./support/background";
import { collectorsOf } from "./support/collectors";
import { isFor } from "./support/coverage";
import { describeException, onRecord, recordsOf } from "./support/records";

/** The labels of a pod selector that has no expressions besides; `undefined` for any other. */
function labelsOf(selector: unknown): Labels | undefined {
  if (itemsOf(field(selector, "matchExpressions")).length > 0) return undefined;
  const entries = Object.entries(fieldsOf(field(selector, "matchLabels")));
  return Object.fromEntries(entries.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

const covers = (policy: OtherObject, collector: Workload): boolean => {
  const labels = labelsOf(field(policy.raw, "spec", "podSelector"));
  return (
    policy.ref.namespace === collector.ref.namespace &&
    labels !== undefined &&
    selects(labels, collector.podLabels) === true
  );
};

/** Ingress is what a policy without `policyTypes` is about. */
const isIngress = ({ raw }: OtherObject): boolean => {
  const types = itemsOf(field(raw, "spec", "policyTypes"));
  return types.length === 0 || types.includes("Ingress");
};

/** Source: kubernetes.io, "Network Policies": a pod is isolated for ingress as soon as one policy selects it. */
const isIsolated = (mesh: Mesh, contract: ExceptionContract): boolean => {
  const policies = objectsOf(mesh, "networking.k8s.io", "NetworkPolicy").filter(isIngress);
  return collectorsOf(mesh)
    .filter((collector) => isFor(contract, collector))
    .every((collector) => policies.some((policy) => covers(policy, collector)));
};

export const exceptionWithoutNetworkPolicy: Rule = {
  id: "MTLS205",
  name: "exception-without-network-policy",
  severity: "warning",
  layer: "stack",
  why: "Where mTLS does not say who may send, nothing does: any pod of the cluster reaches the ports that the exception opens.",
  fix: "Add a NetworkPolicy that lets only the declared clients reach the collector's OTLP ports; OtelMtlsException emits one.",
  good: [
    {
      title: "a policy that isolates the collector",
      given: documents(EXCEPTED_COLLECTOR, CLIENT),
      yaml: NETWORK_POLICY,
    },
  ],
  bad: [{ title: "an exception and nothing that pays for it", given: CLIENT, yaml: EXCEPTED_COLLECTOR }],
  check: ({ assessment: { mesh } }) =>
    recordsOf(mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract === undefined || contract.mode === "keep-strict" || isIsolated(mesh, contract)) return [];
      const message = `${describeException(exception)} (mode ${contract.mode}) has no NetworkPolicy beside it: any pod may send to ${contract.collector}.`;
      return [onRecord(exception, "mode", message)];
    }),
};
