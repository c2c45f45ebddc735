import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { checkArguments } from "./arguments/check";
import { dnsLabel, fields, flag, oneOf, ruleHost } from "./arguments/kinds";
import { together, under, type Report, type Sound } from "./arguments/together";
import { childOf } from "./children";

export interface IstioStrictDefaultsArgs {
  /** `MeshConfig.rootNamespace`. @default "istio-system" */
  readonly rootNamespace?: string;
  /** What the installed mesh says (`MeshConfig.enableAutoMtls`); anything but true is refused. @default true */
  readonly enableAutoMtls?: boolean;
  /** DestinationRules for every client of the mesh, by name; none may set TLS for hosts inside it. @default none */
  readonly destinationRules?: Readonly<Record<string, MeshWideRule>>;
}

export interface MeshWideRule {
  /** For example `*.example.com`. */
  readonly host: string;
  readonly tls?: "DISABLE" | "SIMPLE" | "ISTIO_MUTUAL";
}

export const strictDefaultsShape = {
  rootNamespace: dnsLabel.default("istio-system"),
  enableAutoMtls: flag.default(true),
  destinationRules: z
    .record(z.string(), fields({ host: ruleHost, tls: oneOf("DISABLE", "SIMPLE", "ISTIO_MUTUAL").exactOptional() }))
    .default({}),
};

type Defaults = Sound<z.output<ReturnType<typeof fields<typeof strictDefaultsShape>>>>;

/** A host that stands for services of the mesh in general: `*`, `*.local`, `*.cluster.local`, `*.monitoring.svc.cluster.local`. */
const coversTheMesh = (host: string): boolean => host === "*" || /^\*(\.[a-z0-9-]+)*\.local$/.test(host);

/** Auto mTLS decides per workload; a rule for everybody overrides it for workloads that have no sidecar, or plaintext on purpose. */
export function checkStrictDefaults({ enableAutoMtls, destinationRules = {} }: Defaults, report: Report): void {
  if (enableAutoMtls === false)
    report(
      ["enableAutoMtls"],
      "is false; without auto mTLS clients send plaintext to STRICT ports. Turn it on in the mesh",
    );
  for (const [name, rule] of Object.entries(destinationRules))
    if (rule?.host !== undefined && rule.tls !== undefined && coversTheMesh(rule.host))
      under(
        report,
        "destinationRules",
        name,
      )(
        ["tls"],
        `is ${rule.tls} for ${rule.host}; no TLS mode for hosts of the mesh: clients would use it even where the server's port ` +
          "cannot (a pod without sidecar answers with WRONG_VERSION_NUMBER). Leave it to auto mTLS",
      );
}

const schema = together(fields(strictDefaultsShape), checkStrictDefaults);

/**
 * STRICT for the whole mesh: the PeerAuthentication `default` in the root namespace. Asserts that auto mTLS is on, and refuses a
 * mesh-wide DestinationRule that decides TLS for hosts of the mesh: the likeliest cause of `WRONG_VERSION_NUMBER`. Where the mesh has
 * that PeerAuthentication already, it has to be imported (`pulumi import`): the provider never takes over what it did not create.
 *
 * Policies see its arguments after defaults, and as outputs `{ schemaVersion: 1, rootNamespace, mode: "STRICT", enableAutoMtls: true }`.
 */
export class IstioStrictDefaults extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:IstioStrictDefaults";

  public readonly rootNamespace: string;

  constructor(name: string, args: IstioStrictDefaultsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("IstioStrictDefaults", name, schema, args);
    super(IstioStrictDefaults.__pulumiType, name, plan, opts);
    this.rootNamespace = plan.rootNamespace;

    const child = childOf(this, opts);
    new k8s.apiextensions.CustomResource(`${name}-peer-authentication`, meshWideStrict(plan.rootNamespace), child);
    for (const [rule, spec] of Object.entries(plan.destinationRules))
      new k8s.apiextensions.CustomResource(`${name}-${rule}`, meshWideRule(plan.rootNamespace, rule, spec), child);

    this.registerOutputs({
      schemaVersion: 1,
      rootNamespace: plan.rootNamespace,
      mode: "STRICT",
      enableAutoMtls: plan.enableAutoMtls,
    });
  }
}

const meshWideStrict = (namespace: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  // Istio reads one per namespace; the oldest wins. The name makes a second one an error instead of a riddle.
  metadata: { name: "default", namespace },
  spec: { mtls: { mode: "STRICT" } },
});

const meshWideRule = (namespace: string, name: string, { host, tls }: { host: string; tls?: string }) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name, namespace },
  spec: { host, ...(tls === undefined ? {} : { trafficPolicy: { tls: { mode: tls } } }) },
});
