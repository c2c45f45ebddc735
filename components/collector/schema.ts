import { z } from "zod";

import {
  digest,
  dnsLabel,
  fields,
  flag,
  hostPort,
  httpUrl,
  imageRepository,
  inputOf,
  memory,
  oneOf,
  port,
  quantity,
  text,
  version,
  wholeNumber,
} from "../arguments/kinds";
import { together, type Report, type Sound } from "../arguments/together";
import { OtelMtlsException } from "../otel-mtls-exception";
import { atLeast } from "../versions";
import { OLDEST_VERSION } from "./config";
import { collectorLabels } from "./labels";

/** What configuration shares with the component. */
export const collectorShape = {
  namespace: dnsLabel,
  image: fields({
    repository: imageRepository.default(
      "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s",
    ),
    version: version.default("0.159.0"),
    digest: inputOf(digest).exactOptional(),
  }).prefault({}),
  ports: fields({ grpc: port.default(4317), http: port.default(4318) }).prefault({}),
  exporters: fields({ tempo: inputOf(hostPort).exactOptional(), prometheus: inputOf(httpUrl).exactOptional() }),
  clusterName: text.exactOptional(),
  logLevel: oneOf("debug", "info", "warn", "error").default("info"),
  replicas: wholeNumber(1, 50).default(2),
  resources: fields({ cpu: quantity.default("200m"), memory: memory.default("1Gi") }).prefault({}),
  internalLoadBalancer: flag.default(false),
  clusterDomain: text.default("cluster.local"),
};

type Shared = Sound<z.output<ReturnType<typeof fields<typeof collectorShape>>>>;

/** What holds between the fields of one collector. */
export function checkCollector({ image, ports, exporters }: Shared, report: Report): void {
  if (image?.version !== undefined && !atLeast(image.version, OLDEST_VERSION))
    report(
      ["image", "version"],
      `is ${image.version}; ${OLDEST_VERSION} or newer, which reads the configuration as written here`,
    );
  if (ports?.grpc !== undefined && ports.grpc === ports.http)
    report(["ports", "http"], `is ${ports.http}, the gRPC port too; two different ports`);
  if (exporters !== undefined && exporters.tempo === undefined && exporters.prometheus === undefined)
    report(["exporters"], "names no backend; at least one of tempo (traces) and prometheus (metrics)");
}

export const collectorSchema = (name: string) =>
  together(
    fields({
      ...collectorShape,
      mtlsException: z.instanceof(OtelMtlsException, { error: "an OtelMtlsException" }).exactOptional(),
    }),
    (collector, report) => {
      checkCollector(collector, report);
      const exception = collector.mtlsException as OtelMtlsException | undefined;
      if (exception !== undefined) checkException(name, collector, exception, report);
    },
  );

/** The arguments after defaults. */
export type CollectorPlan = z.output<ReturnType<typeof collectorSchema>>;

/** An exception is for one collector: the one it names, on ports where that collector speaks OTLP. */
function checkException(name: string, collector: Shared, { contract }: OtelMtlsException, report: Report): void {
  const problem = (text: string) => report(["mtlsException"], text);
  if (contract.collector !== name) problem(`is for the collector "${contract.collector}", not for "${name}"`);
  if (collector.namespace !== undefined && contract.namespace !== collector.namespace)
    problem(`is for namespace ${contract.namespace}; the collector is in ${collector.namespace}`);
  const mine = [collector.ports?.grpc, collector.ports?.http];
  const foreign = contract.ports.filter((port) => !mine.includes(port));
  if (foreign.length > 0) problem(`opens ${foreign.join(", ")}; the collector's OTLP ports are ${mine.join(" and ")}`);
  const podLabels = collectorLabels(name);
  if (Object.entries(contract.selector).some(([key, value]) => podLabels[key] !== value))
    problem(`selects ${JSON.stringify(contract.selector)}; the collector's pods are ${JSON.stringify(podLabels)}`);
}
