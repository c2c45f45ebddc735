import { isUnknown } from "../../../policies/mtls/known";
import type { DestinationRule } from "../../../policies/mtls/mesh";
import { describeRef, type ObjectRef } from "../../../policies/mtls/objects";
import { field, isBag, listAt, type Change, type Remedy, type Situation } from "../change";
import { create, patch } from "../patches";

/** Clients send plaintext to one port of one Service: the narrowest DestinationRule that says so. */
export const plaintextPort: Remedy = {
  name: "plaintext-port",
  propose: ({ index, flow, service, client, written }: Situation) => {
    if (service === undefined) return [];
    const { port } = flow.to;
    const host = `${service.ref.name}.${service.ref.namespace}.svc.${index.mesh.config.clusterDomain}`;
    // Istio looks in the client's namespace first: a rule there hides one in the namespace of the service.
    const namespaces = new Set([service.ref.namespace, ...(client === undefined ? [] : [client.ref.namespace])]);
    return [...namespaces].map((namespace): Omit<Change, "remedy"> => {
      const title = `send plaintext to port ${port} of ${describeRef(service.ref)}, and to nothing else`;
      const setting = { port: { number: port }, tls: { mode: "DISABLE" } };
      const existing = index.mesh.destinationRules.find(
        (rule) => rule.ref.namespace === namespace && isFor(rule, host),
      );
      if (existing !== undefined)
        return { title, note: NOTE, edits: [addPort(existing.ref, written(existing.ref), setting)] };
      const ref: ObjectRef = { kind: "DestinationRule", namespace, name: `${service.ref.name}-plaintext-${port}` };
      return {
        title,
        note: NOTE,
        edits: [create("networking.istio.io/v1", ref, { host, trafficPolicy: { portLevelSettings: [setting] } })],
      };
    });
  },
};

const NOTE =
  "the port is open to whoever reaches it: for a collector declare it with an owner and an end date (OtelMtlsException, mode plaintext), and allow only its clients by NetworkPolicy";

function isFor({ host, ref }: DestinationRule, fqdn: string): boolean {
  if (isUnknown(host)) return false;
  return host === fqdn || (!host.includes(".") && fqdn.startsWith(`${host}.${ref.namespace}.`));
}

function addPort(ref: ObjectRef, rule: unknown, setting: { readonly port: { readonly number: number } }) {
  const others = listAt(rule, "spec", "trafficPolicy", "portLevelSettings").filter(
    (item) => field(item, "port", "number") !== setting.port.number,
  );
  const before = listAt(rule, "spec", "trafficPolicy", "portLevelSettings").find(
    (item) => field(item, "port", "number") === setting.port.number,
  );
  const merged = isBag(before) ? { ...before, ...setting } : setting;
  return patch(ref, "spec.trafficPolicy.portLevelSettings", [...others, merged]);
}
