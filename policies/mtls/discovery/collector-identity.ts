import { isUnknown } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { field, textIn } from "./fields";
import { declaredOtlpPorts } from "./otlp-container-ports";

/** Image names of OpenTelemetry Collector distributions; of the path only, not of the registry's host. */
const COLLECTOR_IMAGE = /(?:^|\/)[^/@:]*(?:otelcol|opentelemetry-collector)[^/]*$/i;

/** What the chart and the operator call a collector's pods. */
const COLLECTOR_LABELS = ["app.kubernetes.io/name", "app.kubernetes.io/component"];
const COLLECTOR_NAME = "opentelemetry-collector";

/**
 * Whether an image is a collector by its name: `otel/opentelemetry-collector-contrib:0.156.0`, `registry/my-otelcol@sha256:…`.
 * @param stated others that are collectors too, with or without what comes before their names
 */
export function isCollectorImage(image: string, stated: readonly string[] = []): boolean {
  const name = image.replace(/@.*$/, "");
  if (COLLECTOR_IMAGE.test(name)) return true;
  const repository = name.replace(/:[^/:]*$/, "");
  return stated.some((each) => repository === each || repository.endsWith(`/${each}`));
}

const isLabelledCollector = ({ podLabels }: Workload): boolean =>
  !isUnknown(podLabels) && COLLECTOR_LABELS.some((label) => podLabels[label] === COLLECTOR_NAME);

/** True for a workload that the operator makes of an OpenTelemetryCollector. */
export const isOperated = ({ raw }: Workload): boolean => textIn(field(raw, "kind")) === "OpenTelemetryCollector";

/** True for a container that runs a collector, a sidecar one included. */
export const isCollectorContainer = ({ facts }: Mesh, { image, init, restartPolicy }: Container): boolean =>
  (!init || restartPolicy === "Always") &&
  image !== undefined &&
  !isUnknown(image) &&
  isCollectorImage(image, facts.collectorImages);

/**
 * True for an OpenTelemetry Collector: an OpenTelemetryCollector resource, or an image whose name says `otelcol` or
 * `opentelemetry-collector`, or that `facts.collectorImages` names. While an image is not known yet, the labels of the pods and their OTLP ports decide: unknown is never a
 * pass.
 */
export function isCollector(mesh: Mesh, workload: Workload): boolean {
  if (isOperated(workload)) return true;
  const { containers } = workload;
  if (isUnknown(containers)) return isLabelledCollector(workload);
  if (containers.some((container) => isCollectorContainer(mesh, container))) return true;
  if (!containers.some(({ image }) => isUnknown(image))) return false;
  return isLabelledCollector(workload) || declaredOtlpPorts(workload).length > 0;
}

/** The container whose process is the collector; the first when the image is not known. */
export function collectorContainer(mesh: Mesh, workload: Workload): Container | undefined {
  const { containers } = workload;
  if (isUnknown(containers)) return undefined;
  return containers.find((container) => isCollectorContainer(mesh, container)) ?? containers.find(({ init }) => !init);
}
