import { type OtelMtlsExceptionArgs } from "../../../components/index";

/** The day of the components' tests. */
export const DAY = new Date("2026-11-24T12:00:00Z");

/** The incident's exception: services inside the mesh, batch hosts outside. */
export const permissive: OtelMtlsExceptionArgs = {
  collector: { namespace: "monitoring", name: "otel-collector" },
  mode: "permissive",
  clients: [
    { namespace: "staging-webs", name: "order-core" },
    { name: "batch-hosts", cidr: "10.20.0.0/24" },
  ],
  owner: "team-observability",
  approver: "team-security",
  ticket: "PLAT-1234",
  reason: "batch hosts outside the mesh send OTLP",
  expires: "2027-02-01",
  networkPolicyEnforced: true,
};

/** Nothing opened: everybody is inside. */
export const keepStrict: OtelMtlsExceptionArgs = {
  collector: { namespace: "monitoring", name: "otel-collector" },
  mode: "keep-strict",
  clients: [{ namespace: "staging-webs", name: "order-core" }],
  owner: "team-observability",
  reason: "every client is in the mesh",
};
