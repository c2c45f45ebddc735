import { assess, type ExceptionAnswer } from "../../policies/mtls/assess";
import { type IsoDate } from "../../policies/mtls/clock";
import { type DeclaredFlow, type FlowAnswer } from "../../policies/mtls/flow";
import { readMesh } from "../../policies/mtls/manifests";
import { type Mesh, type MeshFacts } from "../../policies/mtls/mesh";
import { type Manifest } from "../../policies/mtls/objects";
import {
  OUTCOMES,
  type Accepts,
  type AppProtocol,
  type Outcome,
  type Sends,
  type Symptom,
} from "../../policies/mtls/vocabulary";
import { described, describedObjects, GATEWAY, HTTPS_PORT, type Surroundings } from "./surroundings";

/** One line of the table: who sends what to whom, and how that ends. */
export interface TrafficRow {
  /** For example `App ↔ App`, or `staging-webs/order-core → otel-collector.monitoring:4317`. */
  readonly path: string;
  readonly sends: Sends;
  readonly accepts: Accepts;
  readonly outcome: Outcome;
  readonly symptom?: Symptom;
  /** How many client → port pairs the line stands for; it shows the worst. */
  readonly pairs: number;
}

export interface TrafficTable {
  /** App ↔ App, App → OTEL Collector, Prometheus → App metrics, External → Istio Gateway; a line without traffic is left out. */
  readonly rows: readonly TrafficRow[];
  /** Every client of the collector, on each of its OTLP ports. */
  readonly clients: readonly TrafficRow[];
  /** What the verdicts rest on besides the objects. */
  readonly assumptions: readonly string[];
}

export interface TrafficReport {
  readonly traffic: TrafficTable;
  readonly exceptions: readonly ExceptionAnswer[];
}

/** Who sends to the collector: a workload, or a range of hosts outside the cluster. */
export type Sender =
  { readonly namespace: string; readonly name: string } | { readonly name: string; readonly cidr: string };

export interface Environment {
  readonly now: IsoDate;
  readonly facts: MeshFacts;
  readonly services: readonly { readonly namespace: string; readonly name: string; readonly port: number }[];
  readonly collector: {
    readonly namespace: string;
    readonly name: string;
    readonly ports: { readonly grpc: number; readonly http: number };
    readonly senders: readonly Sender[];
    /** Service that senders outside the cluster dial. @default the collector's own */
    readonly outsideService?: string;
  };
  readonly surroundings: Surroundings;
}

interface Asked {
  readonly path: string;
  readonly flow: DeclaredFlow;
}

/**
 * The table of the environment's traffic and how its exceptions stand, decided by the engine from the manifests that the program
 * creates (and what `Surroundings` describes of the rest).
 */
export function reportTraffic(manifests: readonly Manifest[], environment: Environment): TrafficReport {
  const { surroundings, facts, now } = environment;
  const own = readMesh(manifests, facts);
  const mesh = readMesh([...manifests, ...describedObjects(surroundings, [...own.namespaces.keys()])], facts);

  const asked = {
    apps: appToApp(environment),
    collector: toCollector(environment),
    gateway: throughGateway(environment, mesh),
  };
  const all = [...asked.apps, ...asked.collector, ...asked.gateway];
  const { flows, exceptions, assumptions } = assess(mesh, { flows: all.map(({ flow }) => flow), now });
  const answers = new Map(all.map((question, index) => [question, flows[index]]));
  const answered = (questions: readonly Asked[]) => questions.flatMap((question) => answers.get(question) ?? []);

  const isApp = (sender: Sender) =>
    "namespace" in sender &&
    environment.services.some(({ namespace, name }) => namespace === sender.namespace && name === sender.name);
  return {
    traffic: {
      rows: [
        ...row("App ↔ App", answered(asked.apps)),
        ...row("App → OTEL Collector", answered(asked.collector.filter(({ sender }) => isApp(sender)))),
        ...row("Prometheus → App metrics", flows.slice(all.length).filter(isScrape(environment))),
        ...row("External → Istio Gateway", answered(asked.gateway)),
      ],
      clients: asked.collector.flatMap((question) => row(question.path, answered([question]))),
      assumptions: [...described(surroundings), ...assumptions],
    },
    exceptions,
  };
}

/** The worst of some flows, as one line; none when there are none. */
function row(path: string, flows: readonly FlowAnswer[]): TrafficRow[] {
  const outcome = OUTCOMES.find((candidate) => flows.some((flow) => flow.outcome === candidate));
  const flow = flows.find((candidate) => candidate.outcome === outcome);
  if (flow === undefined) return [];
  const server = flow.servers.find((candidate) => candidate.outcome === outcome);
  return [
    {
      path,
      sends: server?.sends ?? "unknown",
      accepts: server?.accepts ?? null,
      outcome: flow.outcome,
      ...(flow.symptom === undefined ? {} : { symptom: flow.symptom }),
      pairs: flows.length,
    },
  ];
}

function appToApp({ services, facts }: Environment): Asked[] {
  const domain = facts.clusterDomain ?? "cluster.local";
  return services.flatMap((client) =>
    services
      .filter((server) => server !== client)
      .map((server) => ({
        path: `${client.namespace}/${client.name} → ${server.namespace}/${server.name}`,
        flow: {
          from: `${client.namespace}/Deployment/${client.name}`,
          host: `${server.name}.${server.namespace}.svc.${domain}`,
          port: server.port,
          protocol: "http" as const,
        },
      })),
  );
}

function toCollector({ collector, facts }: Environment): (Asked & { readonly sender: Sender })[] {
  const domain = facts.clusterDomain ?? "cluster.local";
  const ports: readonly (readonly [AppProtocol, number])[] = [
    ["grpc", collector.ports.grpc],
    ["http", collector.ports.http],
  ];
  return collector.senders.flatMap((sender) =>
    ports.map(([protocol, port]) => {
      const isOutside = "cidr" in sender;
      const service = isOutside ? (collector.outsideService ?? collector.name) : collector.name;
      const shown = isOutside ? `${sender.name} (${sender.cidr})` : `${sender.namespace}/${sender.name}`;
      return {
        sender,
        path: `${shown} → ${service}.${collector.namespace}:${port}`,
        flow: {
          from: isOutside ? `cidr:${sender.cidr}` : `${sender.namespace}/Deployment/${sender.name}`,
          host: `${service}.${collector.namespace}.svc.${domain}`,
          port,
          protocol,
        },
      };
    }),
  );
}

const ANYONE = "cidr:0.0.0.0/0";

/** What the gateway's port speaks is what the program's Gateway object says of it. */
function throughGateway({ surroundings: { gateway }, facts }: Environment, mesh: Mesh): Asked[] {
  if (gateway === undefined) return [];
  const terminatesTls = mesh.gateways.some(({ servers }) =>
    servers.some(({ port, credentialName }) => port === HTTPS_PORT && credentialName !== undefined),
  );
  return [
    {
      path: "External → Istio Gateway",
      flow: {
        from: ANYONE,
        host: `${GATEWAY}.${gateway.namespace}.svc.${facts.clusterDomain ?? "cluster.local"}`,
        port: HTTPS_PORT,
        protocol: "http",
        tls: true,
        serverSpeaks: terminatesTls ? "tls" : "plaintext",
      },
    },
  ];
}

const isScrape =
  ({ services, surroundings: { prometheus } }: Environment) =>
  ({ from, servers }: FlowAnswer): boolean =>
    from.namespace === prometheus.namespace &&
    from.name === prometheus.name &&
    servers.some(({ workload }) =>
      services.some(({ namespace, name }) => workload?.namespace === namespace && workload.name === name),
    );
