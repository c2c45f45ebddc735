import type { Assessment } from "../mtls/assess";
import { isCollector } from "../mtls/discovery/index";
import { groupBy } from "../mtls/discovery/lookup";
import type { ExceptionMode } from "../mtls/exception";
import type { FlowAnswer, ServerAnswer } from "../mtls/flow";
import type { Workload } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { dataPlane } from "../mtls/server/injection";
import type { Finding, Rule } from "./rule";
import { BARE_COLLECTOR, CLIENT, documents, MESH, record } from "./support/background";
import { exceptionsFor } from "./support/coverage";
import { findingOn } from "./support/objects";
import { otlpFlows } from "./support/otlp-flows";
import { describeFlow, shortName, someOf } from "./support/texts";

interface InTheClear {
  readonly flow: FlowAnswer;
  readonly server: Workload;
}

/** Modes by which plaintext between two workloads of the mesh is agreed on. */
const AGREED: readonly ExceptionMode[] = ["plaintext", "no-sidecar"];

const isAgreed = (assessment: Assessment, server: Workload, { targetPort }: ServerAnswer): boolean =>
  exceptionsFor(assessment, server, targetPort).some(({ contract }) => AGREED.includes(contract.mode));

/** Telemetry of a client that could encrypt it, in plaintext, and nobody said that it should be. */
function inTheClear(assessment: Assessment, flow: FlowAnswer): InTheClear[] {
  const index = indexMesh(assessment.mesh);
  const client = index.workload(flow.from);
  if (client === undefined || dataPlane(index, client).mode === "none") return [];
  return flow.servers.flatMap((answer) => {
    const server = answer.workload === null ? undefined : index.workload(answer.workload);
    if (answer.outcome !== "plaintext" || server === undefined || !isCollector(assessment.mesh, server)) return [];
    if (isAgreed(assessment, server, answer)) return [];
    return [{ flow, server }];
  });
}

function findingFor({ mesh }: Assessment, all: readonly InTheClear[]): Finding[] {
  const [first] = all;
  if (first === undefined) return [];
  const { ref } = first.server;
  const because = first.flow.because.map(({ says }) => says).at(-1);
  const message =
    `${describeRef(ref)} gets telemetry in plaintext from clients that have a proxy: ` +
    `${someOf([...new Set(all.map(({ flow }) => describeFlow(flow)))])}` +
    `${because === undefined ? "" : ` (${shortName(ref)}: ${because})`}.`;
  return [findingOn(mesh, ref, "", message)];
}

export const plaintextWhereMtlsWasMeant: Rule = {
  id: "MTLS201",
  name: "plaintext-where-mtls-was-meant",
  severity: "warning",
  layer: "stack",
  why: "It works, and everyone on the way can read it: traces carry user names, tokens and queries more often than anyone likes.",
  fix: "Bring the collector into the mesh, or declare the plaintext by an exception of mode no-sidecar or plaintext.",
  good: [
    {
      title: "declared",
      given: documents(MESH, BARE_COLLECTOR, CLIENT),
      yaml: record({ mode: "no-sidecar" }),
    },
  ],
  bad: [
    {
      title: "a collector without a sidecar, and no word about it",
      given: MESH,
      yaml: documents(BARE_COLLECTOR, CLIENT),
    },
  ],
  check: ({ assessment, settings }) => {
    const all = otlpFlows(assessment, settings).flatMap((flow) => inTheClear(assessment, flow));
    const servers = groupBy(all, ({ server }) => describeRef(server.ref));
    return [...servers.values()].flatMap((ofServer) => findingFor(assessment, ofServer));
  },
};
