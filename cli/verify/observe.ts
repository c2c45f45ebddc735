import type { Assessment } from "../../policies/mtls/assess";
import { isCollector } from "../../policies/mtls/discovery/index";
import { otlpFlows } from "../../policies/mtls/discovery/otlp-environment";
import type { IsoDate } from "../../policies/mtls/clock";
import type { DeclaredFlow } from "../../policies/mtls/flow";
import { indexMesh } from "../../policies/mtls/mesh-index";
import type { MeshFacts } from "../../policies/mtls/mesh";
import { describeRef, type Manifest } from "../../policies/mtls/objects";
import { dataPlane } from "../../policies/mtls/server/injection";
import { inParallel } from "../cluster/in-parallel";
import { bag } from "../cluster/json";
import type { ApiServer } from "../cluster/kubeconfig";
import { readCluster } from "../cluster/read-cluster";
import { answer, meshOf } from "../judge";
import { checkNamespaces } from "../scope";
import type { Endpoint } from "./endpoint";
import { groupPods } from "./group-pods";
import type { Logged } from "./logs";
import { ownerOf, readPodFacts, type PodFacts } from "./pod-facts";
import { readLogs } from "./read-logs";
import { tracedServices } from "./services";
import type { Injected } from "./sidecars";
import { targetsOf, type Target } from "./targets";
import { tracesOf, type StoreKind } from "./trace-store";
import type { TraceAnswer } from "./traces";

/** What is asked of a cluster and of what stands beside it. */
export interface Asked {
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly flows: readonly DeclaredFlow[];
  readonly facts: MeshFacts;
  readonly now: IsoDate;
  readonly sinceSeconds: number;
  readonly traces: { readonly kind: StoreKind; readonly store: Endpoint } | undefined;
  readonly prometheus: Endpoint | undefined;
}

/** What was seen at one moment: plain values, from which the rows are made. */
export interface Observation {
  readonly assessment: Assessment;
  readonly workloads: readonly Injected[];
  readonly logs: readonly Logged[];
  /** `undefined`: no store was named. */
  readonly traces: readonly TraceAnswer[] | undefined;
  /** `undefined`: no Prometheus was named. */
  readonly targets: readonly Target[] | { readonly problem: string } | undefined;
}

const PARALLEL = 4;

/**
 * Looks once.
 * @throws UnreadableInput when the cluster does not answer or does not let everything be listed; UsageError for a namespace or a FROM
 * that is not there
 */
export async function observe(
  server: ApiServer,
  asked: Asked,
  onProgress: (what: string) => void,
): Promise<Observation> {
  const pods = new Map<string, PodFacts>();
  const { manifests, assumptions } = await readCluster(server, {
    onProgress,
    onObject: (object) => {
      const facts = readPodFacts(object);
      if (facts !== undefined) pods.set(`${facts.namespace}/${facts.name}`, facts);
    },
  });
  const mesh = meshOf(manifests, asked.facts);
  checkNamespaces(mesh, asked.namespaces);
  const assessment = answer(mesh, { ...asked, assumptions });
  const isInScope = ({ ref }: { readonly ref: { readonly namespace: string } }): boolean =>
    asked.namespaces.length === 0 || asked.namespaces.includes(ref.namespace);

  const owners = new Map(manifests.flatMap(({ object }) => ownedBy(object)));
  const templates = new Map(templatesIn(manifests, asked.facts));
  const workloads = groupPods([...pods.values()], owners)
    .filter(isInScope)
    .map((running): Injected => ({ ...running, expected: templates.get(describeRef(running.ref)) }));

  onProgress("reading logs");
  const talkers = talkersIn(assessment);
  const talking = workloads.filter(
    ({ ref, pods }) =>
      talkers.has(describeRef(ref)) || pods.some(({ namespace, name }) => talkers.has(`Pod ${namespace}/${name}`)),
  );
  const logs = await inParallel(talking, PARALLEL, async (workload): Promise<Logged> => ({
    ref: workload.ref,
    logs: await readLogs(server, workload.pods, asked.sinceSeconds),
  }));
  return {
    assessment,
    workloads,
    logs,
    traces: await tracesSeen(asked, tracedServices(mesh, isInScope)),
    targets: asked.prometheus === undefined ? undefined : await targetsOf(asked.prometheus),
  };
}

/** Whose logs tell whether telemetry gets through: both ends of every flow, clients whose endpoint nobody can tell, collectors. */
function talkersIn({ mesh, flows }: Assessment): ReadonlySet<string> {
  const refs = [
    ...flows.flatMap(({ from, servers }) => [from, ...servers.flatMap(({ workload }) => workload ?? [])]),
    ...mesh.workloads.filter((workload) => isCollector(mesh, workload)).map(({ ref }) => ref),
  ];
  return new Set([...refs.map(describeRef), ...otlpFlows(mesh).undiscovered.map(({ object }) => object)]);
}

async function tracesSeen(
  { traces, sinceSeconds }: Asked,
  services: ReturnType<typeof tracedServices>,
): Promise<TraceAnswer[] | undefined> {
  if (traces === undefined) return undefined;
  const to = Date.now();
  return await inParallel(services, PARALLEL, async (service) => ({
    service,
    found: await tracesOf(traces.kind, traces.store, service.name, { from: to - sinceSeconds * 1000, to }),
  }));
}

/** What controllers made is left out: a template is then what the injector would make of it today. */
function templatesIn(manifests: readonly Manifest[], facts: MeshFacts): (readonly [string, Injected["expected"]])[] {
  const mesh = meshOf(
    manifests.filter(({ object }) => bag(object)["kind"] !== "Pod" && !isMade(object)),
    facts,
  );
  const index = indexMesh(mesh);
  return mesh.workloads.map((workload) => [describeRef(workload.ref), dataPlane(index, workload).mode]);
}

const MADE = ["ReplicaSet", "Job", "ControllerRevision"];
const isMade = (object: unknown): boolean =>
  MADE.includes(String(bag(object)["kind"])) && ownerOf(object) !== undefined;

function ownedBy(object: unknown): (readonly [string, NonNullable<ReturnType<typeof ownerOf>>])[] {
  const owner = ownerOf(object);
  const { kind, metadata } = bag(object);
  const { namespace, name } = bag(metadata);
  return owner === undefined ? [] : [[`${String(kind)} ${String(namespace)}/${String(name)}`, owner]];
}
