import { isUnknown, UNKNOWN, type Known } from "../known";
import { oneCopy } from "../memo";
import type { Container, ContainerPort, EnvVar, Workload } from "../mesh";
import { settled, type Field } from "./fields";

/** A port that may be called anything may be the target of any Service. */
const readPort = (field: Field): Known<ContainerPort> => {
  const name = field.text("name");
  if (isUnknown(name)) return UNKNOWN;
  return {
    name,
    number: field.requiredPort("containerPort"),
    protocol: settled(field.text("protocol")) ?? "TCP",
    hostPort: field.optionalPort("hostPort"),
  };
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
      name: settled(ref.text("name")) ?? "",
      key: settled(ref.text("key")) ?? "",
      optional: settled(ref.flag("optional")) ?? false,
    };
  }
  for (const [key, kind, at] of [
    ["fieldRef", "field", "fieldPath"],
    ["resourceFieldRef", "resource", "resource"],
  ] as const) {
    const ref = field.at(key);
    if (!ref.isAbsent && !ref.isUnknown) return { kind, path: settled(ref.text(at)) ?? "" };
  }
  return undefined;
};

const readEnvVar = (field: Field): Known<EnvVar> => {
  const name = field.text("name") ?? "";
  if (isUnknown(name)) return UNKNOWN;
  const source = field.at("valueFrom");
  if (source.isAbsent) return { name, value: field.text("value") ?? "", from: undefined };
  const from = readSource(source);
  return { name, value: from === undefined ? UNKNOWN : undefined, from };
};

const readEnvFrom = (field: Field): Container["envFrom"] =>
  field.knownItems("envFrom").flatMap((item) =>
    (["configMap", "secret"] as const).flatMap((kind) => {
      const name = settled(item.at(`${kind}Ref`).text("name"));
      return name === undefined ? [] : [{ kind, name, prefix: settled(item.text("prefix")) ?? "" }];
    }),
  );

/** What a collector of the operator, whose fields stand in `spec` itself, has otherwise than a container. */
export type ContainerOwn = Pick<Container, "name" | "init" | "restartPolicy" | "ports" | "args">;

export const containerFrom = (field: Field, podUser: Known<number> | undefined, own: ContainerOwn): Container => ({
  name: own.name,
  image: field.text("image"),
  init: own.init,
  restartPolicy: own.restartPolicy,
  ports: own.ports,
  env: field.listOf("env", readEnvVar) ?? [],
  envFrom: readEnvFrom(field),
  command: field.textList("command") ?? [],
  args: own.args,
  runAsUser: field.at("securityContext").integer("runAsUser") ?? podUser,
  volumeMounts: field.knownItems("volumeMounts").map((mount) => ({
    name: settled(mount.text("name")) ?? "",
    mountPath: settled(mount.text("mountPath")) ?? "",
    subPath: settled(mount.text("subPath")),
  })),
  path: oneCopy(field.path),
  raw: field.value,
});

const readContainer = (field: Field, init: boolean, podUser: Known<number> | undefined): Known<Container> => {
  const name = field.text("name") ?? "";
  if (isUnknown(name)) return UNKNOWN;
  return containerFrom(field, podUser, {
    name,
    init,
    restartPolicy: settled(field.text("restartPolicy")),
    ports: field.listOf("ports", readPort) ?? [],
    args: field.textList("args") ?? [],
  });
};

/**
 * All containers, init containers first; the whole list is unknown when one of them is.
 * @param main where the containers that are no init containers stand
 */
export function readContainers(spec: Field, main = "containers"): Known<readonly Container[]> {
  const podUser = spec.at("securityContext").integer("runAsUser");
  const before = spec.listOf("initContainers", (item) => readContainer(item, true, podUser)) ?? [];
  const others = spec.listOf(main, (item) => readContainer(item, false, podUser)) ?? [];
  return isUnknown(before) || isUnknown(others) ? UNKNOWN : before.length === 0 ? others : [...before, ...others];
}

export const readVolumes = (spec: Field): Workload["volumes"] =>
  spec.knownItems("volumes").map((volume) => ({
    name: settled(volume.text("name")) ?? "",
    configMap: settled(volume.at("configMap").text("name")),
    secret: settled(volume.at("secret").text("secretName")),
  }));
