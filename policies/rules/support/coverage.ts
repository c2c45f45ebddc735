import type { Assessment, ExceptionAnswer, ExceptionState } from "../../mtls/assess";
import type { ExceptionContract } from "../../mtls/exception";
import type { FlowAnswer } from "../../mtls/flow";
import type { Known } from "../../mtls/known";
import { selects } from "../../mtls/labels";
import type { Workload } from "../../mtls/mesh";
import { sameRef } from "../../mtls/objects";
import { recordsOf } from "./records";

const concerns = (contract: ExceptionContract, { ref, podLabels }: Workload): Known<boolean> => {
  if (contract.namespace !== ref.namespace) return false;
  if (Object.keys(contract.selector).length === 0) return contract.collector === ref.name;
  return selects(contract.selector, podLabels);
};

/** Whether an exception is for this collector: by its selector, or by the collector's name when it has none. */
export const isFor = (contract: ExceptionContract, workload: Workload): boolean =>
  concerns(contract, workload) === true;

/** Whether it may be, as far as is known. */
export const mayBeFor = (contract: ExceptionContract, workload: Workload): boolean =>
  concerns(contract, workload) !== false;

/** A readable contract, and how the exception stands. */
export interface Standing {
  readonly contract: ExceptionContract;
  readonly state: ExceptionState;
}

/** How an exception stands. */
export const answerFor = (
  { exceptions }: Assessment,
  contract: Pick<ExceptionContract, "namespace" | "name">,
): ExceptionAnswer | undefined =>
  exceptions.find(({ namespace, name }) => namespace === contract.namespace && name === contract.name);

/** The exceptions that list a port of a collector. */
export const exceptionsFor = (assessment: Assessment, collector: Workload, port: number): readonly Standing[] =>
  recordsOf(assessment.mesh).flatMap(({ contract }) => {
    if (contract === undefined || !isFor(contract, collector) || !contract.ports.includes(port)) return [];
    const answer = answerFor(assessment, contract);
    return answer === undefined ? [] : [{ contract, state: answer.state }];
  });

/** Flows that reach one of these ports of a collector. */
export const flowsTo = ({ flows }: Assessment, collector: Workload, ports: readonly number[]): readonly FlowAnswer[] =>
  flows.filter(({ servers }) =>
    servers.some(
      ({ workload, targetPort }) => workload !== null && ports.includes(targetPort) && sameRef(workload, collector.ref),
    ),
  );
