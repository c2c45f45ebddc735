import { isUnknown } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { agentConfiguration } from "./agent-configuration";
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
  /** Fields that are not known and might say something else than what is. */
  readonly doubts: readonly Undiscovered[];
}

/**
 * Environment variable of a property.
 * Source: opentelemetry.io, "Java agent: configuration", Configuring with environment variables.
 */
export const variableOf = (property: string): string => property.toUpperCase().replace(/[.-]/g, "_");

const isSet = (setting: Setting | undefined): setting is Setting => setting !== undefined && setting.value.text !== "";

const CONFIGURATION_FILE = "otel.javaagent.configuration-file";

/**
 * Source of the order: opentelemetry.io, "Java agent: configuration"; other languages know environment variables only
 * (opentelemetry-specification, "Environment Variable Specification").
 */
export function sdkSettings(mesh: Mesh, workload: Workload, container: Container): SdkSettings {
  const injected = injectedInto(mesh, workload, container);
  const environment = withDefaults(environmentOf(mesh, workload, container), injected?.variables ?? new Map());
  const jvm = jvmOptionsOf(workload, container, environment);
  const doubts: Undiscovered[] = [];
  const asked = injected && originOf(workload.ref, `${podMetadata(workload)}annotations.${injected.annotation}`);
  if (injected?.problem !== undefined && asked !== undefined) doubts.push({ ...asked, reason: injected.problem });

  const own = (property: string): Setting | undefined =>
    [jvm.properties.get(property), environment.variables.get(variableOf(property))].find(isSet);

  const file = jvm.agent === undefined && injected?.language !== "java" ? undefined : own(CONFIGURATION_FILE);
  const configuration = file && agentConfiguration(mesh, workload, container, file);
  const fromFile = configuration !== undefined && "properties" in configuration ? configuration.properties : undefined;
  if (file !== undefined && configuration !== undefined && "problem" in configuration)
    doubts.push({ object: file.object, path: file.path, reason: configuration.problem });

  const version =
    jvm.agent === undefined
      ? injected?.version
      : agentVersion(jvm.agent, isUnknown(workload.containers) ? [] : workload.containers);
  const hasAgent = jvm.agent !== undefined || injected?.language === "java";
  const hidden = hasAgent ? unknownOptions(container) : undefined;
  if (hidden !== undefined) doubts.push({ ...originOf(workload.ref, hidden.path), reason: hidden.reason });

  return {
    get: (property) => {
      const setting = own(property) ?? fromFile?.get(property);
      return isSet(setting) ? setting : undefined;
    },
    agent: hasAgent ? { language: "java", ...(version === undefined ? {} : { version }) } : undefined,
    sdk: jvm.agent ?? asked,
    unseen: [
      ...environment.unseen,
      ...doubts.map(({ object, path }) => ({ what: `${path} of ${object}`, secret: false })),
    ],
    doubts,
  };
}

/** `spec.template.metadata.` of a template, `metadata.` of a Pod. */
const podMetadata = (workload: Workload): string => workload.podPath.replace(/spec$/, "metadata.");
