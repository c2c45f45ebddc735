import { inRanges } from "../cidr";
import type { Undecided } from "../flow";
import { isUnknown, mapKnown, UNKNOWN, type Known } from "../known";
import type { InjectorConfig, Labels, Workload } from "../mesh";
import { remembered } from "../memo";
import type { MeshIndex } from "../mesh-index";
import { parseYaml } from "../yaml";
import { templatesOf } from "./injection";
import { addressIstio } from "./plain-pod";
import { podMetadata, valueOf } from "./pod-metadata";

/**
 * How a pod's traffic is led to its proxy: annotations of the pod, else what the injector was installed with
 * (`manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`). Read once per workload.
 */
export interface Redirection {
  /** False where nothing leads traffic to the proxy: `interceptionMode: NONE`, or a template that sets up nothing. */
  readonly exists: Known<boolean>;
  /** Why not, when it does not exist. */
  readonly says: string;
  readonly includeInboundPorts: Known<PortList>;
  readonly excludeInboundPorts: Known<PortList>;
  readonly includeOutboundPorts: Known<PortList>;
  readonly excludeOutboundPorts: Known<PortList>;
  readonly includeOutboundRanges: Known<RangeList>;
  readonly excludeOutboundRanges: Known<RangeList>;
  /** Fields that are not known and may bear on any of this. */
  readonly undecided: readonly Undecided[];
}

export type PortList = "all" | ReadonlySet<number>;
export type RangeList = "all" | "none" | ((address: string) => boolean);

const items = (text: string): readonly string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const ports = (text: Known<string>): Known<PortList> =>
  mapKnown(text, (known) => (known === "*" ? "all" : new Set(items(known).map(Number))));

const ranges = (text: Known<string>): Known<RangeList> =>
  mapKnown(text, (known) => {
    const list = items(known);
    return known === "*" ? "all" : list.length === 0 ? "none" : inRanges(list);
  });

const PREFIX = "traffic.sidecar.istio.io/";
const MODE = "sidecar.istio.io/interceptionMode";
const PROXY_CONFIG = "proxy.istio.io/config";

/** YAML that can have the key: it names it, or spells it with escapes. */
const MAY_SAY_MODE = /interceptionMode|\\/;

/** `proxy.istio.io/config` of the pod: YAML in an annotation, parsed only where it bears on this. */
const configuredMode = (annotations: Known<Labels>): Known<string> | undefined => {
  const text = valueOf(annotations, PROXY_CONFIG);
  if (text === undefined || isUnknown(text)) return text;
  if (!MAY_SAY_MODE.test(text)) return undefined;
  const parsed = parseYaml(text);
  const config = "value" in parsed ? parsed.value : undefined;
  if (typeof config !== "object" || config === null || !("interceptionMode" in config)) return undefined;
  return typeof config.interceptionMode === "string" ? config.interceptionMode : undefined;
};

const NO_REDIRECTION = ["grpc-agent", "grpc-simple", "gateway"];

const existence = (index: MeshIndex, workload: Workload): Pick<Redirection, "exists" | "says"> => {
  const { podAnnotations } = workload;
  const { mode: installed } = index.mesh.injector.interception;
  const mode = valueOf(podAnnotations, MODE) ?? configuredMode(podAnnotations) ?? installed;
  if (mode === "NONE") return { exists: false, says: "interceptionMode is NONE" };
  const templates = templatesOf(index.mesh, workload);
  if (!isUnknown(templates) && templates.every((template) => NO_REDIRECTION.includes(template)))
    return { exists: false, says: `the injection template ${templates.join(",")} redirects nothing` };
  if (isUnknown(mode) || isUnknown(templates))
    return { exists: UNKNOWN, says: "whether traffic is redirected is not known" };
  return { exists: true, says: "" };
};

const openFields = (index: MeshIndex, workload: Workload): readonly Undecided[] => {
  const { ref, podAnnotations } = workload;
  const path = `${podMetadata(workload)}.annotations`;
  if (isUnknown(podAnnotations)) return [{ object: ref, path }];
  const ofPod = Object.entries(podAnnotations).flatMap(([key, value]) =>
    isUnknown(value) && key.includes("istio.io/") ? [{ object: ref, path: `${path}.${key}` }] : [],
  );
  const { interception, ref: injector } = index.mesh.injector;
  const isOpen = Object.values(interception).some((value) => isUnknown(value));
  return injector !== undefined && isOpen ? [...ofPod, { object: injector, path: "data.values" }] : ofPod;
};

/** The redirection that a pod's annotations ask for, on top of what was installed. */
function read(index: MeshIndex, workload: Workload): Redirection {
  const { interception } = index.mesh.injector;
  const setting = (annotation: string, installed: keyof InjectorConfig["interception"]): Known<string> =>
    valueOf(workload.podAnnotations, `${PREFIX}${annotation}`) ?? interception[installed];
  return {
    ...existence(index, workload),
    includeInboundPorts: ports(setting("includeInboundPorts", "includeInboundPorts")),
    excludeInboundPorts: ports(setting("excludeInboundPorts", "excludeInboundPorts")),
    includeOutboundPorts: ports(setting("includeOutboundPorts", "includeOutboundPorts")),
    excludeOutboundPorts: ports(setting("excludeOutboundPorts", "excludeOutboundPorts")),
    includeOutboundRanges: ranges(setting("includeOutboundIPRanges", "includeIPRanges")),
    excludeOutboundRanges: ranges(setting("excludeOutboundIPRanges", "excludeIPRanges")),
    undecided: openFields(index, workload),
  };
}

const installed = new WeakMap<MeshIndex, Redirection>();

/** The redirection of a workload that has a proxy; one for all pods that ask for nothing of their own. */
export const redirectionOf = remembered((index: MeshIndex, workload: Workload): Redirection => {
  if (addressIstio(workload.podAnnotations)) return read(index, workload);
  const redirection = installed.get(index) ?? read(index, workload);
  installed.set(index, redirection);
  return redirection;
});

/** Whether all that is sent over the network, from whatever port to wherever, goes through the proxy. */
export const capturesAll = ({
  exists,
  includeOutboundPorts,
  excludeOutboundPorts,
  includeOutboundRanges,
  excludeOutboundRanges,
}: Redirection): boolean =>
  exists === true &&
  (includeOutboundPorts === "all" || includeOutboundRanges === "all") &&
  excludeOutboundRanges === "none" &&
  typeof excludeOutboundPorts === "object" &&
  excludeOutboundPorts.size === 0;
