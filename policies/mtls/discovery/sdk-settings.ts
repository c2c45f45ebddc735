import { isUnknown } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { podMetadata } from "../server/injection";
import { agentConfiguration, type AgentConfiguration } from "./agent-configuration";
import { originOf, type Origin, type Undiscovered } from "./discovered";
import { environmentOf, withDefaults, type Setting, type UnseenSource } from "./environment";
import { injectedInto } from "./instrumentation";
import { agentVersion, jvmOptionsOf, unknownOptions } from "./java-properties";

/** The OpenTelemetry Java agent of a container. */
export interface JavaAgent {
  readonly language: "java";
  /** `2.11.0`; absent when nothing in the pod tells. */
  readonly version?: string;
}

/** The settings that an OpenTelemetry SDK in a container finds, wherever they come from. */
export interface SdkSettings {
  /**
   * The strongest setting of a property (`otel.exporter.otlp.endpoint`, that is OTEL_EXPORTER_OTLP_ENDPOINT): system property, then
   * environment variable, then the agent's configuration file. An empty value counts as unset.
   */
  get(property: string): Setting | undefined;
  readonly agent: JavaAgent | undefined;
  /** The field that brings an SDK into the container, when one does; `undefined` when only a setting may tell of one. */
  readonly sdk: Origin | undefined;
  /** Where a property that is not set may be set all the same. */
  readonly unseen: readonly UnseenSource[];
  /** A field that is not known and stronger than what is: it may say something else; `undefined` when there is none. */
  readonly overriding: Undiscovered | undefined;
}

const variables = new Map<string, string>();

/**
 * Environment variable of a property. There are few properties, and every container is asked for each: the name is made once.
 * Source: opentelemetry.io, "Java agent: configuration", Configuring with environment variables.
 */
export function variableOf(property: string): string {
  const known = variables.get(property);
  if (known !== undefined) return known;
  const variable = property.toUpperCase().replace(/[.-]/g, "_");
  variables.set(property, variable);
  return variable;
}

const set = (setting: Setting | undefined): Setting | undefined => (setting?.value.text === "" ? undefined : setting);

const CONFIGURATION_FILE = "otel.javaagent.configuration-file";

/**
 * Source of the order: opentelemetry.io, "Java agent: configuration"; other languages know environment variables only
 * (opentelemetry-specification, "Environment Variable Specification").
 */
export function sdkSettings(mesh: Mesh, workload: Workload, container: Container): SdkSettings {
  const injected = injectedInto(mesh, workload, container);
  const environment = withDefaults(environmentOf(mesh, workload, container), injected?.variables ?? NO_VARIABLES);
  const jvm = jvmOptionsOf(workload, container, environment);
  const own = (property: string): Setting | undefined =>
    set(jvm.properties.get(property)) ?? set(environment.variables.get(variableOf(property)));

  const hasAgent = jvm.agent !== undefined || injected?.language === "java";
  const file = hasAgent ? own(CONFIGURATION_FILE) : undefined;
  const configuration: AgentConfiguration =
    file === undefined ? { properties: NO_VARIABLES } : agentConfiguration(mesh, workload, container, file);
  const version =
    jvm.agent === undefined
      ? injected?.version
      : agentVersion(jvm.agent, isUnknown(workload.containers) ? [] : workload.containers);
  const hidden = hasAgent ? unknownOptions(container) : undefined;

  return {
    get: (property) =>
      own(property) ?? ("properties" in configuration ? set(configuration.properties.get(property)) : undefined),
    agent: hasAgent ? { language: "java", ...(version === undefined ? {} : { version }) } : undefined,
    sdk:
      jvm.agent ?? (injected && originOf(workload.ref, `${podMetadata(workload)}.annotations.${injected.annotation}`)),
    unseen: [
      ...environment.unseen,
      ...(injected?.unseen === undefined ? [] : [unseenSource(injected.unseen)]),
      ...("problem" in configuration
        ? [unseenSource(`the agent's configuration file (${configuration.problem})`)]
        : []),
      ...(hidden === undefined ? [] : [unseenSource(`${hidden.path}, which is not known yet`)]),
    ],
    overriding: hidden && { ...originOf(workload.ref, hidden.path), reason: hidden.reason },
  };
}

const NO_VARIABLES: ReadonlyMap<string, Setting> = new Map();

const unseenSource = (what: string): UnseenSource => ({ what, secret: false });
