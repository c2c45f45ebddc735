import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import type { ObjectRef } from "../objects";
import { parseYaml } from "../yaml";
import { expandConfigText } from "./config-text";
import type { Origin, Undiscovered } from "./discovered";
import { environmentOf, type Environment, type Setting } from "./environment";
import { field, fieldsOf, itemsOf, own } from "./fields";
import { mountedFile } from "./mounted-file";
import { defaultUrl, readTarget, type OtlpEndpoint, type OtlpProtocol, type Signal } from "./otlp-endpoint";
import { hole, isComplete, knownText, wholeText, type PartialText } from "./partial-text";
import type { JavaAgent } from "./sdk-settings";

/**
 * Exporters of the declarative configuration of SDKs, which the collector uses for its own telemetry too.
 * Source: opentelemetry-configuration, schema 1.0 (`tracer_provider`, `meter_provider`, `logger_provider`).
 */

/** Where exporters stand: provider, its list, the wrappers an item may have. */
const PROVIDERS: readonly {
  readonly signal: Signal;
  readonly list: readonly string[];
  readonly wrappers: readonly string[];
}[] = [
  { signal: "traces", list: ["tracer_provider", "processors"], wrappers: ["batch", "simple"] },
  { signal: "metrics", list: ["meter_provider", "readers"], wrappers: ["periodic"] },
  { signal: "logs", list: ["logger_provider", "processors"], wrappers: ["batch", "simple"] },
];

const EXPORTER_PROTOCOLS: Readonly<Record<string, OtlpProtocol>> = {
  otlp_grpc: "grpc",
  otlp_http: "http/protobuf",
};

/** Who exports, and what its values refer to. */
export interface DeclaredBy {
  readonly client: ObjectRef;
  readonly container: string;
  readonly environment: Environment;
  readonly agent: JavaAgent | undefined;
  /** Place of a field below the document: `tracer_provider.processors[0].batch.exporter.otlp_grpc.endpoint`. */
  place(path: string): Origin;
}

const textAt = (value: unknown, environment: Environment): PartialText | undefined => {
  if (isUnknown(value)) return hole("it is not known yet");
  return typeof value === "string" ? expandConfigText(value, environment) : undefined;
};

/** `otlp` is what the schema before 1.0 calls both; its `protocol` tells which. */
function exporterProtocol(type: string, settings: unknown, environment: Environment): Known<OtlpProtocol> | undefined {
  if (type !== "otlp") return own(EXPORTER_PROTOCOLS, type);
  const protocol = wholeText(textAt(field(settings, "protocol"), environment) ?? knownText("http/protobuf"));
  if (isUnknown(protocol)) return UNKNOWN;
  return protocol === "grpc" ? "grpc" : protocol === "http/json" ? "http/json" : "http/protobuf";
}

function insecureOf(settings: unknown, environment: Environment): Known<boolean> {
  const value = field(settings, "tls", "insecure") ?? field(settings, "insecure");
  if (isUnknown(value) || typeof value === "boolean") return value;
  const text = textAt(value, environment);
  return text === undefined ? false : isComplete(text) ? text.text === "true" : UNKNOWN;
}

/** OTLP endpoints that a configuration tree declares. */
export function declaredExporters(tree: unknown, by: DeclaredBy): readonly OtlpEndpoint[] {
  return PROVIDERS.flatMap(({ signal, list, wrappers }) =>
    itemsOf(field(tree, ...list)).flatMap((item, index) =>
      wrappers.flatMap((wrapper) => {
        const exporters = field(item, wrapper, "exporter");
        return Object.entries(fieldsOf(exporters)).flatMap(([type, settings]) => {
          const protocol = exporterProtocol(type, settings, by.environment);
          if (protocol === undefined) return [];
          const written = textAt(field(settings, "endpoint"), by.environment);
          const target = readTarget(
            written ?? knownText(defaultUrl(isUnknown(protocol) ? "http/protobuf" : protocol)),
            {
              protocol,
              withoutScheme: { insecure: insecureOf(settings, by.environment) },
              grpcPathAllowed: true,
            },
          );
          const exporter = `${list.join(".")}[${index}].${wrapper}.exporter.${type}`;
          return [
            {
              client: by.client,
              container: by.container,
              signals: [signal],
              ...target,
              protocol,
              protocolExplicit: true,
              certificate: undefined,
              origin: by.place(written === undefined ? exporter : `${exporter}.endpoint`),
              ...(by.agent === undefined ? {} : { agent: by.agent }),
            },
          ];
        });
      }),
    ),
  );
}

/** Endpoints of the file that OTEL_CONFIG_FILE names, where a ConfigMap among the objects brings it. */
export function declaredEndpoints(
  mesh: Mesh,
  workload: Workload,
  container: Container,
  file: Setting,
  agent: JavaAgent | undefined,
): { readonly endpoints: readonly OtlpEndpoint[]; readonly undiscovered: readonly Undiscovered[] } {
  const unknown = (reason: string) => ({
    endpoints: [],
    undiscovered: [{ object: file.object, path: file.path, reason: `the SDK's configuration file: ${reason}` }],
  });
  const path = wholeText(file.value);
  if (isUnknown(path)) return unknown(file.value.missing.join("; "));
  const mounted = mountedFile(mesh, workload, container, path);
  if (mounted === undefined) return unknown(`${path} is part of the image`);
  if ("problem" in mounted) return unknown(mounted.problem);
  const parsed = parseYaml(mounted.content);
  if ("error" in parsed) return unknown(`${path} is no YAML: ${parsed.error}`);
  const { object, path: place } = mounted;
  return {
    endpoints: declaredExporters(parsed.value, {
      client: workload.ref,
      container: container.name,
      environment: environmentOf(mesh, workload, container),
      agent,
      place: (inner) => ({ object, path: `${place}#${inner}` }),
    }),
    undiscovered: [],
  };
}
