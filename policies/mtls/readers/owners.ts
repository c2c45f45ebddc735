import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, Labels, Workload } from "../mesh";
import { Field, settled } from "./fields";

/** Folds what a controller made (Pods, ReplicaSets of a Deployment, Jobs of a CronJob) into the workload that asked for it. */

const keyOf = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

interface Owner {
  readonly kind: string;
  readonly name: string;
}

const ownerOf = (workload: Workload): Owner | undefined => {
  const owners = Field.quietly(workload.raw)
    .at("metadata")
    .knownItems("ownerReferences")
    .flatMap((item) => {
      const kind = settled(item.text("kind"));
      const name = settled(item.text("name"));
      if (kind === undefined || name === undefined) return [];
      return [{ kind, name, controller: settled(item.flag("controller")) ?? false }];
    });
  return owners.find((owner) => owner.controller) ?? owners[0];
};

/** Controllers name what they make after themselves, so a middle object that is not among the input can be skipped. */
const MAKERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ReplicaSet", ["Deployment", "Rollout"]],
  ["Job", ["CronJob"]],
]);

/** Labels and annotations that differ between pods of one workload without meaning anything here. */
const VOLATILE =
  /^(pod-template-hash|controller-revision-hash|rollouts-pod-template-hash|pod-template-generation|job-name|controller-uid|.*\/(pod-index|pod-name|job-name|controller-uid|job-completion-index))$/;
const MEANINGFUL_ANNOTATION = /istio\.io\//;

const stable = (labels: Known<Labels>, keep: (key: string) => boolean): unknown =>
  isUnknown(labels)
    ? null
    : Object.keys(labels)
        .filter(keep)
        .sort()
        .map((key) => [key, String(labels[key])]);

const names = (containers: Known<readonly Container[]>): readonly string[] =>
  isUnknown(containers) ? [] : containers.map((container) => container.name).sort();

/** Pods of one shape are one thing to a client: the same labels, the same proxy or none, the same interception. */
const shapeOf = (pod: Workload): string =>
  JSON.stringify([
    stable(pod.podLabels, (key) => !VOLATILE.test(key)),
    stable(pod.podAnnotations, (key) => MEANINGFUL_ANNOTATION.test(key) && key !== "sidecar.istio.io/status"),
    names(pod.containers),
    String(pod.hostNetwork),
  ]);

const byName = (a: Workload, b: Workload): number => (a.ref.name < b.ref.name ? -1 : a.ref.name > b.ref.name ? 1 : 0);

const readyIn = (pods: readonly Workload[]): number => pods.filter(({ pods: [own] }) => own?.ready === true).length;

/** The group of like pods with the most that are ready, and the rest; of equal groups the one whose shape sorts first. */
const split = (pods: readonly Workload[]): { alike: readonly Workload[]; others: readonly Workload[] } => {
  const groups = new Map<string, Workload[]>();
  for (const pod of [...pods].sort(byName)) {
    const shape = shapeOf(pod);
    const group = groups.get(shape);
    if (group === undefined) groups.set(shape, [pod]);
    else group.push(pod);
  }
  const ranked = [...groups]
    .sort(([a, x], [b, y]) => readyIn(y) - readyIn(x) || y.length - x.length || (a < b ? -1 : 1))
    .map(([, group]) => group);
  return { alike: ranked[0] ?? [], others: ranked.slice(1).flat() };
};

/** What the injector added stands only in the pods. */
const withAdded = (
  template: Known<readonly Container[]>,
  pod: Known<readonly Container[]>,
): Known<readonly Container[]> => {
  if (isUnknown(template) || isUnknown(pod)) return UNKNOWN;
  const own = new Set(names(template));
  return [...template, ...pod.filter((container) => !own.has(container.name))];
};

const absorb = (workload: Workload, pods: readonly Workload[]): Workload => {
  const [first] = pods;
  if (first === undefined) return workload;
  return {
    ...workload,
    podLabels: first.podLabels,
    podAnnotations: first.podAnnotations,
    hostNetwork: first.hostNetwork,
    containers: withAdded(workload.containers, first.containers),
    pods: pods.flatMap((pod) => pod.pods),
    podIps: pods.flatMap((pod) => pod.podIps),
    live: true,
  };
};

/** An Argo Rollout may borrow the template of a Deployment (`spec.workloadRef`). */
const borrow = (workload: Workload, find: (owner: Owner, namespace: string) => Workload | undefined): Workload => {
  const ref = Field.quietly(workload.raw).at("spec").at("workloadRef");
  const kind = settled(ref.text("kind"));
  const name = settled(ref.text("name"));
  if (kind === undefined || name === undefined) return workload;
  const lender = find({ kind, name }, workload.ref.namespace);
  if (lender === undefined) return workload;
  const { podLabels, podAnnotations, serviceAccount, hostNetwork, containers, volumes } = lender;
  return { ...workload, podLabels, podAnnotations, serviceAccount, hostNetwork, containers, volumes };
};

const isPod = ({ ref }: Workload): boolean => ref.kind === "Pod";

/** Kinds that controllers make for themselves. */
const isMade = ({ ref }: Workload): boolean => ref.kind === "ReplicaSet" || ref.kind === "Job";

/** Pods that differ from most of their siblings (a rollout under way) stay workloads of their own. */
export function foldOwned(workloads: readonly Workload[]): readonly Workload[] {
  const all = new Map(workloads.map(({ ref }, at) => [keyOf(ref.kind, ref.namespace, ref.name), workloads[at]]));
  const find = ({ kind, name }: Owner, namespace: string) => all.get(keyOf(kind, namespace, name));
  const above = (workload: Workload): Workload | undefined => {
    const owner = ownerOf(workload);
    if (owner === undefined) return undefined;
    const { namespace } = workload.ref;
    const base = owner.name.slice(0, owner.name.lastIndexOf("-"));
    const makers = (MAKERS.get(owner.kind) ?? []).map((kind) => ({ kind, name: base }));
    return [owner, ...makers].map((each) => find(each, namespace)).find((found) => found !== undefined);
  };
  /** The maker of something made, which stands for it; two levels are all there are, whatever circles the references make. */
  const standInFor = (workload: Workload): Workload | undefined => {
    const owner = isMade(workload) ? above(workload) : undefined;
    return owner === undefined || isMade(owner) || isPod(owner) ? undefined : owner;
  };

  const pods = new Map<Workload, Workload[]>();
  const kept: Workload[] = [];
  for (const workload of workloads) {
    const owner = isPod(workload) ? above(workload) : undefined;
    if (owner !== undefined && !isPod(owner)) {
      const top = standInFor(owner) ?? owner;
      const siblings = pods.get(top);
      if (siblings === undefined) pods.set(top, [workload]);
      else siblings.push(workload);
    } else if (standInFor(workload) === undefined) kept.push(workload);
  }
  return kept.flatMap((workload) => {
    const whole = workload.ref.kind === "Rollout" ? borrow(workload, find) : workload;
    const owned = pods.get(workload);
    if (owned === undefined) return whole;
    const { alike, others } = split(owned);
    return [absorb(whole, alike), ...others];
  });
}
