import { otlpEndpoints } from "../../policies/mtls/discovery/index";
import { wholeText } from "../../policies/mtls/discovery/partial-text";
import { sdkSettings } from "../../policies/mtls/discovery/sdk-settings";
import { isUnknown } from "../../policies/mtls/known";
import type { Container, Mesh, Workload } from "../../policies/mtls/mesh";
import { describeRef } from "../../policies/mtls/objects";

/** A service that sends traces, by the name under which a trace store knows it. */
export interface TracedService {
  readonly name: string;
  /** Whether the workload says so itself; else its own name is the best guess. */
  readonly certain: boolean;
  /** The workloads that send them. */
  readonly of: readonly string[];
}

/** Every service of which there should be traces: containers with an SDK or agent that exports them. */
export function tracedServices(mesh: Mesh, isInScope: (workload: Workload) => boolean): readonly TracedService[] {
  const workloads = new Map(mesh.workloads.map((workload) => [describeRef(workload.ref), workload]));
  const services = new Map<string, { name: string; certain: boolean; of: Set<string> }>();
  for (const { client, container: name, signals } of otlpEndpoints(mesh)) {
    const workload = workloads.get(describeRef(client));
    if (workload === undefined || !signals.includes("traces") || !isInScope(workload)) continue;
    const container = isUnknown(workload.containers)
      ? undefined
      : workload.containers.find((candidate) => candidate.name === name);
    if (container === undefined) continue;
    const written = serviceName(mesh, workload, container);
    const service = written ?? workload.ref.name;
    const known = services.get(service);
    if (known === undefined)
      services.set(service, { name: service, certain: written !== undefined, of: new Set([describeRef(client)]) });
    else known.of.add(describeRef(client));
  }
  return [...services.values()]
    .map(({ name, certain, of }) => ({ name, certain, of: [...of] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const ATTRIBUTE = /(?:^|,)\s*service\.name\s*=\s*([^,]*)/;

/**
 * `otel.service.name` wins over `service.name` among the resource attributes.
 * Source: opentelemetry-specification, "Environment Variable Specification", OTEL_SERVICE_NAME.
 */
function serviceName(mesh: Mesh, workload: Workload, container: Container): string | undefined {
  const settings = sdkSettings(mesh, workload, container);
  const textOf = (property: string): string | undefined => {
    const setting = settings.get(property);
    const text = setting === undefined ? undefined : wholeText(setting.value);
    return text === undefined || isUnknown(text) ? undefined : text.trim();
  };
  const own = textOf("otel.service.name");
  if (own !== undefined) return own;
  const attribute = ATTRIBUTE.exec(textOf("otel.resource.attributes") ?? "")?.[1]?.trim();
  return attribute === undefined || attribute === "" ? undefined : decode(attribute);
}

/** Values of attributes are percent-encoded, as in W3C Baggage. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
