import type { Application, Flow } from "../case";
import type { Entry } from "./entries";
import type { Pod } from "./pods";
import type { Service } from "./services";
import { PORTS, type Setting } from "./setting";

/** Who calls whom, under which name. */

export interface World {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly entries: readonly Entry[];
  /** Pods have the addresses that their drafts say, so that they can be dialled. */
  readonly hasAddresses: boolean;
}

type Target = Pick<Flow, "host" | "port">;

/** The ways to write the name of a Service. */
function nameOf({ random, domain }: Setting, { name, namespace, host, ip }: Service, from: Pod): string {
  const isNear = from.namespace === namespace;
  return random.weighted([
    [isNear ? 3 : 0, name],
    [4, `${name}.${namespace}`],
    [1, `${name}.${namespace}.svc`],
    [3, `${name}.${namespace}.svc.${domain}`],
    [0.3, `${host}.`],
    [ip === undefined ? 0 : 0.7, ip ?? host],
  ]);
}

function ofService(setting: Setting, world: World, from: Pod): Target {
  const { random } = setting;
  const service = random.pick(world.services);
  const { port } = random.pick(service.ports);
  const [member] = service.pods;
  if (service.isHeadless && member !== undefined && random.chance(0.1))
    return { host: `${member.name}.${service.host}`, port };
  return { host: nameOf(setting, service, from), port: random.chance(0.04) ? 9999 : port };
}

/** The address of a pod, or the port of its node. */
function ofPod({ random }: Setting, { pods }: World): Target {
  const pod = random.pick(pods.filter(({ isGateway }) => !isGateway));
  const hostPort = pod.ports.find((port) => port.hostPort !== undefined);
  const open = pod.ports.map(({ number }) => number);
  const port = random.chance(0.5)
    ? random.pick([...open, 4317])
    : random.pick(open.includes(9999) ? [...PORTS, 9999] : PORTS);
  return hostPort !== undefined && random.chance(0.5)
    ? { host: pod.hostIp, port: hostPort.hostPort ?? port }
    : { host: pod.ip, port };
}

function ofEntry({ random }: Setting, { entries }: World): Target {
  const entry = random.pick(entries);
  const port = random.pick(entry.ports).port;
  return { host: entry.host.replace("*", "collector-9"), port: random.chance(0.05) ? 9999 : port };
}

function targetFrom(setting: Setting, world: World, from: Pod): Target {
  const { random } = setting;
  const kind = random.weighted([
    [70, "service" as const],
    [world.hasAddresses ? 12 : 0, "pod" as const],
    [world.entries.length > 0 ? 25 : 0, "entry" as const],
    [3, "outside" as const],
  ]);
  switch (kind) {
    case "service":
      return ofService(setting, world, from);
    case "pod":
      return ofPod(setting, world);
    case "entry":
      return ofEntry(setting, world);
    case "outside":
      return { host: "example.org", port: random.pick([4317, 443]) };
  }
}

const protocolOf = ({ random }: Setting): "grpc" | "http" | "tcp" =>
  random.weighted([
    [5, "grpc" as const],
    [2, "http" as const],
    [2, "tcp" as const],
  ]);

/**
 * Services to which a gateway may send. Left out are those that an entry declares too, and those of its namespace with an exportTo: what a
 * gateway is told of them depends on whether istiod has been asked by a sidecar of that namespace before (`doGetSidecarScope` in
 * pilot/pkg/model/push_context.go).
 */
const behindGateways = ({ services, entries }: World, { namespace }: Pod): readonly Service[] =>
  services.filter((service) => {
    const hasAddress = service.ip !== undefined || service.isHeadless;
    const isDoubtful = service.isRestricted && service.namespace === namespace;
    return hasAddress && !isDoubtful && !entries.some(({ host }) => host === service.host);
  });

/** A gateway sends what its routes say, to services. */
function gatewayFlow(setting: Setting, world: World, from: Pod): Flow {
  const service = setting.random.pick(behindGateways(world, from));
  const { port } = setting.random.pick(service.ports);
  return { from: `${from.namespace}/${from.name}`, host: service.host, port, protocol: "grpc" };
}

function flow(setting: Setting, world: World): Flow {
  const { random } = setting;
  const callers = world.pods.filter(({ labels }) => labels["app"] !== "otel");
  const from = random.pick(random.chance(0.85) && callers.length > 0 ? callers : world.pods);
  if (from.isGateway && behindGateways(world, from).length > 0) return gatewayFlow(setting, world, from);
  const caller = from.isGateway ? random.pick(world.pods.filter((pod) => !pod.isGateway)) : from;
  return {
    from: `${caller.namespace}/${caller.name}`,
    ...targetFrom(setting, world, caller),
    protocol: protocolOf(setting),
    ...random.maybe(0.2, "tls", () => true),
  };
}

/** About ten, each asked once. */
export function flows(setting: Setting, world: World): readonly Flow[] {
  const made = setting.random.list(7, 11, () => flow(setting, world));
  return [...new Map(made.map((item) => [JSON.stringify(item), item])).values()];
}

/** What the applications speak, where it is not plaintext on the ports that they declare. */
export const appsOf = ({
  pods,
}: Pick<World, "pods">): Readonly<Record<string, Readonly<Record<string, Application>>>> =>
  Object.fromEntries(
    pods.flatMap(({ namespace, name, speaks }) =>
      Object.keys(speaks).length === 0 ? [] : [[`${namespace}/${name}`, speaks]],
    ),
  );
