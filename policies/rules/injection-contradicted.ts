import { isUnknown, type Known } from "../mtls/known";
import type { Labels, Workload } from "../mtls/mesh";
import { describeRef } from "../mtls/objects";
import type { Finding, Rule } from "./rule";
import { NAMESPACES, client, collectorDeployment } from "./support/background";

const INJECT = "sidecar.istio.io/inject";
const TLS_MODE = "security.istio.io/tlsMode";

const at = (labels: Known<Labels>, key: string): string | undefined => {
  const value = isUnknown(labels) ? undefined : labels[key];
  return value === undefined || isUnknown(value) ? undefined : value;
};

interface Contradiction {
  /** Below the object; `pods` stands for the pods' metadata. */
  readonly path: string;
  readonly says: string;
}

/** Source: injectRequired in Istio's pkg/kube/inject/inject.go: host network first, then the label, then the annotation. */
function contradictions(workload: Workload): Contradiction[] {
  const { labels, annotations, podLabels, podAnnotations, hostNetwork, podPath, live } = workload;
  if (live) return [];
  const pods = podPath.replace(/spec$/, "metadata");
  const label = at(podLabels, INJECT);
  const annotation = at(podAnnotations, INJECT);
  const own = at(labels, INJECT) ?? at(annotations, INJECT);
  const found: Contradiction[] = [];
  if (label !== undefined && annotation !== undefined && label !== annotation)
    found.push({
      path: `${pods}.annotations.${INJECT}`,
      says: `is "${annotation}", the label says "${label}"; Istio heeds the label and ignores the annotation`,
    });
  if (hostNetwork === true && (label ?? annotation) === "true")
    found.push({
      path: `${podPath}.hostNetwork`,
      says: "is true; pods on the host's network never get a sidecar, whatever the label asks for",
    });
  if (workload.ref.kind !== "Pod" && own !== undefined && label === undefined && annotation === undefined)
    found.push({
      path: at(labels, INJECT) === undefined ? `metadata.annotations.${INJECT}` : `metadata.labels.${INJECT}`,
      says: `stands on the ${workload.ref.kind}, where nobody reads it; it belongs to the pods (${pods}.labels)`,
    });
  if (at(podLabels, TLS_MODE) !== undefined)
    found.push({
      path: `${pods}.labels.${TLS_MODE}`,
      says: `is set by hand to "${at(podLabels, TLS_MODE) ?? ""}"; it is the injector's own word to clients, who send mTLS by it even where no proxy answers`,
    });
  return found;
}

const onWorkload = ({ ref, source }: Workload, { path, says }: Contradiction): Finding => ({
  on: ref,
  path,
  message: `${describeRef(ref)}: ${path} ${says}.`,
  ...(source === undefined ? {} : { source }),
});

export const injectionContradicted: Rule = {
  id: "MTLS112",
  name: "injection-contradicted",
  severity: "error",
  layer: "resource",
  why: "Two settings disagree about the sidecar and Istio heeds only one: the pods are in the mesh, or out of it, against somebody's intention.",
  fix: "Say it once, by the label sidecar.istio.io/inject of the pods, and leave security.istio.io/tlsMode to the injector.",
  good: [
    {
      title: "one label",
      given: NAMESPACES,
      yaml: collectorDeployment({ labels: 'sidecar.istio.io/inject: "false"' }),
    },
    {
      title: "the label, and an annotation that agrees",
      given: NAMESPACES,
      yaml: client({
        labels: 'sidecar.istio.io/inject: "true"',
        annotations: 'sidecar.istio.io/inject: "true"',
      }),
    },
  ],
  bad: [
    {
      title: "label and annotation disagree",
      given: NAMESPACES,
      yaml: client({
        labels: 'sidecar.istio.io/inject: "true"',
        annotations: 'sidecar.istio.io/inject: "false"',
      }),
    },
    {
      title: "the annotation on the Deployment instead of its pods",
      given: NAMESPACES,
      yaml: collectorDeployment().replace(
        "namespace: monitoring }",
        'namespace: monitoring, annotations: { sidecar.istio.io/inject: "false" } }',
      ),
    },
    {
      title: "the injector's label, copied into the template",
      given: NAMESPACES,
      yaml: collectorDeployment({ labels: 'sidecar.istio.io/inject: "false", security.istio.io/tlsMode: istio' }),
    },
    {
      title: "a sidecar wanted on the host's network",
      given: NAMESPACES,
      yaml: client({ labels: 'sidecar.istio.io/inject: "true"', hostNetwork: true }),
    },
  ],
  check: ({ assessment: { mesh } }) =>
    mesh.workloads.flatMap((workload) =>
      contradictions(workload).map((contradiction) => onWorkload(workload, contradiction)),
    ),
};
