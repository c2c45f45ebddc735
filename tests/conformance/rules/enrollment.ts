import type { Creation, Area } from "./rule";

const label = ({ labels }: Creation, key: string): string | undefined => labels[key];
const ofNamespace = ({ namespaceLabels }: Creation, key: string): string | undefined => namespaceLabels[key];
const INJECT = "sidecar.istio.io/inject";
const has = ({ dataPlane }: Creation, plane: string): boolean => dataPlane === plane;
const values = ({ installations }: Creation): string => JSON.stringify(installations);

export const enrollment: Area = {
  title: "What becomes of a pod when it is created",
  source:
    "manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml, pkg/kube/inject/inject.go (injectRequired), cni/pkg/util/podutil.go",
  rules: [
    {
      id: "new-namespace-label",
      says: "istio-injection: enabled on the namespace injects",
      showsOn: (c) =>
        ofNamespace(c, "istio-injection") === "enabled" && has(c, "sidecar") && label(c, INJECT) === undefined,
    },
    {
      id: "new-namespace-disabled",
      says: "istio-injection: disabled keeps out even pods that ask",
      showsOn: (c) => ofNamespace(c, "istio-injection") === "disabled" && label(c, INJECT) === "true" && has(c, "none"),
    },
    {
      id: "new-namespace-odd",
      says: "any other value of istio-injection injects nobody who does not ask",
      showsOn: (c) => ofNamespace(c, "istio-injection") === "true" && has(c, "none"),
    },
    {
      id: "new-pod-label",
      says: "sidecar.istio.io/inject: true on the pod injects in an unlabelled namespace",
      showsOn: (c) =>
        ofNamespace(c, "istio-injection") === undefined &&
        ofNamespace(c, "istio.io/rev") === undefined &&
        label(c, INJECT) === "true" &&
        has(c, "sidecar"),
    },
    {
      id: "new-pod-false",
      says: "false keeps a pod out",
      showsOn: (c) => ofNamespace(c, "istio-injection") === "enabled" && label(c, INJECT) === "false" && has(c, "none"),
    },
    {
      id: "new-pod-annotation",
      says: "the annotation of that name counts where there is no label",
      showsOn: (c) =>
        c.annotations[INJECT] === "false" &&
        label(c, INJECT) === undefined &&
        c.webhook !== undefined &&
        has(c, "none"),
    },
    {
      id: "new-label-over-annotation",
      says: "the label counts before the annotation",
      showsOn: (c) =>
        c.annotations[INJECT] !== undefined &&
        label(c, INJECT) !== undefined &&
        c.annotations[INJECT] !== label(c, INJECT),
    },
    {
      id: "new-revision",
      says: "istio.io/rev on the namespace leads to that control plane",
      showsOn: (c) =>
        ofNamespace(c, "istio.io/rev") !== undefined &&
        ofNamespace(c, "istio-injection") === undefined &&
        has(c, "sidecar"),
    },
    {
      id: "new-revision-gone",
      says: "or to none",
      showsOn: (c) =>
        ofNamespace(c, "istio.io/rev") === "gone" && ofNamespace(c, "istio-injection") === undefined && has(c, "none"),
    },
    {
      id: "new-tag",
      says: "a tag leads to its revision",
      showsOn: (c) =>
        [ofNamespace(c, "istio.io/rev"), label(c, "istio.io/rev")].includes("prod") &&
        values(c).includes('"prod"') &&
        has(c, "sidecar"),
    },
    {
      id: "new-pod-revision",
      says: "istio.io/rev on the pod",
      showsOn: (c) =>
        label(c, "istio.io/rev") !== undefined &&
        ofNamespace(c, "istio.io/rev") === undefined &&
        ofNamespace(c, "istio-injection") === undefined &&
        has(c, "sidecar"),
    },
    {
      id: "new-injection-over-revision",
      says: "istio-injection counts before istio.io/rev",
      showsOn: (c) => ofNamespace(c, "istio-injection") !== undefined && ofNamespace(c, "istio.io/rev") !== undefined,
    },
    {
      id: "new-host-network",
      says: "no pod on the node's network",
      showsOn: (c) => c.hostNetwork && c.webhook !== undefined && has(c, "none"),
    },
    {
      id: "new-by-default",
      says: "enableNamespacesByDefault injects in unlabelled namespaces",
      showsOn: (c) =>
        values(c).includes("enableNamespacesByDefault") &&
        Object.keys(c.namespaceLabels).length === 0 &&
        label(c, INJECT) === undefined &&
        has(c, "sidecar"),
    },
    {
      id: "new-policy-disabled",
      says: "autoInject disabled injects only pods that ask",
      showsOn: (c) =>
        values(c).includes('"autoInject":"disabled"') &&
        c.webhook !== undefined &&
        label(c, INJECT) === undefined &&
        has(c, "none"),
    },
    {
      id: "new-never",
      says: "neverInjectSelector",
      showsOn: (c) =>
        values(c).includes("neverInjectSelector") &&
        label(c, "app") === "otel" &&
        c.webhook !== undefined &&
        has(c, "none"),
    },
    {
      id: "new-always",
      says: "alwaysInjectSelector",
      showsOn: (c) =>
        values(c).includes("alwaysInjectSelector") &&
        label(c, "app") === "web" &&
        label(c, INJECT) === undefined &&
        has(c, "sidecar"),
    },
    {
      id: "new-own-tls-mode",
      says: "a tlsMode label that the template has stays",
      showsOn: (c) => label(c, "security.istio.io/tlsMode") !== undefined && has(c, "sidecar") && c.tlsMode !== "istio",
    },
    {
      id: "new-ambient",
      says: "istio.io/dataplane-mode: ambient on the namespace enrolls",
      showsOn: (c) => ofNamespace(c, "istio.io/dataplane-mode") === "ambient" && has(c, "ambient"),
    },
    {
      id: "new-ambient-pod",
      says: "on the pod",
      showsOn: (c) =>
        label(c, "istio.io/dataplane-mode") === "ambient" &&
        ofNamespace(c, "istio.io/dataplane-mode") === undefined &&
        has(c, "ambient"),
    },
    {
      id: "new-ambient-none",
      says: "none on the pod keeps it out",
      showsOn: (c) =>
        label(c, "istio.io/dataplane-mode") === "none" &&
        ofNamespace(c, "istio.io/dataplane-mode") === "ambient" &&
        !has(c, "ambient"),
    },
    {
      id: "new-sidecar-over-ambient",
      says: "a pod with a sidecar is not in ambient",
      showsOn: (c) => ofNamespace(c, "istio.io/dataplane-mode") === "ambient" && has(c, "sidecar"),
    },
  ],
};
