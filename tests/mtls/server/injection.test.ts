import { UNKNOWN } from "../../../policies/mtls/known";
import type { MeshFacts } from "../../../policies/mtls/mesh";
import { dataPlane } from "../../../policies/mtls/server/injection";
import { deployment, fields, indexOf, istio, namespace, pod, workloadOf } from "./mesh";

const planeOf = (yaml: string, facts: MeshFacts = {}) => {
  const index = indexOf(yaml, facts);
  return dataPlane(index, workloadOf(index));
};

const ENABLED = "{istio-injection: enabled}";

describe("a template is what the injector will make of it", () => {
  test.each<[string, string | undefined, string, string | undefined, string]>([
    // namespace labels, pod labels, pod annotations -> data plane
    ["labelled namespace", ENABLED, "{}", undefined, "sidecar"],
    ["label false on the pod", ENABLED, '{sidecar.istio.io/inject: "false"}', undefined, "none"],
    ["annotation false on the pod", ENABLED, "{}", '{sidecar.istio.io/inject: "false"}', "none"],
    [
      "label true beats annotation false",
      ENABLED,
      '{sidecar.istio.io/inject: "true"}',
      '{sidecar.istio.io/inject: "false"}',
      "sidecar",
    ],
    [
      "label false beats annotation true",
      ENABLED,
      '{sidecar.istio.io/inject: "false"}',
      '{sidecar.istio.io/inject: "true"}',
      "none",
    ],
    ["an invalid value falls back to the default", ENABLED, '{sidecar.istio.io/inject: "False"}', undefined, "sidecar"],
    [
      "disabled namespace, label true on the pod",
      "{istio-injection: disabled}",
      '{sidecar.istio.io/inject: "true"}',
      undefined,
      "none",
    ],
    ["plain namespace, label true on the pod", "{}", '{sidecar.istio.io/inject: "true"}', undefined, "sidecar"],
    ["plain namespace, annotation true on the pod", "{}", "{}", '{sidecar.istio.io/inject: "true"}', "none"],
    ["plain namespace, revision on the pod", "{}", "{istio.io/rev: canary}", undefined, "sidecar"],
    ["plain namespace", "{}", "{}", undefined, "none"],
    ["revisioned namespace", "{istio.io/rev: canary}", "{}", undefined, "sidecar"],
    [
      "revisioned namespace, label false on the pod",
      "{istio.io/rev: canary}",
      '{sidecar.istio.io/inject: "false"}',
      undefined,
      "none",
    ],
    ["both labels on the namespace", "{istio-injection: enabled, istio.io/rev: canary}", "{}", undefined, "sidecar"],
    ["disabled and revisioned namespace", "{istio-injection: disabled, istio.io/rev: canary}", "{}", undefined, "none"],
    ["ambient namespace", "{istio.io/dataplane-mode: ambient}", "{}", undefined, "ambient"],
    [
      "ambient namespace, pod out",
      "{istio.io/dataplane-mode: ambient}",
      "{istio.io/dataplane-mode: none}",
      undefined,
      "none",
    ],
    ["plain namespace, ambient pod", "{}", "{istio.io/dataplane-mode: ambient}", undefined, "ambient"],
    [
      "injected pods are not ambient",
      "{istio-injection: enabled, istio.io/dataplane-mode: ambient}",
      "{}",
      undefined,
      "sidecar",
    ],
  ])("%s", (_, namespaceLabels, labels, annotations, expected) => {
    const yaml = namespace("monitoring", namespaceLabels) + deployment({ labels, ...(annotations && { annotations }) });
    const { mode, undecided } = planeOf(yaml);
    expect({ mode, undecided }).toEqual({ mode: expected, undecided: [] });
  });

  test("labels of the Deployment itself have no effect", () => {
    const yaml =
      namespace("monitoring", "{}") +
      deployment().replace("metadata: {", 'metadata: {labels: {sidecar.istio.io/inject: "true"}, ');
    expect(planeOf(yaml).mode).toBe("none");
  });

  test.each(["kube-system", "kube-public", "kube-node-lease", "local-path-storage"])("never in %s", (name) => {
    const yaml =
      namespace(name, ENABLED) + deployment({ namespace: name, labels: '{sidecar.istio.io/inject: "true"}' });
    expect(planeOf(yaml).mode).toBe("none");
  });

  test.each([ENABLED, "{istio.io/dataplane-mode: ambient}"])("never on the host's network: %s", (labels) => {
    expect(planeOf(namespace("monitoring", labels) + deployment({}, "hostNetwork: true")).mode).toBe("none");
  });
});

describe("the label that clients go by", () => {
  test.each<[string, string, string | undefined]>([
    ["is istio on an injected pod", "{app: otel}", "istio"],
    ["is what the pod's own label says", "{security.istio.io/tlsMode: disabled}", "disabled"],
    ["is istio where the pod's own label is empty", '{security.istio.io/tlsMode: ""}', "istio"],
  ])("%s", (_, labels, expected) => {
    expect(planeOf(namespace("monitoring", ENABLED) + deployment({ labels })).tlsModeLabel).toBe(expected);
  });

  test("is as typed on a pod that is not injected", () => {
    const plain = namespace("monitoring", "{}");
    expect(planeOf(plain + deployment({ labels: "{security.istio.io/tlsMode: istio}" })).tlsModeLabel).toBe("istio");
    expect(planeOf(plain + deployment()).tlsModeLabel).toBeUndefined();
  });

  test("is not set by other injection templates", () => {
    const yaml =
      namespace("monitoring", ENABLED) + deployment({ annotations: "{inject.istio.io/templates: grpc-agent}" });
    expect(planeOf(yaml)).toMatchObject({ mode: "sidecar", tlsModeLabel: undefined });
  });
});

describe("what is not known", () => {
  test("a Namespace that is not among the objects leaves injection open", () => {
    const { mode, tlsModeLabel, undecided, possible, says } = planeOf(deployment());
    expect([mode, tlsModeLabel]).toEqual([UNKNOWN, UNKNOWN]);
    expect([...possible].sort()).toEqual(["ambient", "none", "sidecar"]);
    expect(fields(undecided)).toEqual([
      "Namespace monitoring metadata.labels.istio-injection",
      "Namespace monitoring metadata.labels.istio.io/rev",
      "Namespace monitoring metadata.labels.istio.io/dataplane-mode",
    ]);
    expect(says).toContain("Namespace monitoring is not among the objects");
  });

  test.each<[string, string]>([
    [
      "a pod that stays out of everything",
      deployment({ labels: '{sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none}' }),
    ],
    ["the host's network", deployment({}, "hostNetwork: true")],
  ])("unless it is settled by %s", (_, yaml) => {
    expect(planeOf(yaml)).toMatchObject({ mode: "none", undecided: [] });
  });

  test.each<[string, string, string, string[]]>([
    [
      "the namespace's label",
      namespace("monitoring", '{istio-injection: "?"}'),
      "{}",
      ["Namespace monitoring metadata.labels.istio-injection"],
    ],
    [
      "the pod's label",
      namespace("monitoring", ENABLED),
      '{sidecar.istio.io/inject: "?"}',
      ["Deployment monitoring/otel spec.template.metadata.labels.sidecar.istio.io/inject"],
    ],
  ])("%s decides and is named", (_, ns, labels, expected) => {
    const { mode, undecided } = planeOf(ns + deployment({ labels }));
    expect(mode).toBe(UNKNOWN);
    expect(fields(undecided)).toEqual(expected);
  });

  test("a label that could not change anything does not matter", () => {
    const yaml =
      namespace("monitoring", '{istio-injection: disabled, istio.io/rev: "?"}') +
      deployment({ labels: '{istio.io/rev: "?"}' });
    expect(planeOf(yaml)).toMatchObject({ mode: "none", undecided: [] });
  });

  test("an unknown tlsMode label is named", () => {
    const { tlsModeLabel, undecided } = planeOf(
      namespace("monitoring", ENABLED) + deployment({ labels: '{security.istio.io/tlsMode: "?"}' }),
    );
    expect(tlsModeLabel).toBe(UNKNOWN);
    expect(fields(undecided)).toEqual([
      "Deployment monitoring/otel spec.template.metadata.labels.security.istio.io/tlsMode",
    ]);
  });
});

describe("revisions", () => {
  const webhook = (revision: string, tag?: string): string =>
    `---\n{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: w-${tag ?? revision}, labels: {istio.io/rev: ${revision}${tag ? `, istio.io/tag: ${tag}` : ""}}}}\n`;
  const canary = namespace("monitoring", "{istio.io/rev: canary}") + deployment();

  test("one that no webhook is known of is taken to exist, which is said", () => {
    expect(planeOf(canary)).toMatchObject({
      mode: "sidecar",
      assumptions: ["the Istio revision or tag canary exists"],
    });
    expect(planeOf(namespace("monitoring", ENABLED) + deployment()).assumptions).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["exists", webhook("canary"), "sidecar"],
    ["exists as a tag", webhook("1-31", "canary"), "sidecar"],
    ["does not exist", webhook("default"), "none"],
  ])("one that %s", (_, webhooks, expected) => {
    expect(planeOf(canary + webhooks)).toMatchObject({ mode: expected, assumptions: [] });
  });

  test("without a default revision the namespace's label injects nothing", () => {
    expect(planeOf(namespace("monitoring", ENABLED) + deployment() + webhook("canary")).mode).toBe("none");
  });
});

describe("the injector's settings", () => {
  const injector = (config: string, values = "{}"): string =>
    `---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: istio-sidecar-injector, namespace: istio-system}, data: {config: '${config}', values: '${values}'}}\n`;

  test.each<[string, string, string, string, string]>([
    ["policy disabled", ENABLED, "{}", injector("{policy: disabled}"), "none"],
    [
      "policy disabled, label true",
      ENABLED,
      '{sidecar.istio.io/inject: "true"}',
      injector("{policy: disabled}"),
      "sidecar",
    ],
    [
      "neverInjectSelector",
      ENABLED,
      "{app: otel}",
      injector("{neverInjectSelector: [{matchLabels: {app: otel}}]}"),
      "none",
    ],
    ["an empty neverInjectSelector", ENABLED, "{app: otel}", injector("{neverInjectSelector: [{}]}"), "sidecar"],
    [
      "alwaysInjectSelector",
      ENABLED,
      "{app: otel}",
      injector("{policy: disabled, alwaysInjectSelector: [{matchExpressions: [{key: app, operator: Exists}]}]}"),
      "sidecar",
    ],
    [
      "enableNamespacesByDefault",
      "{}",
      "{}",
      injector("{}", '{"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}}'),
      "sidecar",
    ],
  ])("%s", (_, namespaceLabels, labels, settings, expected) => {
    expect(planeOf(namespace("monitoring", namespaceLabels) + deployment({ labels }) + settings).mode).toBe(expected);
  });
});

describe("a live pod is what it shows", () => {
  test.each<[string, string, object]>([
    ["with a proxy", pod(), { mode: "sidecar", tlsModeLabel: "istio", native: false }],
    [
      "with a proxy and an odd label",
      pod({ labels: "{security.istio.io/tlsMode: foo}" }),
      { mode: "sidecar", tlsModeLabel: "foo" },
    ],
    ["with a proxy and no label", pod({ labels: "{app: otel}" }), { mode: "sidecar", tlsModeLabel: undefined }],
    [
      "without a proxy, in an injected namespace",
      namespace("monitoring", ENABLED) + pod({ labels: "{}" }, { proxy: false }),
      { mode: "none" },
    ],
    ["without a proxy, the label copied", pod({}, { proxy: false }), { mode: "none", tlsModeLabel: "istio" }],
    [
      "in an ambient namespace",
      namespace("monitoring", "{istio.io/dataplane-mode: ambient}") + pod({ labels: "{}" }, { proxy: false }),
      { mode: "ambient" },
    ],
    [
      "redirected to ztunnel",
      pod({ annotations: "{ambient.istio.io/redirection: enabled}" }, { proxy: false }),
      { mode: "ambient" },
    ],
  ])("%s", (_, yaml, expected) => {
    expect(planeOf(yaml)).toMatchObject({ ...expected, undecided: [] });
  });

  test("a native sidecar is an init container", () => {
    const yaml = pod({}, { proxy: false }).replace(
      "containers:",
      "initContainers: [{name: istio-proxy, restartPolicy: Always}], containers:",
    );
    expect(planeOf(yaml)).toMatchObject({ mode: "sidecar", native: true });
  });

  test("a proxy that stands in a template is one, unless it only tells the injector something", () => {
    const template = (container: string) =>
      namespace("monitoring", "{}") + deployment({}, "", `[{name: app}, ${container}]`);
    expect(planeOf(template("{name: istio-proxy, image: istio/proxyv2:1.31}")).mode).toBe("sidecar");
    expect(planeOf(template("{name: istio-proxy, image: auto}")).mode).toBe("none");
  });
});

describe("native sidecars of templates", () => {
  const injected = (annotations?: string) =>
    namespace("monitoring", ENABLED) + deployment(annotations === undefined ? {} : { annotations });

  test.each<[string, MeshFacts, string | undefined, boolean]>([
    ["by default", {}, undefined, true],
    ["on old nodes", { kubernetesVersion: "1.32" }, undefined, false],
    ["with an old Istio", { istioVersion: "1.26.4" }, undefined, false],
    ["by annotation", { kubernetesVersion: "1.32" }, '{sidecar.istio.io/nativeSidecar: "true"}', true],
    ["not by annotation", {}, '{sidecar.istio.io/nativeSidecar: "false"}', false],
  ])("%s", (_, facts, annotations, expected) => {
    expect(planeOf(injected(annotations), facts).native).toBe(expected);
  });
});

describe("a WorkloadEntry", () => {
  test.each<[string, string, string | undefined, object]>([
    [
      "with a service account",
      "{address: 1.2.3.4, serviceAccount: vm}",
      undefined,
      { mode: "none", tlsModeLabel: "istio" },
    ],
    ["without one", "{address: 1.2.3.4}", undefined, { mode: "none", tlsModeLabel: undefined }],
    [
      "with a label",
      "{address: 1.2.3.4, labels: {security.istio.io/tlsMode: disabled}, serviceAccount: vm}",
      undefined,
      { tlsModeLabel: "disabled" },
    ],
    [
      "that registered itself",
      "{address: 1.2.3.4}",
      "{istio.io/autoRegistrationGroup: vms}",
      { mode: "sidecar", assumptions: [] },
    ],
    [
      "with an unknown account",
      '{address: 1.2.3.4, serviceAccount: "?"}',
      undefined,
      { mode: "none", tlsModeLabel: UNKNOWN },
    ],
  ])("%s", (_, spec, annotations, expected) => {
    expect(planeOf(istio("WorkloadEntry", spec, annotations === undefined ? {} : { annotations }))).toMatchObject(
      expected,
    );
  });
});

test("a template whose containers are not known may bring a proxy of its own", () => {
  const { mode, possible, undecided } = planeOf(namespace("monitoring", "{}") + deployment({}, "", '"?"'));
  expect([mode, possible]).toEqual([UNKNOWN, ["sidecar", "none"]]);
  expect(fields(undecided)).toEqual(["Deployment monitoring/otel spec.template.spec.containers"]);
  expect(planeOf(namespace("monitoring", ENABLED) + deployment({}, "", '"?"')).mode).toBe("sidecar");
});
