import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { PROXY_CONTAINER } from "../server/injection";
import { isCollectorContainer } from "./collector-identity";
import { declaredEndpoints } from "./declarative-configuration";
import { join, originOf, type Discovery, type Origin, type Undiscovered } from "./discovered";
import { describeUnseen, type Setting } from "./environment";
import { perMesh } from "./lookup";
import {
  defaultUrl,
  flowOf,
  OTLP_PROTOCOLS,
  readTarget,
  SIGNALS,
  type OtlpEndpoint,
  type OtlpProtocol,
  type Signal,
} from "./otlp-endpoint";
import { hole, isComplete, knownText, wholeText } from "./partial-text";
import { sdkSettings, variableOf, type SdkSettings } from "./sdk-settings";

/** What the containers of a mesh say about OTLP, and what they leave open. */
interface Findings {
  readonly endpoints: readonly OtlpEndpoint[];
  readonly undiscovered: readonly Undiscovered[];
}

const EXPORTER_PROTOCOL: ReadonlyMap<string, OtlpProtocol> = new Map([
  ["otlp_proto_grpc", "grpc"],
  ["otlp_proto_http", "http/protobuf"],
]);

const majorOf = (version: string | undefined): number | undefined =>
  version === undefined ? undefined : Number(version.split(".")[0]);

/** A flag as the specification reads one: only `true` is true. */
const flagOf = (setting: Setting | undefined, otherwise: boolean): Known<boolean> => {
  if (setting === undefined) return otherwise;
  return isComplete(setting.value) ? setting.value.text.trim().toLowerCase() === "true" : UNKNOWN;
};

const OPTIONS = ["endpoint", "protocol", "insecure", "certificate"] as const;
type OtlpOption = (typeof OPTIONS)[number];

const forAll = (option: OtlpOption): string => `otel.exporter.otlp.${option}`;

/** Names of an option for one signal, put together once. */
const FOR_SIGNAL = Object.fromEntries(
  SIGNALS.map((signal) => [
    signal,
    Object.fromEntries(OPTIONS.map((option) => [option, `otel.exporter.otlp.${signal}.${option}`])),
  ]),
) as Readonly<Record<Signal, Readonly<Record<OtlpOption, string>>>>;

const EXPORTERS = Object.fromEntries(SIGNALS.map((signal) => [signal, `otel.${signal}.exporter`])) as Readonly<
  Record<Signal, string>
>;

const isSetFor = (settings: SdkSettings, signal: Signal): boolean =>
  OPTIONS.some((option) => settings.get(FOR_SIGNAL[signal][option]) !== undefined);

const ENDPOINTS = [forAll("endpoint"), ...SIGNALS.map((signal) => FOR_SIGNAL[signal].endpoint)];

const perSignal = (settings: SdkSettings, signal: Signal, option: OtlpOption): Setting | undefined =>
  settings.get(FOR_SIGNAL[signal][option]) ?? settings.get(forAll(option));

const hasSdk = (settings: SdkSettings): boolean =>
  settings.sdk !== undefined || ENDPOINTS.some((name) => settings.get(name) !== undefined);

/** What switches all of it off, and whether it does. */
const SWITCHES = [
  { property: "otel.sdk.disabled", otherwise: false, off: true, ofAgent: false },
  { property: "otel.javaagent.enabled", otherwise: true, off: false, ofAgent: true },
];

/** Whether the SDK is switched off; where that is not known, the setting that would tell. */
function switchedOff(settings: SdkSettings): boolean | Setting {
  for (const { property, otherwise, off, ofAgent } of SWITCHES) {
    const setting = settings.get(property);
    const value = ofAgent && settings.agent === undefined ? otherwise : flagOf(setting, otherwise);
    if (isUnknown(value) && setting !== undefined) return setting;
    if (value === off) return true;
  }
  return false;
}

/** The OTLP exporter of a signal: none, one, one that a Python entry point names with its protocol, or nobody knows. */
function exporterOf(settings: SdkSettings, signal: Signal): Known<{ readonly protocol?: OtlpProtocol } | undefined> {
  const setting = settings.get(EXPORTERS[signal]);
  if (setting === undefined) {
    // The agent exports logs by default since 2.0.0.
    const isOff = signal === "logs" && (majorOf(settings.agent?.version) ?? 2) < 2;
    return isOff ? undefined : {};
  }
  const text = wholeText(setting.value);
  if (isUnknown(text)) return UNKNOWN;
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  if (names.includes("otlp")) return {};
  const protocol = names.map((name) => EXPORTER_PROTOCOL.get(name)).find((found) => found !== undefined);
  return protocol === undefined ? undefined : { protocol };
}

/**
 * The protocol when nobody sets one: http/protobuf for an agent from 2.0.0 on, gRPC before; where neither the language nor the
 * version is known, what the port is registered for.
 * Source: opentelemetry-java-instrumentation, release 2.0.0; opentelemetry-specification, "OpenTelemetry Protocol Exporter".
 */
function defaultProtocol(settings: SdkSettings, endpoint: Setting | undefined): OtlpProtocol {
  const major = majorOf(settings.agent?.version);
  if (major !== undefined) return major < 2 ? "grpc" : "http/protobuf";
  return endpoint !== undefined && /:4317\/?$/.test(endpoint.value.text.trim()) ? "grpc" : "http/protobuf";
}

interface Protocol {
  readonly protocol: Known<OtlpProtocol>;
  readonly explicit: boolean;
  readonly problem?: string;
}

function protocolOf(settings: SdkSettings, signal: Signal, endpoint: Setting | undefined): Protocol {
  const setting = perSignal(settings, signal, "protocol");
  if (setting === undefined) {
    const hidden = settings.agent !== undefined && settings.unseen.some(({ secret }) => !secret);
    return { protocol: hidden ? UNKNOWN : defaultProtocol(settings, endpoint), explicit: false };
  }
  const text = wholeText(setting.value);
  if (isUnknown(text)) return { protocol: UNKNOWN, explicit: true };
  const protocol = OTLP_PROTOCOLS.find((known) => known === text.trim());
  if (protocol !== undefined) return { protocol, explicit: true };
  const problem = `the OTLP protocol is "${text}"; one of ${OTLP_PROTOCOLS.join(", ")}`;
  return { protocol: UNKNOWN, explicit: true, problem };
}

interface Subject {
  readonly workload: Workload;
  readonly container: Container;
  readonly settings: SdkSettings;
}

/** Where signals go that share every setting; `origin` is the field that says so, or the one that brings the SDK when the default counts. */
function signalEndpoint(
  { workload, container, settings }: Subject,
  signals: readonly [Signal, ...Signal[]],
  named: OtlpProtocol | undefined,
): OtlpEndpoint {
  const [signal] = signals;
  const endpoint = perSignal(settings, signal, "endpoint");
  const set = named === undefined ? protocolOf(settings, signal, endpoint) : { protocol: named, explicit: true };
  const certificate = perSignal(settings, signal, "certificate");
  const { agent, unseen } = settings;
  const text =
    endpoint?.value ??
    (unseen.length === 0
      ? knownText(defaultUrl(isUnknown(set.protocol) ? "http/protobuf" : set.protocol))
      : hole(`it may be set by ${describeUnseen(unseen)}`));
  const target = readTarget(text, {
    protocol: set.protocol,
    withoutScheme:
      agent === undefined ? { insecure: flagOf(perSignal(settings, signal, "insecure"), false) } : "invalid",
    grpcPathAllowed: agent === undefined,
  });
  const origin: Origin = endpoint ?? settings.sdk ?? originOf(workload.ref, container.path);
  return {
    client: workload.ref,
    container: container.name,
    signals: signals.length === SIGNALS.length ? SIGNALS : signals,
    ...target,
    protocol: set.protocol,
    protocolExplicit: set.explicit,
    certificate: certificate === undefined ? undefined : wholeText(certificate.value),
    origin: { object: origin.object, path: origin.path },
    ...(agent === undefined ? {} : { agent }),
    problem: target.problem ?? set.problem,
  };
}

const groupKey = ({ url, protocol, tls, origin, problem }: OtlpEndpoint): string =>
  [url, protocol, tls, origin.object, origin.path, problem].map(String).join("\n");

/** Signals that go the same way count as one endpoint. */
function groupSignals(endpoints: readonly OtlpEndpoint[]): readonly OtlpEndpoint[] {
  if (endpoints.length < 2) return endpoints;
  const groups = new Map<string, OtlpEndpoint>();
  for (const endpoint of endpoints) {
    const key = groupKey(endpoint);
    const group = groups.get(key);
    groups.set(key, group === undefined ? endpoint : { ...group, signals: [...group.signals, ...endpoint.signals] });
  }
  return [...groups.values()];
}

/** The declarative file, when there is one, replaces every other setting of the SDK. */
const DECLARATIVE_FILES = ["otel.config.file", "otel.experimental.config.file"];

const hiddenEnvironment = (workload: Workload, container: Container): readonly Undiscovered[] =>
  isUnknown(container.env)
    ? [
        {
          ...originOf(workload.ref, `${container.path}.env`),
          reason: "it is not known yet, so it may name an OTLP endpoint",
        },
      ]
    : [];

const unsettled = ({ object, path, value }: Setting, what: string): Undiscovered => ({
  object,
  path,
  reason: `${what} is not known: ${value.missing.join("; ")}`,
});

/** A default counts only for an SDK that is certainly there: a lone variable for traces says nothing about metrics. */
const hasEndpoint = (settings: SdkSettings, signal: Signal): boolean =>
  settings.sdk !== undefined || perSignal(settings, signal, "endpoint") !== undefined;

function findingsOf(mesh: Mesh, workload: Workload, container: Container): Findings {
  const settings = sdkSettings(mesh, workload, container);
  const file = DECLARATIVE_FILES.map((name) => settings.get(name)).find((setting) => setting !== undefined);
  if (file !== undefined) return declaredEndpoints(mesh, workload, container, file, settings.agent);
  if (!hasSdk(settings)) return { endpoints: [], undiscovered: hiddenEnvironment(workload, container) };
  const off = switchedOff(settings);
  if (off === true) return { endpoints: [], undiscovered: [] };
  if (off !== false) return { endpoints: [], undiscovered: [unsettled(off, "whether the SDK is switched off")] };
  /** Signals without a setting of their own share whatever the exporter's name says. */
  const alike = new Map<
    string,
    { readonly signals: [Signal, ...Signal[]]; readonly named: OtlpProtocol | undefined }
  >();
  const undiscovered: Undiscovered[] = [];
  for (const signal of SIGNALS) {
    const exporter = exporterOf(settings, signal);
    const setting = settings.get(EXPORTERS[signal]);
    if (isUnknown(exporter) && setting !== undefined)
      undiscovered.push(unsettled(setting, `whether ${signal} are exported (${variableOf(EXPORTERS[signal])})`));
    else if (!isUnknown(exporter) && exporter !== undefined && hasEndpoint(settings, signal)) {
      const key = isSetFor(settings, signal) ? signal : (exporter.protocol ?? "");
      const known = alike.get(key);
      if (known === undefined) alike.set(key, { signals: [signal], named: exporter.protocol });
      else known.signals.push(signal);
    }
  }
  const subject = { workload, container, settings };
  const endpoints = [...alike.values()].map(({ signals, named }) => signalEndpoint(subject, signals, named));
  const { overriding } = settings;
  if (overriding !== undefined && endpoints.some(({ problem }) => problem === undefined)) undiscovered.push(overriding);
  return { endpoints: groupSignals(endpoints), undiscovered };
}

/** Init containers come and go before the application starts, except those that stay beside it. */
const runsBeside = (container: Container): boolean => !container.init || container.restartPolicy === "Always";

const findings = perMesh((mesh): Findings => {
  const endpoints: OtlpEndpoint[] = [];
  const undiscovered: Undiscovered[] = [];
  for (const workload of mesh.workloads) {
    const { containers } = workload;
    if (isUnknown(containers)) {
      const path = `${workload.podPath}.containers`;
      undiscovered.push({ ...originOf(workload.ref, path), reason: "the containers are not known yet" });
      continue;
    }
    for (const container of containers) {
      if (container.name === PROXY_CONTAINER || !runsBeside(container) || isCollectorContainer(mesh, container))
        continue;
      const found = findingsOf(mesh, workload, container);
      endpoints.push(...found.endpoints);
      undiscovered.push(...found.undiscovered);
    }
  }
  return { endpoints, undiscovered };
});

/**
 * Where every container with an OpenTelemetry SDK or agent sends its telemetry, in the order of the workloads. A container counts
 * when it loads an agent, is instrumented by the operator, or has an OTLP endpoint among its settings.
 */
export const otlpEndpoints = (mesh: Mesh): readonly OtlpEndpoint[] => findings(mesh).endpoints;

/** Flows of SDKs and agents to the collectors they are told to use. */
export function otlpFlows(mesh: Mesh): Discovery {
  const { endpoints, undiscovered } = findings(mesh);
  return join([...endpoints.map(flowOf), { flows: [], undiscovered }]);
}
