import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { checkArguments } from "./arguments/check";
import { dnsLabel, fields, hostname, httpPath, labels, port, text } from "./arguments/kinds";
import { together, type Report, type Sound } from "./arguments/together";
import { childOf } from "./children";

export interface IngressGatewayArgs {
  /** Namespace of the gateway's pods: Istio looks for the certificate there. @default "istio-ingress" */
  readonly namespace?: string;
  /** Labels of the gateway's pods. @default istio: ingressgateway */
  readonly selector?: Readonly<Record<string, string>>;
  /** Host names that are served; the certificate has to cover them. */
  readonly hosts: readonly string[];
  /** Secret of type `kubernetes.io/tls` in the gateway's namespace. */
  readonly credentialName: string;
  /** First match wins. */
  readonly routes: readonly IngressRoute[];
  /** @default "cluster.local" */
  readonly clusterDomain?: string;
}

export interface IngressRoute {
  /** Path prefix. @default "/" */
  readonly prefix?: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

export const ingressShape = {
  namespace: dnsLabel.default("istio-ingress"),
  selector: labels.default({ istio: "ingressgateway" }),
  hosts: z.array(hostname).min(1, "at least one host"),
  credentialName: text,
};

const routeShape = { prefix: httpPath.default("/"), namespace: dnsLabel, service: dnsLabel, port };

const schema = together(
  fields({
    ...ingressShape,
    routes: z.array(fields(routeShape)).min(1, "at least one route"),
    clusterDomain: text.default("cluster.local"),
  }),
  ({ routes = [] }, report) => checkRoutes(routes, report),
);

/** A route behind one that takes everything it would take is never reached. */
export function checkRoutes(routes: readonly Sound<{ prefix: string } | undefined>[], report: Report): void {
  for (const [index, route] of routes.entries()) {
    const hiding = routes.slice(0, index).find((earlier) => route?.prefix?.startsWith(earlier?.prefix ?? "\0"));
    if (hiding !== undefined)
      report(["routes", index, "prefix"], `is ${route?.prefix}; never reached behind ${hiding.prefix}: put it before`);
  }
}

type IngressPlan = z.output<typeof schema>;

/**
 * The way in: HTTPS with a certificate, HTTP redirected to it, paths to services of the mesh. The gateway's own pods belong to the
 * installation of Istio.
 *
 * Policies see its arguments after defaults, and as outputs
 * `{ schemaVersion: 1, namespace, hosts, credentialName, tlsMode: "SIMPLE", urls }`.
 */
export class IngressGateway extends pulumi.ComponentResource {
  public static readonly __pulumiType = "meshtls:index:IngressGateway";

  public readonly urls: readonly string[];

  constructor(name: string, args: IngressGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = checkArguments("IngressGateway", name, schema, args);
    super(IngressGateway.__pulumiType, name, plan, opts);
    this.urls = plan.hosts.map((host) => `https://${host}`);

    const child = childOf(this, opts);
    const gateway = new k8s.apiextensions.CustomResource(`${name}-gateway`, gatewayObject(name, plan), child);
    new k8s.apiextensions.CustomResource(
      `${name}-virtual-service`,
      virtualService(name, plan),
      pulumi.mergeOptions(child, { dependsOn: gateway }),
    );

    this.registerOutputs({
      schemaVersion: 1,
      namespace: plan.namespace,
      hosts: plan.hosts,
      credentialName: plan.credentialName,
      tlsMode: "SIMPLE",
      urls: this.urls,
    });
  }
}

const gatewayObject = (name: string, { namespace, selector, hosts, credentialName }: IngressPlan) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name, namespace },
  spec: {
    selector,
    servers: [
      {
        port: { number: 443, name: "https", protocol: "HTTPS" },
        hosts,
        tls: { mode: "SIMPLE", credentialName, minProtocolVersion: "TLSV1_2" },
      },
      { port: { number: 80, name: "http", protocol: "HTTP" }, hosts, tls: { httpsRedirect: true } },
    ],
  },
});

const virtualService = (name: string, { namespace, hosts, routes, clusterDomain }: IngressPlan) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name, namespace },
  spec: {
    hosts,
    gateways: [`${namespace}/${name}`],
    http: routes.map((route) => ({
      match: [{ uri: { prefix: route.prefix } }],
      route: [
        {
          destination: {
            host: `${route.service}.${route.namespace}.svc.${clusterDomain}`,
            port: { number: route.port },
          },
        },
      ],
    })),
  },
});
