import { groupBy } from "../mtls/discovery/lookup";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { dataPlane, podMetadata } from "../mtls/server/injection";
import type { Rule } from "./rule";
import {
  collectorDeployment,
  COLLECTOR_SERVICE,
  documents,
  EXCEPTED_COLLECTOR,
  MESH,
  record,
} from "./support/background";
import { collectorPorts } from "./support/collectors";
import { exceptionsFor } from "./support/coverage";
import { findingOn } from "./support/objects";
import { enumerate } from "./support/texts";

const excluding = (ports: string): string =>
  collectorDeployment({ annotations: `traffic.sidecar.istio.io/excludeInboundPorts: "${ports}"` });

export const otlpPortNotCaptured: Rule = {
  id: "MTLS206",
  name: "otlp-port-not-captured",
  severity: "warning",
  layer: "stack",
  why: "The pods have a sidecar that never sees the port: no policy holds there, and clients are told to send mTLS to it all the same.",
  fix: "Capture the port again and open it by an exception of mode permissive, or declare the bypass by one of mode plaintext.",
  good: [
    { title: "captured", given: MESH, yaml: EXCEPTED_COLLECTOR },
    {
      title: "bypassed, and declared so",
      given: MESH,
      yaml: documents(excluding("4317,4318"), COLLECTOR_SERVICE, record({ mode: "plaintext" })),
    },
  ],
  bad: [{ title: "excluded from the sidecar", given: MESH, yaml: documents(excluding("4317"), COLLECTOR_SERVICE) }],
  check: ({ assessment, settings }) => {
    const { mesh } = assessment;
    const index = indexMesh(mesh);
    const bypassed = collectorPorts(mesh, settings).filter(
      ({ collector, port, server }) =>
        server.intercepted === false &&
        dataPlane(index, collector).mode === "sidecar" &&
        !exceptionsFor(assessment, collector, port).some(({ contract }) => contract.mode === "plaintext"),
    );
    return [...groupBy(bypassed, ({ collector }) => describeRef(collector.ref)).values()].flatMap((ports) => {
      const [first] = ports;
      if (first === undefined) return [];
      const { collector, server } = first;
      const why = server.because.find(({ step }) => step === "interception")?.says ?? "it is not intercepted";
      const message = `${describeRef(collector.ref)} has a sidecar that does not get ${enumerate(ports.map(({ port }) => port))}: ${why}.`;
      return [findingOn(mesh, collector.ref, `${podMetadata(collector)}.annotations`, message)];
    });
  },
};
