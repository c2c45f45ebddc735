import type { FlowAnswer } from "../policies/mtls/flow";
import type { Mesh } from "../policies/mtls/mesh";
import type { Judgement } from "./judge";
import { metasOf } from "../policies/mtls/metas";
import { didYouMean } from "./suggest";
import { UsageError } from "./usage-error";
import { describeRef } from "../policies/mtls/objects";

/** Whether a flow starts or ends in one of the namespaces, or was asked for by name. No namespaces: all of them. */
export function concerns(namespaces: readonly string[]): (flow: FlowAnswer) => boolean {
  if (namespaces.length === 0) return () => true;
  const isNamed = (namespace: string | undefined): boolean => namespace !== undefined && namespaces.includes(namespace);
  return ({ origin, from, servers }) =>
    origin === "declared" || isNamed(from.namespace) || servers.some(({ workload }) => isNamed(workload?.namespace));
}

/**
 * What of a judgement concerns some namespaces: what stands in them, their flows, and what decides about those wherever it stands. Only
 * what is told is limited; everything was judged with everything.
 * @throws UsageError when nothing at all stands in one of them
 */
export function within(judgement: Judgement, namespaces: readonly string[]): Judgement {
  if (namespaces.length === 0) return judgement;
  const { assessment, run } = judgement;
  checkNamespaces(assessment.mesh, namespaces);
  const flows = assessment.flows.filter(concerns(namespaces));
  const deciding = new Set(
    flows.flatMap(({ because, undecided }) => [
      ...because.flatMap(({ object }) => object ?? []),
      ...undecided.map(({ object }) => describeRef(object)),
    ]),
  );
  return {
    ...judgement,
    assessment: {
      ...assessment,
      flows,
      undiscovered: assessment.undiscovered.filter(({ object }) => namespaces.includes(namespaceIn(object))),
      exceptions: assessment.exceptions.filter(({ namespace }) => namespaces.includes(namespace)),
    },
    run: {
      ...run,
      findings: run.findings.filter(
        ({ on }) =>
          namespaces.includes(on.namespace) ||
          (on.kind === "Namespace" && namespaces.includes(on.name)) ||
          deciding.has(describeRef(on)),
      ),
    },
  };
}

/** The namespace in `Kind namespace/name`. */
const namespaceIn = (object: string): string => /^\S+ ([^/]+)\//.exec(object)?.[1] ?? "";

/** @throws UsageError naming each namespace in which nothing stands */
export function checkNamespaces(mesh: Mesh, namespaces: readonly string[]): void {
  if (namespaces.length === 0) return;
  const known = new Set([...mesh.namespaces.keys(), ...[...metasOf(mesh)].map(({ ref }) => ref.namespace)]);
  // What no namespace holds has the empty one.
  const named = [...known].filter((namespace) => namespace !== "");
  const problems = namespaces
    .filter((namespace) => !known.has(namespace))
    .map((namespace) => `--namespace "${namespace}": nothing stands in it${didYouMean(namespace, named)}`);
  if (problems.length > 0) throw new UsageError(problems);
}
