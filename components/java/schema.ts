import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import {
  digest,
  dnsLabel,
  fields,
  fraction,
  httpPath,
  httpUrl,
  image,
  imageRepository,
  inputOf,
  memory,
  oneOf,
  port,
  quantity,
  text,
  variables,
  version,
  wholeNumber,
} from "../arguments/kinds";
import { together, type Report, type Sound } from "../arguments/together";
import { OtelCollector } from "../otel-collector";
import { OtelMtlsException } from "../otel-mtls-exception";
import { isOwnVariable } from "./agent";

/** What configuration shares with the component. */
export const javaServiceShape = {
  namespace: dnsLabel,
  image: inputOf(image),
  port: port.default(8080),
  replicas: wholeNumber(0, 100).default(2),
  resources: fields({ cpu: quantity.default("250m"), memory: memory.default("768Mi") }).prefault({}),
  agent: fields({
    repository: imageRepository.default("ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java"),
    version: version.default("2.31.0"),
    digest: inputOf(digest).exactOptional(),
    protocol: oneOf("grpc", "http/protobuf").default("grpc"),
    sampleRatio: fraction.default(1),
  }).prefault({}),
  endpoint: inputOf(httpUrl).exactOptional(),
  environment: text.exactOptional(),
  env: variables.default({}),
  javaOptions: text.default("-XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError"),
  health: fields({
    port: port.exactOptional(),
    liveness: httpPath.default("/actuator/health/liveness"),
    readiness: httpPath.default("/actuator/health/readiness"),
    startupSeconds: wholeNumber(10, 1800).default(300),
  }).prefault({}),
  metrics: fields({ port: port.exactOptional(), path: httpPath.default("/actuator/prometheus") }).prefault({}),
  runAsUser: wholeNumber(1, 65535).default(10001),
};

type Shared = Sound<z.output<ReturnType<typeof fields<typeof javaServiceShape>>>>;

/** What holds between the fields of one service. */
export function checkJavaService({ env = {}, endpoint, agent }: Shared, report: Report): void {
  for (const name of Object.keys(env))
    if (isOwnVariable(name))
      report(["env", name], "is set by the component; use the arguments agent, endpoint, environment or javaOptions");
  if (typeof endpoint === "string" && agent?.protocol !== undefined)
    checkEndpoint(endpoint, agent.protocol, (problem) => report(["endpoint"], `is "${endpoint}"; ${problem}`));
}

/** What agent 2.x refuses or warns of at its start (OtlpConfigUtil of the SDK). */
function checkEndpoint(endpoint: string, protocol: "grpc" | "http/protobuf", problem: (text: string) => void): void {
  const url = new URL(endpoint);
  if (protocol === "grpc" && url.pathname !== "/") problem("protocol grpc takes an address without path");
  if (protocol === "grpc" && url.port === "4318")
    problem("protocol grpc uses 4317, or set agent.protocol to http/protobuf");
  if (protocol === "http/protobuf" && url.port === "4317")
    problem("protocol http/protobuf uses 4318, or set agent.protocol to grpc");
}

export const javaServiceSchema = () =>
  together(
    fields({
      ...javaServiceShape,
      collector: z.instanceof(OtelCollector, { error: "an OtelCollector" }).exactOptional(),
      mtlsException: z.instanceof(OtelMtlsException, { error: "an OtelMtlsException" }).exactOptional(),
    }),
    (service, report) => {
      checkJavaService(service, report);
      const collector = service.collector as OtelCollector | undefined;
      const exception = service.mtlsException as OtelMtlsException | undefined;
      if (collector === undefined && service.endpoint === undefined)
        report(["endpoint"], "is missing; where telemetry goes, or collector: the OtelCollector that takes it");
      if (collector !== undefined && exception !== undefined) {
        const { namespace, collector: name } = exception.contract;
        if (namespace !== collector.namespace || name !== collector.name)
          report(
            ["mtlsException"],
            `is for ${namespace}/${name}; telemetry goes to ${collector.namespace}/${collector.name}`,
          );
      }
    },
  );

/** The arguments after defaults. */
export type JavaServicePlan = z.output<ReturnType<typeof javaServiceSchema>>;

/** Where the agent sends: as given, else the collector's address for its protocol. */
export function endpointOf({ endpoint, collector, agent }: JavaServicePlan): pulumi.Input<string> {
  if (endpoint !== undefined) return endpoint;
  if (collector === undefined) throw new pulumi.RunError("A JavaService needs a collector or an endpoint");
  return agent.protocol === "grpc" ? collector.endpoints.grpc : collector.endpoints.http;
}
