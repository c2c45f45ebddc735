import { groupBy } from "../mtls/discovery/lookup";
import { serviceHost } from "../mtls/client/registry";
import type { FlowAnswer } from "../mtls/flow";
import type { Mesh, Service } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { dataPlane } from "../mtls/server/injection";
import type { Finding, Rule, RuleInput } from "./rule";
import {
  client,
  CLIENT,
  COLLECTOR_SERVICE,
  collectorDeployment,
  documents,
  MESH,
  PERMISSIVE_PORTS,
  record,
} from "./support/background";
import { findingOn } from "./support/objects";
import { otlpFlows } from "./support/otlp-flows";
import { describeFlow, someOf } from "./support/texts";

interface Use {
  readonly service: Service;
  readonly flow: FlowAnswer;
}

/** Flows of clients with a proxy to a headless Service of a collector. */
function uses({ assessment, settings }: RuleInput): Use[] {
  const { mesh } = assessment;
  const index = indexMesh(mesh);
  return otlpFlows(assessment, settings).flatMap((flow) => {
    const from = index.workload(flow.from);
    const service = index.serviceByHost(flow.to.host);
    if (from === undefined || service?.headless !== true || dataPlane(index, from).mode !== "sidecar") return [];
    return [{ service, flow }];
  });
}

function findingFor(mesh: Mesh, all: readonly Use[]): Finding[] {
  const [first] = all;
  if (first === undefined) return [];
  const { service } = first;
  const message =
    `${describeRef(service.ref)} is headless: proxies dial the pods' own addresses, all of one kind, so that one pod without a sidecar ` +
    `turns every client to plaintext, and nothing balances gRPC (${someOf([...new Set(all.map(({ flow }) => describeFlow(flow)))])}; ` +
    `host ${serviceHost(service, mesh.config.clusterDomain)}).`;
  return [findingOn(mesh, service.ref, "spec.clusterIP", message)];
}

const GIVEN = documents(MESH, collectorDeployment(), COLLECTOR_SERVICE, PERMISSIVE_PORTS, record());
const HEADLESS = COLLECTOR_SERVICE.replace("name: otel-collector,", "name: otel-collector-headless,").replace(
  "spec:",
  "spec:\n  clusterIP: None",
);

export const headlessCollector: Rule = {
  id: "MTLS211",
  name: "headless-collector",
  severity: "warning",
  layer: "stack",
  why: "Through a headless Service mTLS is decided for all pods together and calls stay on one pod: one pod that differs changes everything.",
  fix: "Point clients at the collector's Service with a cluster IP; keep the headless one for load-balancing exporters.",
  good: [{ title: "the Service with a cluster IP", given: documents(GIVEN, HEADLESS), yaml: CLIENT }],
  bad: [
    {
      title: "clients on the headless Service",
      given: documents(GIVEN, HEADLESS),
      yaml: client({ endpoint: "http://otel-collector-headless.monitoring.svc.cluster.local:4317" }),
    },
  ],
  check: (input) =>
    [...groupBy(uses(input), ({ service }) => describeRef(service.ref)).values()].flatMap((all) =>
      findingFor(input.assessment.mesh, all),
    ),
};
