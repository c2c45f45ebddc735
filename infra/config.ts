import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { today } from "../components/index";
import {
  checkCollector,
  checkGoverned,
  checkJavaService,
  checkStrictDefaults,
  clusterSchema,
  collectorShape,
  describeProblems,
  describeValue,
  didYouMean,
  dnsLabel,
  fields,
  flag,
  governedShape,
  ingressShape,
  javaServiceShape,
  minorVersion,
  oneOf,
  port,
  problemsOf,
  strictDefaultsShape,
  text,
  together,
  under,
  type Problem,
  type Report,
  type Sound,
} from "../components/configuration";

/** Every key of the configuration. Defaults are those of the components, unless they are written here. */

const mesh = fields({
  ...strictDefaultsShape,
  trustDomain: text.default("cluster.local"),
  clusterDomain: text.default("cluster.local"),
  revision: dnsLabel.exactOptional(),
  istioVersion: minorVersion.exactOptional(),
  podSecurity: oneOf("restricted", "baseline", "privileged").default("restricted"),
  networkPolicyEnforced: flag.exactOptional(),
  prometheus: fields({ namespace: dnsLabel.default("monitoring"), name: dnsLabel.default("prometheus") }).prefault({}),
  ingress: fields({ ...ingressShape, routes: z.record(z.string(), dnsLabel) }).exactOptional(),
});

const collector = fields({
  ...collectorShape,
  name: dnsLabel.default("otel-collector"),
  namespace: dnsLabel.default("monitoring"),
});

const service = fields({
  ...javaServiceShape,
  name: dnsLabel,
  namespace: dnsLabel.default("staging-webs"),
});

const exception = fields({
  ...governedShape,
  name: dnsLabel.exactOptional(),
  ports: z.array(port).min(1, "at least one OTLP port").exactOptional(),
});

const schema = (now: ReturnType<typeof today>) =>
  together(
    fields({
      cluster: clusterSchema,
      mesh: mesh.prefault({}),
      collector,
      services: z.array(service).min(1, "at least one service"),
      exceptions: z.array(exception).default([]),
    }),
    (config, report) => {
      checkStrictDefaults(config.mesh ?? {}, under(report, "mesh"));
      checkCollector(config.collector ?? {}, under(report, "collector"));
      for (const [index, one] of (config.services ?? []).entries())
        checkJavaService(one ?? {}, under(report, "services", index));
      for (const [index, one] of (config.exceptions ?? []).entries())
        checkGoverned(one ?? {}, now, under(report, "exceptions", index));
      checkTogether(config, report);
    },
  );

export type StagingConfig = z.output<ReturnType<typeof schema>>;
export type ServiceConfig = StagingConfig["services"][number];

/** What holds between the keys. */
function checkTogether(
  { mesh, collector, services = [], exceptions = [] }: Sound<StagingConfig>,
  report: Report,
): void {
  const otlpPorts = [collector?.ports?.grpc, collector?.ports?.http];
  if (collector?.namespace !== undefined && collector.namespace === mesh?.rootNamespace)
    report(["collector", "namespace"], `is ${collector.namespace}, Istio's root namespace; a namespace of its own`);
  if (exceptions.length > 1)
    report(["exceptions", 1], "is one too many; the one collector has at most one, its oldest PeerAuthentication wins");
  for (const [index, one] of exceptions.entries())
    for (const [at, opened] of (one?.ports ?? []).entries())
      if (opened !== undefined && !otlpPorts.includes(opened))
        report(
          ["exceptions", index, "ports", at],
          `is ${opened}; an OTLP port of the collector (${otlpPorts.join(", ")})`,
        );
  for (const [prefix, name] of Object.entries(mesh?.ingress?.routes ?? {}))
    if (services.length > 0 && !services.some((one) => one?.name === name))
      report(["mesh", "ingress", "routes", prefix], `is ${name}; the name of one of services`);
  for (const [index, one] of services.entries()) {
    const earlier = services.findIndex((other) => other?.name !== undefined && other.name === one?.name);
    if (earlier !== -1 && earlier < index)
      report(["services", index, "name"], `is ${one?.name}, the name of services[${earlier}] too`);
    if (one !== undefined) checkDeclared(one, index, exceptions, report);
  }
}

/** An exception answers declared clients only: a service that it forgets would lose its telemetry. */
function checkDeclared(
  { name, namespace }: Sound<ServiceConfig>,
  index: number,
  exceptions: NonNullable<Sound<StagingConfig>["exceptions"]>,
  report: Report,
): void {
  if (name === undefined || namespace === undefined) return;
  for (const [at, one] of exceptions.entries())
    if (one?.clients?.every((client) => client?.name !== name || client.namespace !== namespace) === true)
      report(
        ["exceptions", at, "clients"],
        `do not name ${namespace}/${name} (services[${index}]), which sends to the collector; add it`,
      );
}

/** A key as the engine stores it: a text, which is JSON for everything but texts. */
type Raw = Readonly<Record<string, string | undefined>>;

function parseValue(key: string, value: string): { value: unknown } | { problem: Problem } {
  try {
    return { value: JSON.parse(value) };
  } catch {
    return { problem: { path: key, text: `is ${describeValue(value)}; a YAML or JSON structure` } };
  }
}

const KEYS = ["cluster", "mesh", "collector", "services", "exceptions"];

/**
 * The configuration from the texts of its keys.
 *
 * @throws RunError with every problem in one message: key path, value given, what is allowed
 */
export function parseConfig(raw: Raw, stack: string): StagingConfig {
  const parsed = Object.entries(raw).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, ...parseValue(key, value) }],
  );
  const broken = parsed.flatMap((one) => ("problem" in one ? [one.problem] : []));
  const strange = Object.keys(raw).flatMap((key): Problem[] => {
    if (KEYS.includes(key)) return [];
    const guess = didYouMean(key, KEYS);
    return [
      {
        path: key,
        text: `is unknown; ${guess === undefined ? `keys are ${KEYS.join(", ")}` : `did you mean ${guess}?`}`,
      },
    ];
  });
  const values = Object.fromEntries(
    parsed.flatMap((one) => ("value" in one && KEYS.includes(one.key) ? [[one.key, one.value]] : [])),
  );
  const result = schema(today()).safeParse(values);
  const told = new Set(broken.map(({ path }) => path));
  const wrong = result.success ? [] : problemsOf(result.error, values).filter(({ path }) => !told.has(path));
  const problems = [...broken, ...strange, ...wrong];
  if (result.success && problems.length === 0) return result.data;
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  throw new pulumi.RunError(describeProblems(`The configuration of stack "${stack}" has ${count}:`, problems));
}

/** The configuration of the stack that runs. */
export function readConfig(): StagingConfig {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return parseConfig(
    Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
    pulumi.getStack(),
  );
}
