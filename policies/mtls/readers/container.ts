import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, ContainerPort, EnvVar, Workload } from "../mesh";
import { settled, type Field } from "./fields";

const readPort = (field: Field): Known<ContainerPort> =>
  field.isUnknown
    ? UNKNOWN
    : {
        name: settled(field.at("name").text()),
        number: field.at("containerPort").requiredPort(),
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

/** What a container and the collector of the operator, whose fields stand in `spec` itself, have in common. */
export const readProcess = (
  field: Field,
  podUser: Known<number> | undefined,
): Omit<Container, "name" | "init" | "restartPolicy" | "ports" | "args"> => ({
  image: field.at("image").text(),
  env: field.at("env").listOf(readEnvVar) ?? [],
  envFrom: readEnvFrom(field.at("envFrom")),
  command: field.at("command").textList() ?? [],
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
});

const readContainer = (field: Field, init: boolean, podUser: Known<number> | undefined): Known<Container> => {
  if (field.isUnknown) return UNKNOWN;
  const name = field.at("name").text() ?? "";
  if (isUnknown(name)) return UNKNOWN;
  return {
    name,
    init,
    restartPolicy: settled(field.at("restartPolicy").text()),
    ports: field.at("ports").listOf(readPort) ?? [],
    args: field.at("args").textList() ?? [],
    ...readProcess(field, podUser),
  };
};

/**
 * All containers, init containers first; the whole list is unknown when one of them is.
 * @param main where the containers that are no init containers stand
 */
export function readContainers(spec: Field, main = "containers"): Known<readonly Container[]> {
  const podUser = spec.at("securityContext").at("runAsUser").integer(0, Number.MAX_SAFE_INTEGER);
  const before = spec.at("initContainers").listOf((item) => readContainer(item, true, podUser)) ?? [];
  const others = spec.at(main).listOf((item) => readContainer(item, false, podUser)) ?? [];
  return isUnknown(before) || isUnknown(others) ? UNKNOWN : [...before, ...others];
}

export const readVolumes = (spec: Field): Workload["volumes"] =>
  spec
    .at("volumes")
    .knownItems()
    .map((volume) => ({
      name: settled(volume.at("name").text()) ?? "",
      configMap: settled(volume.at("configMap").at("name").text()),
      secret: settled(volume.at("secret").at("secretName").text()),
    }));
