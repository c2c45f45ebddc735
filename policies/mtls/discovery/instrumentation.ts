import { isUnknown, type Known } from "../known";
import type { Container, Labels, Mesh, OtherObject, Workload } from "../mesh";
import { originOf } from "./discovered";
import type { Setting } from "./environment";
import { field, itemsOf, knownTextIn, textIn } from "./fields";
import { agentVersionOfImage } from "./java-properties";
import { groupBy, objectsOf, perMesh } from "./lookup";
import { knownText, textOf } from "./partial-text";

/**
 * What the OpenTelemetry operator adds to a container whose pod asks for instrumentation.
 * Source: opentelemetry-operator, README "OpenTelemetry auto-instrumentation injection"; internal/instrumentation/{podmutator,sdk,
 * javaagent,python}.go.
 */
export interface Injected {
  /** Variables that are added unless the container sets them itself. */
  readonly variables: ReadonlyMap<string, Setting>;
  /** The language whose SDK is added; `sdk` for variables only. */
  readonly language: Language;
  /** Version of the Java agent, where the resource names an image. */
  readonly version: string | undefined;
  /** The annotation that asks for it. */
  readonly annotation: string;
  /** The resource that is asked for and not among the objects, for people; `undefined` when it is. */
  readonly unseen: string | undefined;
}

const LANGUAGES = ["java", "python", "nodejs", "dotnet", "go", "sdk"] as const;
type Language = (typeof LANGUAGES)[number];

const PREFIX = "instrumentation.opentelemetry.io/";
const ANNOTATIONS = Object.fromEntries(
  LANGUAGES.map((language) => [language, `${PREFIX}inject-${language}`]),
) as Readonly<Record<Language, string>>;

/** The Python distribution speaks nothing else. */
const LANGUAGE_DEFAULTS: Readonly<Partial<Record<Language, Readonly<Record<string, string>>>>> = {
  python: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" },
};

const instrumentations = perMesh((mesh) =>
  groupBy(objectsOf(mesh, "opentelemetry.io", "Instrumentation"), ({ ref }) => ref.namespace),
);

const annotation = (annotations: Known<Labels> | undefined, key: string): string | undefined => {
  const value = annotations === undefined || isUnknown(annotations) ? undefined : annotations[key];
  return value === undefined || isUnknown(value) ? undefined : value;
};

/** `"true"`, `"false"` or a name; the pod's word counts before the namespace's, unless only the namespace names a resource. */
function askedFor(mesh: Mesh, workload: Workload, language: Language): string | undefined {
  const key = ANNOTATIONS[language];
  const ofPod = annotation(workload.podAnnotations, key);
  const ofNamespace = annotation(mesh.namespaces.get(workload.ref.namespace)?.annotations, key);
  const asked = ofPod === undefined || (ofPod === "true" && ofNamespace !== undefined) ? ofNamespace : ofPod;
  return asked === "false" || asked === "" ? undefined : asked;
}

/** The resource that an annotation names, or what to call it when it is not to be found. */
function resourceFor(mesh: Mesh, workload: Workload, asked: string): OtherObject | string {
  const [namespace, name] = asked.includes("/") ? asked.split("/", 2) : [workload.ref.namespace, asked];
  const candidates = instrumentations(mesh).get(namespace ?? "") ?? [];
  if (asked === "true") {
    const [only, ...others] = candidates;
    if (only !== undefined && others.length === 0) return only;
    return candidates.length === 0
      ? `an Instrumentation of namespace ${namespace}, of which none is among the objects`
      : `one of several Instrumentations of namespace ${namespace}`;
  }
  return (
    candidates.find(({ ref }) => ref.name === name) ??
    `Instrumentation ${namespace}/${name}, which is not among the objects`
  );
}

/** Without a list of names the operator takes the first container. */
function isChosen(workload: Workload, container: Container, language: Language): boolean {
  const listed =
    annotation(workload.podAnnotations, `${PREFIX}${language}-container-names`) ??
    annotation(workload.podAnnotations, `${PREFIX}container-names`);
  if (listed !== undefined) return listed.split(",").some((name) => name.trim() === container.name);
  const { containers } = workload;
  return !isUnknown(containers) && containers.find(({ init }) => !init) === container;
}

function variablesOf(resource: OtherObject, language: Language): ReadonlyMap<string, Setting> {
  const variables = new Map<string, Setting>();
  const put = (name: string, value: Known<string>, path: string): void => {
    if (!variables.has(name))
      variables.set(name, { value: textOf(value, `${path} is not known yet`), ...originOf(resource.ref, path) });
  };
  const spec = field(resource.raw, "spec");
  for (const list of [`spec.${language}.env`, "spec.env"]) {
    const [, ...keys] = list.split(".");
    for (const [index, item] of itemsOf(field(spec, ...keys)).entries()) {
      const name = textIn(field(item, "name"));
      const value = knownTextIn(field(item, "value"));
      if (name !== undefined && value !== undefined) put(name, value, `${list}[${index}].value`);
    }
  }
  const endpoint = knownTextIn(field(spec, "exporter", "endpoint"));
  if (endpoint !== undefined && endpoint !== "") put("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "spec.exporter.endpoint");
  for (const [name, value] of Object.entries(LANGUAGE_DEFAULTS[language] ?? {}))
    if (!variables.has(name))
      variables.set(name, { value: knownText(value), ...originOf(resource.ref, `spec.${language}`) });
  return variables;
}

/** `undefined` when the container is not instrumented. */
export function injectedInto(mesh: Mesh, workload: Workload, container: Container): Injected | undefined {
  for (const language of LANGUAGES) {
    const asked = askedFor(mesh, workload, language);
    if (asked === undefined || !isChosen(workload, container, language)) continue;
    const resource = resourceFor(mesh, workload, asked);
    const found = typeof resource === "string" ? undefined : resource;
    const image = textIn(field(found?.raw, "spec", language, "image"));
    return {
      variables: found === undefined ? new Map() : variablesOf(found, language),
      language,
      version: image === undefined ? undefined : agentVersionOfImage(image),
      annotation: ANNOTATIONS[language],
      unseen: typeof resource === "string" ? resource : undefined,
    };
  }
  return undefined;
}
