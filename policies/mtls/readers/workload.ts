import type { Meta, Workload } from "../mesh";
import type { Field } from "./fields";
import { readTemplate } from "./pod";

/** Where each kind keeps its pod template. */
const TEMPLATE: Readonly<Record<string, readonly string[]>> = {
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};
const USUAL_TEMPLATE = ["spec", "template"];

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, Argo Rollout. */
export function readWorkload(root: Field, meta: Meta): Workload {
  const template = (TEMPLATE[meta.ref.kind] ?? USUAL_TEMPLATE).reduce((field, key) => field.at(key), root);
  return {
    ...meta,
    ...readTemplate(template),
    pods: [],
    podIps: [],
    live: false,
    entry: undefined,
    replicas: root.at("spec").at("replicas").integer(0, Number.MAX_SAFE_INTEGER),
    raw: root.value,
  };
}
