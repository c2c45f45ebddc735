import { answerFlow } from "../../policies/mtls/answer";
import type { FlowAnswer, ServerAnswer } from "../../policies/mtls/flow";
import { readMesh } from "../../policies/mtls/manifests";
import { indexMesh, type MeshIndex } from "../../policies/mtls/mesh-index";
import {
  expectedOf,
  factsOf,
  flowOf,
  manifestsOf,
  oracleAnswers,
  oracleCases,
  symptomOf,
  type Expected,
  type OracleAnswer,
  type OracleCase,
  type OracleFlow,
} from "./oracle";

/** Every case of istiod's own answers: what is sent, what is accepted, how it ends, what the user sees. */

const cases = oracleCases();
const answers = new Map(oracleAnswers().map((answer) => [answer.name, answer]));

const indexOf = (one: OracleCase): MeshIndex => {
  const { manifests, root } = manifestsOf(one);
  return indexMesh(readMesh(manifests, factsOf(one, root)));
};

/** The server that has an address, as answers name it. */
const serverAt = (index: MeshIndex, answer: FlowAnswer, { address, port }: Expected): ServerAnswer | undefined => {
  const name = index.workloadByIp(address)?.ref.name ?? address;
  return answer.servers.find(({ workload, targetPort }) => workload?.name === name && targetPort === port);
};

type IstiodFlow = OracleAnswer["flows"][number];

function compare(index: MeshIndex, flow: OracleFlow, istiod: IstiodFlow): void {
  const destinations = istiod.destinations ?? [];
  if (destinations.length === 0) {
    const [verdict] = istiod.verdicts;
    const { servers, outcome, symptom } = answerFlow(index, flowOf(flow, "plaintext"));
    expect({ sends: servers.map(({ sends }) => sends), outcome, symptom }).toEqual({
      sends: ["blocked"],
      outcome: "refused",
      symptom: symptomOf(verdict),
    });
    return;
  }
  for (const destination of destinations) {
    const answer = answerFlow(index, flowOf(flow, destination.app));
    expect(answer.servers).toHaveLength(destinations.length);
    const expected = expectedOf(destination);
    const server = serverAt(index, answer, expected);
    expect({ address: expected.address, sends: server?.sends, accepts: server?.accepts }).toEqual({
      address: expected.address,
      sends: expected.sends,
      accepts: expected.accepts,
    });
    expect(expected.outcomes).toContain(server?.outcome);
    expect(server?.symptom).toBe(server?.outcome === "refused" ? expected.symptom : undefined);
  }
}

describe.each(cases.map((one) => [one.name, one] as const))("istiod case %s", (name, one) => {
  const index = indexOf(one);

  test.each(one.flows.map((flow, at) => [`${flow.from} -> ${flow.host}:${flow.port}`, flow, at] as const))(
    "%s",
    (_title, flow, at) => {
      const istiod = answers.get(name)?.flows[at];
      if (istiod === undefined) throw new Error(`istiod's answers lack flow ${at} of case ${name}`);
      compare(index, flow, istiod);
    },
  );
});

test("all of istiod's answers are compared", () => {
  expect(cases.flatMap(({ flows }) => flows)).toHaveLength(413);
});
