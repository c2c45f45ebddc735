import { isUnknown, type Known } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { originOf, type Origin } from "./discovered";
import { field, fieldAt, itemsOf, own, textIn } from "./fields";
import { configMapNamed } from "./lookup";

/** A file of a container whose content a ConfigMap among the objects tells, or why its content cannot be told. */
export type MountedFile = ({ readonly content: string } & Origin) | { readonly problem: string };

/** One ConfigMap or Secret that gives files to a volume. */
interface FileSource {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  /** File path in the volume to key; `undefined` when every key is a file of its own name. */
  readonly items: ReadonlyMap<string, string> | undefined;
}

function readItems(items: unknown): ReadonlyMap<string, string> | undefined {
  if (isUnknown(items)) return new Map();
  if (!Array.isArray(items)) return undefined;
  const pairs = items.flatMap((item): [string, string][] => {
    const key = textIn(field(item, "key"));
    const path = textIn(field(item, "path"));
    return key === undefined || path === undefined ? [] : [[path, key]];
  });
  return new Map(pairs);
}

const fileSource = (kind: FileSource["kind"], source: unknown, nameField: string): FileSource[] => {
  const name = textIn(field(source, nameField));
  return name === undefined ? [] : [{ kind, name, items: readItems(field(source, "items")) }];
};

/** Sources of one volume of a pod spec; `projected` volumes have several. */
function fileSources(volume: unknown): readonly FileSource[] {
  const projected = itemsOf(field(volume, "projected", "sources"));
  return [
    ...fileSource("ConfigMap", field(volume, "configMap"), "name"),
    ...fileSource("Secret", field(volume, "secret"), "secretName"),
    ...projected.flatMap((source) => [
      ...fileSource("ConfigMap", field(source, "configMap"), "name"),
      ...fileSource("Secret", field(source, "secret"), "name"),
    ]),
  ];
}

/** By the pod spec as it came, which alone tells `items` and `projected`; else by the model, whose template may be borrowed. */
function sourcesOf(workload: Workload, volumeName: string): readonly FileSource[] {
  const volumes = itemsOf(field(fieldAt(workload.raw, workload.podPath), "volumes"));
  const written = volumes.find((volume) => field(volume, "name") === volumeName);
  if (written !== undefined) return fileSources(written);
  return workload.volumes
    .filter(({ name }) => name === volumeName)
    .flatMap(({ configMap, secret }) => [
      ...(configMap === undefined ? [] : [{ kind: "ConfigMap" as const, name: configMap, items: undefined }]),
      ...(secret === undefined ? [] : [{ kind: "Secret" as const, name: secret, items: undefined }]),
    ]);
}

const keyOf = (source: FileSource, path: string): string | undefined =>
  source.items === undefined ? path : source.items.get(path);

/** Path below the mount point, `""` for the mount point itself; `undefined` when the file is not below it. */
const below = (mountPath: string, path: string): string | undefined => {
  const root = mountPath.replace(/\/+$/, "");
  if (path === root) return "";
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
};

function contentOf(data: Known<Readonly<Record<string, Known<string>>>>, key: string): Known<string> | undefined {
  return isUnknown(data) ? data : own(data, key);
}

/**
 * The file at `path` in a container, when a volume puts it there; `undefined` when no volume does, so that it is part of the image.
 */
export function mountedFile(
  mesh: Mesh,
  workload: Workload,
  container: Container,
  path: string,
): MountedFile | undefined {
  const mounts = container.volumeMounts
    .flatMap((mount) => {
      const rest = below(mount.mountPath, path);
      return rest === undefined ? [] : [{ mount, rest }];
    })
    .sort((a, b) => b.mount.mountPath.length - a.mount.mountPath.length);
  const [mounted] = mounts;
  if (mounted === undefined) return undefined;

  const { mount, rest } = mounted;
  const inVolume = [mount.subPath ?? "", rest].filter((part) => part !== "").join("/");
  const problems: string[] = [];
  for (const source of sourcesOf(workload, mount.name)) {
    const key = keyOf(source, inVolume);
    if (key === undefined) continue;
    const name = `${source.kind} ${workload.ref.namespace}/${source.name}`;
    if (source.kind === "Secret") {
      problems.push(`${path} comes from ${name}`);
      continue;
    }
    const configMap = configMapNamed(mesh, workload.ref.namespace, source.name);
    const content = configMap === undefined ? undefined : contentOf(configMap.data, key);
    if (configMap === undefined) problems.push(`${path} comes from ${name}, which is not among the objects`);
    else if (isUnknown(content)) problems.push(`${path} comes from ${name}, whose data is not known yet`);
    else if (content === undefined) problems.push(`${path} comes from ${name}, which has no key ${key}`);
    else return { content, ...originOf(configMap.ref, `data.${key}`) };
  }
  return { problem: problems[0] ?? `${path} comes from volume ${mount.name}, whose files are not among the objects` };
}
