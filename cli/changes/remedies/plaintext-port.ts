import { isUnknown } from "../../../policies/mtls/known";
import type { DestinationRule } from "../../../policies/mtls/mesh";
import { describeRef, type ObjectRef } from "../../../policies/mtls/objects";
import { field, isBag, listAt, type Change, type Remedy, type Situation } from "../change";
import { create, patch } from "../patches";

/** Clients send plaintext to one port of one service: the narrowest DestinationRule that says so. */
export const plaintextPort: Remedy = {
  name: "plaintext-port",
  propose: (situation: Situation) => {
    const { index, flow, client, written } = situation;
    const { host, port } = flow.to;
    const service = serviceOf(situation);
    if (service === undefined) return [];
    const title = `send plaintext to port ${port} of ${describeRef(service)}, and to nothing else`;
    const setting = { port: { number: port }, tls: { mode: "DISABLE" } };
    // Istio looks in the client's namespace first: a rule there hides one in the namespace of the service.
    const namespaces = new Set([service.namespace, ...(client === undefined ? [] : [client.ref.namespace])]);
    return [...namespaces].map((namespace): Omit<Change, "remedy"> => {
      const rules = index.mesh.destinationRules.filter(({ ref }) => ref.namespace === namespace);
      const existing = rules.find((rule) => isFor(rule, host));
      const name = `${service.name}-plaintext-${port}`;
      const edit =
        existing === undefined
          ? create(
              "networking.istio.io/v1",
              { kind: "DestinationRule", namespace, name },
              { host, trafficPolicy: { portLevelSettings: [setting] } },
            )
          : addPort(existing.ref, written(existing.ref), setting);
      return { title, note: NOTE, edits: [edit] };
    });
  },
};

/** The Service, or the ServiceEntry, that is asked. */
function serviceOf({ index, flow, service }: Situation): ObjectRef | undefined {
  if (service !== undefined) return service.ref;
  const { host } = flow.to;
  return index.mesh.serviceEntries.find(({ hosts }) => !isUnknown(hosts) && hosts.includes(host))?.ref;
}

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
