import type { FlowAnswer, Reason, ServerAnswer } from "../../mtls/flow";
import type { Mesh } from "../../mtls/mesh";
import { indexMesh } from "../../mtls/mesh-index";
import { describeRef, type ObjectRef } from "../../mtls/objects";
import { objectNamed } from "./objects";

/** The object that has to change for a refused flow, and the field of it. */
export interface Blame {
  readonly on: ObjectRef;
  readonly path: string;
}

const at = (mesh: Mesh, reason: Reason | undefined, path: string): Blame | undefined => {
  const object = reason?.object === undefined ? undefined : objectNamed(mesh, reason.object);
  return object === undefined ? undefined : { on: object.ref, path };
};

/** Where the client wrote the address: the field of the object that revealed the flow. */
const atOrigin = (mesh: Mesh, { origin }: FlowAnswer): Blame | undefined =>
  origin === "declared" ? undefined : at(mesh, { step: "origin", says: "", object: origin.object }, origin.path);

/** Where the pods of a workload say what their proxy captures, or whether they have one. */
function atPods(mesh: Mesh, reason: Reason | undefined): Blame | undefined {
  const object = reason?.object === undefined ? undefined : objectNamed(mesh, reason.object);
  const workload = object === undefined ? undefined : indexMesh(mesh).workload(object.ref);
  if (workload === undefined || reason === undefined) return undefined;
  const metadata = workload.podPath.replace(/spec$/, "metadata");
  const [setting] = /\b(?:include|exclude)(?:In|Out)bound(?:Ports|IPRanges)\b/.exec(reason.says) ?? [];
  const path =
    setting === undefined
      ? `${metadata}.labels.sidecar.istio.io/inject`
      : `${metadata}.annotations.traffic.sidecar.istio.io/${setting}`;
  return { on: workload.ref, path };
}

/** `spec.trafficPolicy.tls` of a reason that says what a rule's field is. */
const ruleField = ({ says }: Reason): string => {
  const [path] = /^spec\.\S+/.exec(says) ?? [];
  return path === undefined ? "spec.trafficPolicy" : `${path}.mode`;
};

/**
 * What must change for a refused flow: the rule that makes the client send the wrong thing where there is one; else the setting that
 * keeps client or server out of the mesh; else where the client wrote the address; else the client itself.
 */
export function blame(mesh: Mesh, flow: FlowAnswer, server: ServerAnswer | undefined): Blame {
  const { because } = flow;
  const last = (step: string, of?: ObjectRef | null): Reason | undefined =>
    because.findLast(
      (reason) =>
        reason.step === step &&
        reason.object !== undefined &&
        (of === undefined || (of !== null && reason.object === describeRef(of))),
    );
  const rule = last("destination-rule");
  const viaRule = rule === undefined ? undefined : at(mesh, rule, ruleField(rule));
  const client = () => atPods(mesh, last("interception", flow.from) ?? last("injection", flow.from));
  const serverPods = () => {
    const workload = server?.workload ?? null;
    return atPods(mesh, last("interception", workload) ?? last("injection", workload));
  };
  const policy = () => at(mesh, last("peer-authentication"), "spec.mtls.mode");
  const found = {
    mtls: () => viaRule ?? serverPods(),
    tls: () => viaRule,
    plaintext: () => viaRule ?? at(mesh, last("auto-mtls"), "") ?? client() ?? policy(),
    "app-tls": () => atOrigin(mesh, flow),
    blocked: () => at(mesh, last("virtual-service"), "spec") ?? atOrigin(mesh, flow),
    unknown: () => undefined,
  }[server?.sends ?? "unknown"]();
  return found ?? atOrigin(mesh, flow) ?? { on: server?.workload ?? flow.from, path: "" };
}
