import { isUnknown, type Known } from "../known";
import type { Container, Labels, LivePod, Meta, Workload } from "../mesh";
import { readContainers, readVolumes } from "./container";
import { settled, type Field } from "./fields";

const NO_LABELS: Labels = {};

/** What a pod template says: `template` has `metadata` and `spec`. */
export function readTemplate(
  template: Field,
): Pick<
  Workload,
  "podLabels" | "podAnnotations" | "serviceAccount" | "hostNetwork" | "containers" | "volumes" | "podPath"
> {
  const metadata = template.at("metadata");
  const spec = template.at("spec");
  return {
    podLabels: metadata.at("labels").texts() ?? NO_LABELS,
    podAnnotations: metadata.at("annotations").texts() ?? NO_LABELS,
    serviceAccount: spec.at("serviceAccountName").text() ?? spec.at("serviceAccount").text() ?? "default",
    hostNetwork: spec.at("hostNetwork").flag() ?? false,
    containers: readContainers(spec),
    volumes: readVolumes(spec),
    podPath: spec.path,
  };
}

const addresses = (status: Field, list: string, item: string, single: string): readonly string[] => {
  const first = settled(status.at(single).text());
  const rest = status
    .at(list)
    .knownItems()
    .flatMap((field) => settled(field.at(item).text()) ?? []);
  return [...new Set([...(first === undefined || first === "" ? [] : [first]), ...rest])];
};

/** A Pod that has ended keeps its object and loses its address. */
const readStatus = (root: Field, name: string): LivePod => {
  const status = root.at("status");
  const ended = ["Succeeded", "Failed"].includes(settled(status.at("phase").text()) ?? "");
  const unready = status
    .at("conditions")
    .knownItems()
    .some((item) => settled(item.at("type").text()) === "Ready" && settled(item.at("status").text()) === "False");
  return {
    name,
    ips: ended ? [] : addresses(status, "podIPs", "ip", "podIP"),
    hostIps: addresses(status, "hostIPs", "ip", "hostIP"),
    ready: !ended && !unready,
  };
};

const owns = (containers: Known<readonly Container[]>, name: string): boolean =>
  !isUnknown(containers) && containers.some((container) => container.name === name);

/** Whether a cluster or an injector has touched it: it has a status, a uid, an owner, or the proxy's container. */
const isAdmitted = (root: Field, containers: Workload["containers"]): boolean => {
  const metadata = root.at("metadata");
  const traces = [root.at("status"), metadata.at("uid"), metadata.at("ownerReferences")];
  return traces.some((trace) => !trace.isAbsent && !trace.isUnknown) || owns(containers, "istio-proxy");
};

/** A Pod that no controller made, or whose controller is not among the objects. */
export function readPod(root: Field, meta: Meta): Workload {
  const template = readTemplate(root);
  const live = isAdmitted(root, template.containers);
  const pod = readStatus(root, meta.ref.name);
  return {
    ...meta,
    ...template,
    pods: live ? [pod] : [],
    podIps: live ? pod.ips : [],
    live,
    entry: undefined,
    replicas: 1,
    raw: root.value,
  };
}
