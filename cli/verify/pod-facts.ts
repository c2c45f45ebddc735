import { bag, bags, text as textOf, type Bag } from "../cluster/json";

/** What the status of a Pod says of its containers: taken from it before what no verdict needs is dropped. */

export interface ContainerFacts {
  readonly name: string;
  /** An init container that ends before the others start; a native sidecar is none. */
  readonly init: boolean;
  /** A native sidecar: an init container with `restartPolicy: Always`. */
  readonly native: boolean;
  readonly ready: boolean;
  /** Its process runs, or has run and ended well where it is meant to end. */
  readonly started: boolean;
  /** Why it is not what it should be: `CrashLoopBackOff; last exit code 1 (Error)`; `""` when nothing is said. */
  readonly trouble: string;
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
  readonly phase: string;
  /** `unknown`: the kubelet has stopped reporting. */
  readonly ready: boolean | "unknown";
  readonly deleting: boolean;
  /** The controller that made it. */
  readonly owner: Owner | undefined;
  /** Why it does not run: `Evicted`, `Unschedulable: 0/3 nodes are available`; `""` when nothing is said. */
  readonly reason: string;
  readonly containers: readonly ContainerFacts[];
}

const text = (value: unknown): string => textOf(value) ?? "";

/** @returns `undefined` for anything but a Pod */
export function readPodFacts(object: unknown): PodFacts | undefined {
  const { kind, metadata, spec, status } = bag(object);
  if (kind !== "Pod") return undefined;
  const { namespace, name, deletionTimestamp } = bag(metadata);
  const { phase, conditions, reason, message } = bag(status);
  const condition = (type: string): Bag => bags(conditions).find((one) => one["type"] === type) ?? {};
  const ready = condition("Ready")["status"];
  const scheduled = condition("PodScheduled");
  return {
    namespace: text(namespace),
    name: text(name),
    phase: text(phase),
    ready: ready === "Unknown" || phase === "Unknown" ? "unknown" : ready === "True",
    deleting: deletionTimestamp !== undefined,
    owner: ownerOf(object),
    reason:
      scheduled["status"] === "False"
        ? join(": ", scheduled["reason"], scheduled["message"])
        : join(": ", reason, message),
    containers: [
      ...readContainers(bag(spec)["initContainers"], bag(status)["initContainerStatuses"], true),
      ...readContainers(bag(spec)["containers"], bag(status)["containerStatuses"], false),
    ],
  };
}

/** The controller among the owners of any object. */
export function ownerOf(object: unknown): Owner | undefined {
  const owners = bags(bag(bag(object)["metadata"])["ownerReferences"]);
  const owner = owners.find(({ controller }) => controller === true);
  return owner === undefined ? undefined : { kind: text(owner["kind"]), name: text(owner["name"]) };
}

const LONGEST = 200;

const join = (separator: string, ...parts: readonly unknown[]): string =>
  parts
    .map(text)
    .filter((part) => part !== "")
    .join(separator)
    .slice(0, LONGEST);

function readContainers(specs: unknown, statuses: unknown, isInit: boolean): ContainerFacts[] {
  return bags(specs).map((spec) => {
    const status = bags(statuses).find(({ name }) => name === spec["name"]) ?? {};
    const native = isInit && spec["restartPolicy"] === "Always";
    const { running, waiting, terminated } = bag(status["state"]);
    const hasEndedWell = terminated !== undefined && bag(terminated)["exitCode"] === 0;
    return {
      name: text(spec["name"]),
      init: isInit && !native,
      native,
      ready: status["ready"] === true,
      started: running !== undefined || hasEndedWell,
      trouble: troubleOf(bag(waiting), bag(terminated), bag(bag(status["lastState"])["terminated"])),
    };
  });
}

function troubleOf(waiting: Bag, terminated: Bag, last: Bag): string {
  const ended = ({ exitCode, reason }: Bag): string =>
    typeof exitCode !== "number" || exitCode === 0
      ? ""
      : `exit code ${exitCode}${text(reason) && ` (${text(reason)})`}`;
  const before = ended(last);
  return join("; ", waiting["reason"], ended(terminated), before === "" ? "" : `last ${before}`);
}
