import type { ExceptionContract } from "../mtls/exception";
import type { Mesh, Workload } from "../mtls/mesh";
import { otlpPorts } from "../mtls/discovery/collector-ports";
import type { Rule } from "./rule";
import type { Settings } from "./settings";
import { COLLECTOR, MESH, PERMISSIVE_PORTS, documents, record } from "./support/background";
import { collectorsOf } from "./support/collectors";
import { isFor, mayBeFor } from "./support/coverage";
import { describeException, onRecord, recordsOf } from "./support/records";
import { enumerate, shortName } from "./support/texts";

/** A range wider than this is everyone. */
const WIDEST = { ipv4: 8, ipv6: 32 };

const isTooWide = (cidr: string): boolean => {
  const bits = Number(cidr.split("/")[1] ?? Number.NaN);
  return bits < (cidr.includes(":") ? WIDEST.ipv6 : WIDEST.ipv4);
};

interface Excess {
  readonly field: string;
  readonly says: string;
}

/** Pods beside the collector's that the exception speaks for. */
const bystanders = (mesh: Mesh, contract: ExceptionContract, collectors: readonly Workload[]): Excess[] => {
  const others = mesh.workloads.filter((workload) => mayBeFor(contract, workload) && !collectors.includes(workload));
  if (others.length === 0) return [];
  return [
    { field: "selector", says: `its selector matches ${enumerate(others.map(({ ref }) => shortName(ref)))} too` },
  ];
};

const foreignPorts = (
  mesh: Mesh,
  contract: ExceptionContract,
  collectors: readonly Workload[],
  settings: Settings,
): Excess[] => {
  const shown = collectors
    .filter((collector) => isFor(contract, collector))
    .flatMap((collector) => otlpPorts(mesh, collector).map(({ port }) => port));
  const allowed = [...new Set(shown.length > 0 ? shown : settings.otlpPorts)];
  const foreign = contract.ports.filter((port) => !allowed.includes(port));
  if (foreign.length === 0) return [];
  return [{ field: "ports", says: `it opens ${enumerate(foreign)}; the OTLP ports are ${enumerate(allowed)}` }];
};

const wideRanges = ({ clients }: ExceptionContract): Excess[] =>
  clients.flatMap((client) =>
    "cidr" in client && isTooWide(client.cidr)
      ? [{ field: "clients", says: `${client.name} is ${client.cidr}, a range wider than /${WIDEST.ipv4}` }]
      : [],
  );

const GIVEN = documents(MESH, COLLECTOR, PERMISSIVE_PORTS);

const NEIGHBOUR = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: tempo, namespace: monitoring }
spec:
  selector: { matchLabels: { app: tempo } }
  template:
    metadata: { labels: { app: tempo, app.kubernetes.io/part-of: telemetry } }
    spec:
      containers: [{ name: tempo, image: grafana/tempo:2.9.0 }]
`;

export const exceptionTooBroad: Rule = {
  id: "MTLS109",
  name: "exception-too-broad",
  severity: "error",
  layer: "stack",
  why: "An exception that speaks for more pods, ports or hosts than the collector's telemetry needs opens what nobody meant to open.",
  fix: "Narrow the exception: a selector that only the collector's pods match, its OTLP ports, ranges of the hosts that send.",
  good: [{ title: "one collector, its OTLP ports, one range", given: GIVEN, yaml: record() }],
  bad: [
    {
      title: "a selector that matches a neighbour",
      given: documents(
        GIVEN.replaceAll(
          "{ app.kubernetes.io/name: opentelemetry-collector }",
          "{ app.kubernetes.io/name: opentelemetry-collector, app.kubernetes.io/part-of: telemetry }",
        ),
        NEIGHBOUR,
      ),
      yaml: record({ selector: "app.kubernetes.io/part-of=telemetry" }),
    },
    { title: "a port that takes no OTLP", given: GIVEN, yaml: record({ ports: "4317,8888" }) },
    { title: "everyone", given: GIVEN, yaml: record({ clients: "anyone=0.0.0.0/0" }) },
  ],
  check: ({ assessment: { mesh }, settings }) => {
    const collectors = collectorsOf(mesh);
    return recordsOf(mesh).flatMap((exception) => {
      const { contract } = exception;
      if (contract === undefined) return [];
      const excess = [
        ...bystanders(mesh, contract, collectors),
        ...foreignPorts(mesh, contract, collectors, settings),
        ...wideRanges(contract),
      ];
      const [first] = excess;
      if (first === undefined) return [];
      const message = `${describeException(exception)} is wider than its collector: ${excess.map(({ says }) => says).join("; ")}.`;
      return [onRecord(exception, first.field, message)];
    });
  },
};
