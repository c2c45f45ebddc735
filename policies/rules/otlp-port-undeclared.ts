import { targetPortOn } from "../mtls/endpoints";
import { isUnknown } from "../mtls/known";
import type { Mesh, Service, ServicePort, Workload } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { portProtocol } from "../mtls/server/port-protocol";
import type { Finding, Rule } from "./rule";
import {
  collectorDeployment,
  COLLECTOR_SERVICE,
  documents,
  MESH,
  PERMISSIVE_PORTS,
  record,
} from "./support/background";
import { collectorPorts } from "./support/collectors";
import { findingOn } from "./support/objects";

const WANTED = { grpc: "grpc", http: "http" } as const;

interface Undeclared {
  readonly service: Service;
  readonly at: number;
  readonly port: ServicePort;
  readonly protocol: "grpc" | "http";
}

/** Ports of Services that lead to an OTLP port of a collector and leave Istio to guess. */
function undeclared(mesh: Mesh, collector: Workload, otlp: number, protocol: "grpc" | "http"): Undeclared[] {
  return indexMesh(mesh)
    .servicesSelecting(collector)
    .flatMap(({ service }) =>
      (isUnknown(service.ports) ? [] : service.ports).flatMap((port, at) =>
        targetPortOn(collector, port) === otlp && portProtocol(port) === "AUTO"
          ? [{ service, at, port, protocol }]
          : [],
      ),
    );
}

const findingFor = (mesh: Mesh, { service, at, port, protocol }: Undeclared): Finding =>
  findingOn(
    mesh,
    service.ref,
    `spec.ports[${at}].appProtocol`,
    `${describeRef(service.ref)} does not say what its port ${String(port.port)} (${port.name ?? "without a name"}) speaks: ` +
      `the proxies guess, connection by connection, and gRPC is balanced by connection; appProtocol ${WANTED[protocol]} says it.`,
  );

const GIVEN = documents(MESH, collectorDeployment(), PERMISSIVE_PORTS, record());

export const otlpPortUndeclared: Rule = {
  id: "MTLS207",
  name: "otlp-port-undeclared",
  severity: "warning",
  layer: "stack",
  why: "A port without appProtocol or a telling name is guessed at, call by call: no balancing of gRPC, no retries, one more way to go wrong.",
  fix: "Set appProtocol on the Service's OTLP ports: grpc for 4317, http for 4318 (or begin their names with grpc- and http-).",
  good: [
    { title: "both say what they speak", given: GIVEN, yaml: COLLECTOR_SERVICE },
    { title: "by name", given: GIVEN, yaml: COLLECTOR_SERVICE.replaceAll(/, appProtocol: \w+/g, "") },
  ],
  bad: [
    {
      title: "names that Istio does not know",
      given: GIVEN,
      yaml: COLLECTOR_SERVICE.replace("name: grpc-otlp, port: 4317, appProtocol: grpc", "name: otlp, port: 4317"),
    },
  ],
  check: ({ assessment: { mesh }, settings }) =>
    collectorPorts(mesh, settings)
      .flatMap(({ collector, port, protocol }) => undeclared(mesh, collector, port, protocol))
      .map((found) => findingFor(mesh, found)),
};
