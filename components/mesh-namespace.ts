import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { checkArguments } from "./arguments/check";
import { dnsLabel, fields, labels, oneOf, port } from "./arguments/kinds";
import { together } from "./arguments/together";
import { childOf } from "./children";

export interface MeshNamespaceArgs {
  /** Revision or tag of the control plane (`istio.io/rev`). @default - the default one (`istio-injection: enabled`) */
  readonly revision?: string;
  /** Enforced pod security standard. `restricted` and `baseline` need istio-cni: istio-init wants NET_ADMIN. @default "restricted" */
  readonly podSecurity?: "restricted" | "baseline" | "privileged";
  /** Who may call in besides the namespace itself. @default nobody */
  readonly allowFrom?: readonly AllowedNamespace[];
  /** More labels of the namespace. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AllowedNamespace {
  readonly namespace: string;
  /** @default every port */
  readonly ports?: readonly number[];
}

const schema = together(
  fields({
    revision: dnsLabel.exactOptional(),
    podSecurity: oneOf("restricted", "baseline", "privileged").default("restricted"),
    allowFrom: z.array(fields({ namespace: dnsLabel, ports: z.array(port).exactOptional() })).default([]),
    labels: labels.default({}),
  }),
  ({ labels: more = {} }, report) => {
    for (const label of Object.keys(more))
      if (DECIDED.some((prefix) => label.startsWith(prefix)))
        report(["labels", label], "is set by the component; use revision or podSecurity");
  },
);

/** Labels that decide injection and pod security. */
const DECIDED = ["istio-injection", "istio.io/", "pod-security.kubernetes.io/"];

type NamespacePlan = z.output<typeof schema>;

/**
 * A namespace in the mesh, named as the component: injected, STRICT by its own PeerAuthentication, closed by a NetworkPolicy to
 * everybody but itself and the namespaces it names, with a pod security standard.
 *
 * Policies see its arguments after defaults, and as outputs `{ schemaVersion: 1, name, mode: "STRICT", injected: true }`.
 */
export class MeshNamespace extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:MeshNamespace";

  public readonly name: string;

  constructor(name: string, args: MeshNamespaceArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("MeshNamespace", name, schema, args);
    super(MeshNamespace.__pulumiType, name, plan, opts);
    this.name = name;

    const namespace = new k8s.core.v1.Namespace(`${name}-namespace`, namespaceObject(name, plan), childOf(this, opts));
    const inside = pulumi.mergeOptions(childOf(this, opts), { dependsOn: namespace });
    new k8s.apiextensions.CustomResource(`${name}-peer-authentication`, strict(name), inside);
    new k8s.networking.v1.NetworkPolicy(`${name}-network-policy`, networkPolicy(name, plan), inside);

    this.registerOutputs({ schemaVersion: 1, name, mode: "STRICT", injected: true });
  }
}

const namespaceObject = (name: string, { revision, podSecurity, labels: more }: NamespacePlan) => ({
  metadata: {
    name,
    labels: {
      ...more,
      // Never both: istio-injection wins over a revision, silently.
      ...(revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": revision }),
      "pod-security.kubernetes.io/enforce": podSecurity,
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
    },
  },
});

const strict = (namespace: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "default", namespace },
  spec: { mtls: { mode: "STRICT" } },
});

const networkPolicy = (namespace: string, { allowFrom }: NamespacePlan) => ({
  metadata: { name: "default", namespace },
  spec: {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [
      { from: [{ podSelector: {} }] },
      ...allowFrom.map((allowed) => ({
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": allowed.namespace } } }],
        ...(allowed.ports === undefined
          ? {}
          : { ports: allowed.ports.map((number) => ({ protocol: "TCP", port: number })) }),
      })),
    ],
  },
});
