import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, ContainerPort, EnvVar, Labels, LivePod, Meta, Workload } from "../mesh";
import { settled, type Field } from "./fields";

const NO_LABELS: Labels = {};

const readPort = (field: Field): Known<ContainerPort> =>
  field.isUnknown
    ? UNKNOWN
    : {
        name: settled(field.at("name").text()),
        number: field.at("containerPort").port() ?? UNKNOWN,
        protocol: settled(field.at("protocol").text()) ?? "TCP",
        hostPort: field.at("hostPort").integer(0, 65535) || undefined,
      };

const readSource = (field: Field): EnvVar["from"] => {
  for (const [key, kind] of [
    ["configMapKeyRef", "configMap"],
    ["secretKeyRef", "secret"],
  ] as const) {
    const ref = field.at(key);
    if (ref.isAbsent || ref.isUnknown) continue;
    return {
      kind,
      name: settled(ref.at("name").text()) ?? "",
      key: settled(ref.at("key").text()) ?? "",
      optional: settled(ref.at("optional").flag()) ?? false,
    };
  }
  for (const [key, kind, at] of [
    ["fieldRef", "field", "fieldPath"],
    ["resourceFieldRef", "resource", "resource"],
  ] as const) {
    const ref = field.at(key);
    if (!ref.isAbsent && !ref.isUnknown) return { kind, path: settled(ref.at(at).text()) ?? "" };
  }
  return undefined;
};

const readEnvVar = (field: Field): Known<EnvVar> => {
  const name = field.at("name").text() ?? "";
  if (isUnknown(name)) return UNKNOWN;
  const from = readSource(field.at("valueFrom"));
  if (from !== undefined) return { name, value: undefined, from };
  return { name, value: field.at("valueFrom").isUnknown ? UNKNOWN : (field.at("value").text() ?? ""), from };
};

const readEnvFrom = (field: Field): Container["envFrom"] =>
  field.knownItems().flatMap((item) =>
    (["configMap", "secret"] as const).flatMap((kind) => {
      const name = settled(item.at(`${kind}Ref`).at("name").text());
      return name === undefined ? [] : [{ kind, name, prefix: settled(item.at("prefix").text()) ?? "" }];
    }),
  );

const readContainer = (field: Field, init: boolean, podUser: Known<number> | undefined): Known<Container> => {
  if (field.isUnknown) return UNKNOWN;
  const name = field.at("name").text() ?? "";
  if (isUnknown(name)) return UNKNOWN;
  return {
    name,
    image: field.at("image").text(),
    init,
    restartPolicy: settled(field.at("restartPolicy").text()),
    ports: field.at("ports").listOf(readPort) ?? [],
    env: field.at("env").listOf(readEnvVar) ?? [],
    envFrom: readEnvFrom(field.at("envFrom")),
    command: field.at("command").textList() ?? [],
    args: field.at("args").textList() ?? [],
    runAsUser: field.at("securityContext").at("runAsUser").integer(0, Number.MAX_SAFE_INTEGER) ?? podUser,
    volumeMounts: field
      .at("volumeMounts")
      .knownItems()
      .map((mount) => ({
        name: settled(mount.at("name").text()) ?? "",
        mountPath: settled(mount.at("mountPath").text()) ?? "",
        subPath: settled(mount.at("subPath").text()),
      })),
    path: field.path,
    raw: field.value,
  };
};

/** All containers, init containers first; the whole list is unknown when one of them is. */
export function readContainers(spec: Field): Known<readonly Container[]> {
  const podUser = spec.at("securityContext").at("runAsUser").integer(0, Number.MAX_SAFE_INTEGER);
  const init = spec.at("initContainers").listOf((item) => readContainer(item, true, podUser)) ?? [];
  const main = spec.at("containers").listOf((item) => readContainer(item, false, podUser)) ?? [];
  return isUnknown(init) || isUnknown(main) ? UNKNOWN : [...init, ...main];
}

const readVolumes = (spec: Field): Workload["volumes"] =>
  spec
    .at("volumes")
    .knownItems()
    .map((volume) => ({
      name: settled(volume.at("name").text()) ?? "",
      configMap: settled(volume.at("configMap").at("name").text()),
      secret: settled(volume.at("secret").at("secretName").text()),
    }));

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

/** A bare Pod. It is live once a cluster or an injector has touched it: it has a status, a uid, or the proxy's container. */
export function readPod(root: Field, meta: Meta): Workload {
  const template = readTemplate(root);
  const status = root.at("status");
  const admitted =
    (!status.isUnknown && !status.isAbsent) || settled(root.at("metadata").at("uid").text()) !== undefined;
  const live = admitted || owns(template.containers, "istio-proxy");
  const pod = readStatus(root, meta.ref.name);
  return {
    ...meta,
    ...template,
    pods: live ? [pod] : [],
    podIps: pod.ips,
    live,
    entry: undefined,
    replicas: 1,
    raw: root.value,
  };
}
