import { EXCEPTION_PREFIX } from "../mtls/exception";
import { isUnknown } from "../mtls/known";
import type { StackResource } from "../stack";
import { identify, isMap } from "./kubernetes";
import { readProperty } from "./plain";
import { readToken, type Token } from "./token";

/** Where a workload and its pods carry labels and annotations. */
const METADATA: readonly (readonly string[])[] = [
  ["metadata"],
  ["spec", "template", "metadata"],
  ["spec", "jobTemplate", "spec", "template", "metadata"],
];

/** The map at a path without a copy of what is beside it; `undefined` where there is none or it cannot be reached. */
function reach(properties: unknown, path: readonly string[]): unknown {
  try {
    return path.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), properties);
  } catch {
    return undefined;
  }
}

/** Keys of labels and annotations; `undefined` when they are not known. */
const keysOf = (metadata: unknown): readonly string[] | undefined => {
  const maps = ["labels", "annotations"].map((key) => readProperty(metadata, key));
  return maps.some(isUnknown) ? undefined : maps.flatMap((map) => (isMap(map) ? Object.keys(map) : []));
};

const says = (properties: unknown, word: string): boolean =>
  METADATA.some((path) => keysOf(reach(properties, path))?.some((key) => key.includes(word)) ?? true);

const WORKLOAD = /^(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Rollout)$/;

const isOfIstio = ({ apiVersion }: Pick<Token, "apiVersion">): boolean =>
  (apiVersion.split("/")[0] ?? "").endsWith(".istio.io");

/** Whether a kind is one whose objects can be wrong alone; of most resources the type tells that none can. */
const isCandidate = (token: Pick<Token, "apiVersion" | "kind">): boolean =>
  isOfIstio(token) || token.kind === "ConfigMap" || WORKLOAD.test(token.kind);

/**
 * Whether one resource by itself can be wrong: an object of Istio's, the record of an exception, or pods that say something about the
 * mesh. Everything else is judged with the stack; reading it alone as well would cost every resource of every program.
 */
export function canBeWrongAlone({ type, props }: StackResource): boolean {
  const typed = readToken(type);
  if (typed !== undefined && !isCandidate(typed)) return false;
  const token = identify(type, props);
  if (token === undefined || !isCandidate(token)) return false;
  if (isOfIstio(token)) return true;
  if (token.kind === "ConfigMap")
    return keysOf(reach(props, ["metadata"]))?.some((key) => key.startsWith(EXCEPTION_PREFIX)) ?? true;
  return says(props, "istio.io/");
}
