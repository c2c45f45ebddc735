import { isUnknown, type Known } from "../known";
import type { Labels, LabelSelector, Mesh, Workload } from "../mesh";

/** Pods that ask for nothing of their own, as most do: what was installed decides for all of them alike. */

/** Part of the name of every label and annotation by which a pod tells the injector, ztunnel or the redirection what to do. */
const ISTIO = "istio.io/";

/** Whether labels or annotations say anything to Istio, or may. */
export const addressIstio = (labels: Known<Labels>): boolean =>
  isUnknown(labels) || Object.keys(labels).some((key) => key.includes(ISTIO));

const selectsNothing = (selectors: Known<readonly LabelSelector[]>): boolean =>
  !isUnknown(selectors) && selectors.length === 0;

/** Whether only the namespace and the injector decide about injection: a pod or template that has no proxy and asks for none. */
export const isPlainPod = (
  { injector }: Mesh,
  { entry, containers, hostNetwork, podLabels, podAnnotations }: Workload,
  proxyContainer: string,
): boolean =>
  entry === undefined &&
  hostNetwork === false &&
  !isUnknown(containers) &&
  !containers.some(({ name }) => name === proxyContainer) &&
  !addressIstio(podLabels) &&
  !addressIstio(podAnnotations) &&
  selectsNothing(injector.neverInject) &&
  selectsNothing(injector.alwaysInject);
