import { inParallel } from "../cluster/in-parallel";
import type { ApiServer } from "../cluster/kubeconfig";
import { describeStatus, patiently } from "../cluster/list";
import type { ContainerLog } from "./logs";
import type { ContainerFacts, PodFacts } from "./pod-facts";

/** Pods of one workload that are read; those that are not ready first. What one of them suffers from, its siblings do. */
const PODS = 3;
const LINES = 2000;
const BYTES = 1024 * 1024;
const PARALLEL = 4;

/** Reads the end of the logs of a workload's containers, bounded in pods, lines and bytes. */
export async function readLogs(
  server: ApiServer,
  pods: readonly PodFacts[],
  sinceSeconds: number,
): Promise<ContainerLog[]> {
  const chosen = [...pods]
    .sort((a, b) => Number(a.ready === true) - Number(b.ready === true))
    .slice(0, PODS)
    .flatMap((pod) => pod.containers.filter(({ init }) => !init).map((container) => ({ pod, container })));
  const logs = await inParallel(chosen, PARALLEL, ({ pod, container }) =>
    readLog(server, pod, container, sinceSeconds),
  );
  return logs.flatMap((log) => log ?? []);
}

async function readLog(
  server: ApiServer,
  { namespace, name: pod }: PodFacts,
  { name: container, started, trouble }: ContainerFacts,
  sinceSeconds: number,
): Promise<ContainerLog | undefined> {
  const query = new URLSearchParams({
    container,
    sinceSeconds: String(sinceSeconds),
    tailLines: String(LINES),
    limitBytes: String(BYTES),
  });
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query.toString()}`;
  const unread = (problem: string, todo: string): ContainerLog => ({ pod, container, problem, todo });
  const again = `kubectl logs ${pod} -n ${namespace} -c ${container} | meshtls diagnose`;
  const answer = await patiently(() => server.get(path, "*/*"), undefined, 2);
  const failed = (why: string): ContainerLog => unread(`has a log that cannot be read: asking for it ${why}`, again);
  if (typeof answer === "string") return failed(answer);
  if (answer.status === 200) return { pod, container, text: answer.body };
  // Gone since it was listed.
  if (answer.status === 404) return undefined;
  if (answer.status === 403)
    return unread("may not be read (403)", 'allow "get" on pods/log (docs/meshtls-reader.yaml is the whole role)');
  // No node has it yet (204), or its container has not begun (400).
  if (answer.status === 204 || (answer.status === 400 && !started))
    return unread(
      `has no log yet${trouble === "" ? "" : ` (${trouble})`}`,
      `kubectl describe pod ${pod} -n ${namespace}`,
    );
  return failed(describeStatus(answer));
}
