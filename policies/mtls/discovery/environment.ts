import { isUnknown, type Known } from "../known";
import { oneCopy } from "../memo";
import type { Container, EnvVar, Labels, Mesh, Workload } from "../mesh";
import { describeRef } from "../objects";
import type { Origin } from "./discovered";
import { own } from "./fields";
import { configMapNamed, perMesh } from "./lookup";
import { hole, knownText, substitute, textOf, type PartialText } from "./partial-text";

/** A value that configures a process, and the field that sets it. */
export interface Setting extends Origin {
  readonly value: PartialText;
}

/** Something that sets what nobody here can see. */
export interface UnseenSource {
  /** For people: `ConfigMap staging-webs/otel`. */
  readonly what: string;
  /** True for Secrets: they may hold an endpoint with its key, but no one hides a protocol in one. */
  readonly secret: boolean;
}

export const describeUnseen = (sources: readonly UnseenSource[]): string =>
  sources.map(({ what }) => what).join(" or ");

/** What a container's process finds in its environment. */
export interface Environment {
  /** In the order of precedence already: one setting per variable. */
  readonly variables: ReadonlyMap<string, Setting>;
  /** Sources that are not among the objects: what is not in `variables` may be set there. */
  readonly unseen: readonly UnseenSource[];
  /** Replaces `$(NAME)` as Kubernetes does in `command` and `args`. */
  expand(text: string): PartialText;
}

const REFERENCE = /\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g;

/** Kubernetes adds these for the Services of the namespace that exist when the pod starts. */
const SERVICE_VARIABLE = /_SERVICE_(HOST|PORT(_\w+)?)$/;

/**
 * `$(NAME)` is the value of a variable defined before, `$$` is `$`, anything else stays.
 * Source: kubernetes.io, "Define dependent environment variables"; third_party/forked/golang/expansion in kubernetes/kubernetes.
 */
function expandReferences(
  text: PartialText,
  variables: ReadonlyMap<string, Setting>,
  unseen: readonly UnseenSource[],
): PartialText {
  if (!text.text.includes("$")) return text;
  return substitute(text, REFERENCE, ([whole, name]) => {
    if (name === undefined) return knownText(whole.slice(1));
    const setting = variables.get(name);
    if (setting !== undefined) return setting.value;
    if (SERVICE_VARIABLE.test(name)) return hole(`$(${name}) is set by Kubernetes when the pod starts`);
    return unseen.length > 0 ? hole(`$(${name}) may be set by ${describeUnseen(unseen)}`) : undefined;
  });
}

const labelIn = (labels: Known<Labels>, key: string): Known<string> | undefined =>
  isUnknown(labels) ? labels : own(labels, key);

/** What the downward API puts there, as far as manifests tell. Source: kubernetes.io, "Downward API". */
function fieldValue(workload: Workload, path: string): PartialText {
  const unknown = `it is ${path} of the pod, which is known only when it runs`;
  const [, kind, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (key !== undefined) {
    const value = labelIn(kind === "labels" ? workload.podLabels : workload.podAnnotations, key);
    return value === undefined ? knownText("") : textOf(value, unknown);
  }
  if (path === "metadata.namespace") return knownText(workload.ref.namespace);
  if (path === "spec.serviceAccountName") return textOf(workload.serviceAccount, unknown);
  return hole(unknown);
}

function readVariable(mesh: Mesh, workload: Workload, variable: EnvVar): PartialText | undefined {
  const { from } = variable;
  if (from === undefined) return textOf(variable.value ?? "", `the value of ${variable.name} is not known yet`);
  if ("path" in from)
    return from.kind === "field" ? fieldValue(workload, from.path) : hole(`it is ${from.path} of the container`);
  if (from.kind === "secret") return hole(`it comes from Secret ${workload.ref.namespace}/${from.name}`);
  const name = `ConfigMap ${workload.ref.namespace}/${from.name}`;
  const configMap = configMapNamed(mesh, workload.ref.namespace, from.name);
  if (configMap === undefined) return hole(`it comes from ${name}, which is not among the objects`);
  if (isUnknown(configMap.data)) return hole(`it comes from ${name}, whose data is not known yet`);
  const value = own(configMap.data, from.key);
  if (value !== undefined) return textOf(value, `it comes from key ${from.key} of ${name}, which is not known yet`);
  return from.optional ? undefined : hole(`${name} has no key ${from.key}`);
}

const KIND_FIELDS = {
  configMap: "configMapKeyRef",
  secret: "secretKeyRef",
  field: "fieldRef",
  resource: "resourceFieldRef",
};

const variablePath = (container: Container, index: number, { from }: EnvVar): string =>
  oneCopy(`${container.path}.env[${index}].${from === undefined ? "value" : `valueFrom.${KIND_FIELDS[from.kind]}`}`);

/** Most variables of a container configure nothing here: where one stands is put into words only when somebody asks. */
class VariableSetting implements Setting {
  constructor(
    readonly value: PartialText,
    private readonly workload: Workload,
    private readonly place: () => string,
  ) {}

  get object(): string {
    return describeRef(this.workload.ref);
  }

  get path(): string {
    return this.place();
  }
}

function makeEnvironment(mesh: Mesh, workload: Workload, container: Container): Environment {
  const variables = new Map<string, Setting>();
  const unseen: UnseenSource[] = [];
  const { namespace } = workload.ref;

  for (const [index, source] of container.envFrom.entries()) {
    const kind = source.kind === "configMap" ? "ConfigMap" : "Secret";
    const data = source.kind === "configMap" ? configMapNamed(mesh, namespace, source.name)?.data : undefined;
    if (data === undefined || isUnknown(data)) {
      unseen.push({ what: `${kind} ${namespace}/${source.name}`, secret: source.kind === "secret" });
      continue;
    }
    for (const [key, value] of Object.entries(data))
      variables.set(
        source.prefix + key,
        new VariableSetting(
          textOf(value, `key ${key} of ConfigMap ${namespace}/${source.name} is not known yet`),
          workload,
          () => `${container.path}.envFrom[${index}]`,
        ),
      );
  }

  if (isUnknown(container.env)) unseen.push({ what: `${container.path}.env, which is not known yet`, secret: false });
  else
    for (const [index, variable] of container.env.entries()) {
      const value = readVariable(mesh, workload, variable);
      if (value === undefined) continue;
      const expanded = variable.from === undefined ? expandReferences(value, variables, unseen) : value;
      variables.set(
        variable.name,
        new VariableSetting(expanded, workload, () => variablePath(container, index, variable)),
      );
    }

  return { variables, unseen, expand: (text) => expandReferences(knownText(text), variables, unseen) };
}

/** Whoever asks for one asks for it again at once, and thousands of them are too many to keep. */
const last = perMesh((): { of?: Container; environment?: Environment } => ({}));

/** Variables of `envFrom` and `env` (which wins, the last of a name first), with `$(NAME)` replaced. */
export function environmentOf(mesh: Mesh, workload: Workload, container: Container): Environment {
  const kept = last(mesh);
  if (kept.of === container && kept.environment !== undefined) return kept.environment;
  const environment = makeEnvironment(mesh, workload, container);
  kept.of = container;
  kept.environment = environment;
  return environment;
}

/** The same environment with variables that something adds to the pod unless they are set already. */
export function withDefaults(environment: Environment, added: ReadonlyMap<string, Setting>): Environment {
  if (added.size === 0) return environment;
  const variables = new Map([...added, ...environment.variables]);
  return {
    variables,
    unseen: environment.unseen,
    expand: (text) => expandReferences(knownText(text), variables, environment.unseen),
  };
}
