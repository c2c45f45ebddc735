import { isUnknown } from "../../../policies/mtls/known";
import type { Workload } from "../../../policies/mtls/mesh";
import { describeRef } from "../../../policies/mtls/objects";
import type { Change, Remedy, Situation } from "../change";
import { patchPods } from "../patches";

const PREFIX = "traffic.sidecar.istio.io/";

/** The port goes through the proxy again: in at the server, out at the client. */
export const interceptPort: Remedy = {
  name: "intercept-port",
  propose: ({ client, servers, flow }: Situation) => [
    ...servers.flatMap(({ workload, port }) => captured(workload, port, "Inbound")),
    ...(client === undefined ? [] : captured(client, flow.to.port, "Outbound")),
  ],
};

function captured(workload: Workload, port: number, direction: "Inbound" | "Outbound"): Omit<Change, "remedy">[] {
  const { podAnnotations } = workload;
  if (isUnknown(podAnnotations)) return [];
  const annotations: Record<string, string | null> = {};
  const excluded = `${PREFIX}exclude${direction}Ports`;
  const included = `${PREFIX}include${direction}Ports`;
  const excludedPorts = portsOf(podAnnotations[excluded]);
  if (excludedPorts?.includes(String(port)) === true) {
    const rest = excludedPorts.filter((other) => other !== String(port));
    annotations[excluded] = rest.length === 0 ? null : rest.join(",");
  }
  const includedPorts = portsOf(podAnnotations[included]);
  if (includedPorts !== undefined && !includedPorts.includes("*") && !includedPorts.includes(String(port)))
    annotations[included] = includedPorts.length === 0 ? null : [...includedPorts, String(port)].join(",");
  if (Object.keys(annotations).length === 0) return [];
  const way = direction === "Inbound" ? "arrives at" : "leaves";
  return [
    {
      title: `let the proxy of ${describeRef(workload.ref)} see what ${way} it on port ${port}`,
      edits: [patchPods(workload, { annotations })],
    },
  ];
}

function portsOf(annotation: unknown): string[] | undefined {
  if (typeof annotation !== "string") return undefined;
  return annotation
    .split(",")
    .map((port) => port.trim())
    .filter((port) => port !== "");
}
