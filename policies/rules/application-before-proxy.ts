import { field } from "../mtls/discovery/fields";
import { otlpEndpoints } from "../mtls/discovery/index";
import { isUnknown } from "../mtls/known";
import type { Mesh, Workload } from "../mtls/mesh";
import { indexMesh } from "../mtls/mesh-index";
import { describeRef } from "../mtls/objects";
import { dataPlane, podMetadata } from "../mtls/server/injection";
import { parseYaml } from "../mtls/yaml";
import type { Finding, Rule } from "./rule";
import { client, EXCEPTED_COLLECTOR } from "./support/background";
import { findingOn } from "./support/objects";

const CONFIG = "proxy.istio.io/config";

/** Whether the application waits for the proxy: said by the pod, else by the mesh. */
function waits(mesh: Mesh, { podAnnotations }: Workload): boolean {
  const text = isUnknown(podAnnotations) ? undefined : podAnnotations[CONFIG];
  const parsed = typeof text === "string" ? parseYaml(text) : undefined;
  const own =
    parsed !== undefined && "value" in parsed ? field(parsed.value, "holdApplicationUntilProxyStarts") : undefined;
  return typeof own === "boolean" ? own : mesh.config.holdApplicationUntilProxyStarts === true;
}

function judge(mesh: Mesh, workload: Workload): Finding[] {
  const { mode, native } = dataPlane(indexMesh(mesh), workload);
  if (mode !== "sidecar" || native !== false || waits(mesh, workload)) return [];
  const message =
    `${describeRef(workload.ref)} exports telemetry through a proxy that may start after it: its first exports, and everything else ` +
    'it connects to at its start, fail with "Connection refused".';
  return [findingOn(mesh, workload.ref, `${podMetadata(workload)}.annotations.${CONFIG}`, message)];
}

const CLASSIC = { facts: { kubernetesVersion: "1.31" } };

export const applicationBeforeProxy: Rule = {
  id: "MTLS210",
  name: "application-before-proxy",
  severity: "warning",
  layer: "stack",
  why: "Without a native sidecar the containers start together, and what the application asks for before its proxy is up is refused.",
  fix: "Use native sidecars (Istio 1.27 on Kubernetes 1.33, or sidecar.istio.io/nativeSidecar), or holdApplicationUntilProxyStarts.",
  good: [
    { title: "native sidecars, as by default", given: EXCEPTED_COLLECTOR, yaml: client() },
    {
      title: "a classic sidecar that is waited for",
      given: EXCEPTED_COLLECTOR,
      yaml: client({ annotations: `${CONFIG}: "holdApplicationUntilProxyStarts: true"` }),
      settings: CLASSIC,
    },
  ],
  bad: [{ title: "a classic sidecar", given: EXCEPTED_COLLECTOR, yaml: client(), settings: CLASSIC }],
  check: ({ assessment: { mesh } }) => {
    const index = indexMesh(mesh);
    const names = new Map(otlpEndpoints(mesh).map((endpoint) => [describeRef(endpoint.client), endpoint.client]));
    return [...names.values()].flatMap((ref) => {
      const workload = index.workload(ref);
      return workload === undefined ? [] : judge(mesh, workload);
    });
  },
};
