import { isUnknown } from "../known";
import type { Labels, LivePod, Meta, Workload } from "../mesh";
import { readContainers, readVolumes } from "./container";
import { settled, type Field } from "./fields";

const NO_LABELS: Labels = {};

/** What does not stand in the pod template. */
type Surroundings = Pick<Workload, "pods" | "live" | "replicas" | "raw">;

/**
 * A workload from its pod template.
 * @param template has `metadata` and `spec`; of a Pod it is the object itself
 */
export function readTemplate(meta: Meta, template: Field, around: Surroundings): Workload {
  const metadata = template.at("metadata");
  const spec = template.at("spec");
  const [only, ...others] = around.pods;
  return {
    ref: meta.ref,
    labels: meta.labels,
    annotations: meta.annotations,
    created: meta.created,
    source: meta.source,
    podLabels: metadata.texts("labels") ?? NO_LABELS,
    podAnnotations: metadata.texts("annotations") ?? NO_LABELS,
    serviceAccount: spec.text("serviceAccountName") ?? spec.text("serviceAccount") ?? "default",
    hostNetwork: spec.flag("hostNetwork") ?? false,
    containers: readContainers(spec),
    volumes: readVolumes(spec),
    podIps: only !== undefined && others.length === 0 ? only.ips : around.pods.flatMap(({ ips }) => ips),
    pods: around.pods,
    live: around.live,
    entry: undefined,
    podPath: spec.path,
    replicas: around.replicas,
    raw: around.raw,
  };
}

/** Where each kind keeps its pod template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = { CronJob: ["spec", "jobTemplate", "spec", "template"] };
const TEMPLATE = ["spec", "template"];

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, Argo Rollout. */
export function readWorkload(root: Field, meta: Meta): Workload {
  const template = (TEMPLATES[meta.ref.kind] ?? TEMPLATE).reduce((field, key) => field.at(key), root);
  const replicas = root.at("spec").integer("replicas");
  return readTemplate(meta, template, { pods: [], live: false, replicas, raw: root.value });
}

const addresses = (status: Field, list: string, item: string, single: string): readonly string[] => {
  const first = settled(status.text(single)) ?? "";
  const all = status.knownItems(list).flatMap((field) => settled(field.text(item)) ?? []);
  return [...new Set([...(first === "" ? [] : [first]), ...all])];
};

/** A Pod that has ended keeps its object and loses its address. */
const readStatus = (status: Field, name: string): LivePod => {
  const hasEnded = ["Succeeded", "Failed"].includes(settled(status.text("phase")) ?? "");
  const isUnready = status
    .knownItems("conditions")
    .some((item) => settled(item.text("type")) === "Ready" && settled(item.text("status")) === "False");
  return {
    name,
    ips: hasEnded ? [] : addresses(status, "podIPs", "ip", "podIP"),
    hostIps: addresses(status, "hostIPs", "ip", "hostIP"),
    ready: !hasEnded && !isUnready,
  };
};

const hasProxy = (spec: Field): boolean =>
  ["containers", "initContainers"].some((list) =>
    spec.knownItems(list).some((container) => container.text("name") === "istio-proxy"),
  );

/** Whether a cluster or an injector has touched it: it has a status, a uid, an owner, or the proxy's container. */
const isAdmitted = (root: Field): boolean => {
  const metadata = root.at("metadata");
  const traces = [root.at("status"), metadata.at("uid"), metadata.at("ownerReferences")];
  return (
    traces.some(({ value }) => value !== undefined && value !== null && !isUnknown(value)) || hasProxy(root.at("spec"))
  );
};

/** A Pod that no controller made, or whose controller is not among the objects. */
export function readPod(root: Field, meta: Meta): Workload {
  const live = isAdmitted(root);
  const pods = live ? [readStatus(root.at("status"), meta.ref.name)] : [];
  return readTemplate(meta, root, { pods, live, replicas: 1, raw: root.value });
}
