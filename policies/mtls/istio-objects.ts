import type { Known } from "./known";
import type { Labels, Meta, MtlsMode } from "./mesh";

/** Istio's own objects in the model; the reader of each fills it tolerantly, with `UNKNOWN` where a field is not known. */

export interface PeerAuthentication extends Meta {
  /** `undefined` when there is none or it is empty: the whole namespace (or mesh). */
  readonly selector: Known<Labels> | undefined;
  /** There is one, and it is empty. */
  readonly hasEmptySelector?: boolean;
  /** `undefined` when unset: inherits. */
  readonly mode: Known<MtlsMode> | undefined;
  /** Keyed by workload (target) port; `undefined` mode inherits. */
  readonly portLevel: Known<ReadonlyMap<number, Known<MtlsMode> | undefined>>;
}

export type TlsMode = "DISABLE" | "SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL";

export interface TlsSettings {
  readonly mode: Known<TlsMode>;
  readonly clientCertificate: string | undefined;
  readonly privateKey: string | undefined;
  readonly caCertificates: string | undefined;
  readonly credentialName: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly sni: string | undefined;
}

export interface TrafficPolicy {
  readonly tls: Known<TlsSettings> | undefined;
  /** `loadBalancer.simple` */
  readonly loadBalancer: Known<string> | undefined;
  readonly portLevel: readonly {
    readonly port: Known<number>;
    readonly tls: Known<TlsSettings> | undefined;
    readonly loadBalancer: Known<string> | undefined;
  }[];
}

export interface DestinationRule extends Meta {
  readonly host: Known<string>;
  readonly exportTo: Known<readonly string[]>;
  readonly workloadSelector: Known<Labels> | undefined;
  readonly trafficPolicy: Known<TrafficPolicy> | undefined;
  readonly subsets: Known<
    readonly {
      readonly name: string;
      readonly labels: Labels;
      readonly trafficPolicy: Known<TrafficPolicy> | undefined;
    }[]
  >;
}

export interface ServiceEntry extends Meta {
  readonly hosts: Known<readonly string[]>;
  readonly addresses: readonly string[];
  readonly ports: readonly {
    readonly name: string;
    readonly number: number;
    readonly protocol: string;
    readonly targetPort: number | undefined;
  }[];
  /** @default MESH_EXTERNAL */
  readonly location: Known<"MESH_EXTERNAL" | "MESH_INTERNAL">;
  readonly resolution: Known<"NONE" | "STATIC" | "DNS" | "DNS_ROUND_ROBIN" | "DYNAMIC_DNS">;
  readonly exportTo: Known<readonly string[]>;
  readonly workloadSelector: Known<Labels> | undefined;
  readonly endpoints: readonly {
    readonly address: string;
    readonly labels: Labels;
    readonly serviceAccount: string | undefined;
    readonly ports: Readonly<Record<string, number>>;
  }[];
}

export interface Sidecar extends Meta {
  readonly workloadSelector: Known<Labels> | undefined;
  /** Each entry's hosts (`ns/dnsName`) and port; `undefined` when the resource has no egress list. */
  readonly egress:
    | Known<
        readonly {
          readonly hosts: readonly string[];
          readonly port: number | undefined;
          /** Of `port`: what the listener takes every service for. */
          readonly protocol: string;
          readonly bind: string | undefined;
        }[]
      >
    | undefined;
  readonly ingress:
    | Known<
        readonly {
          readonly port: number;
          readonly protocol: string;
          readonly defaultEndpoint: string | undefined;
          readonly tls: boolean;
        }[]
      >
    | undefined;
  readonly outboundTrafficPolicy: Known<"ALLOW_ANY" | "REGISTRY_ONLY"> | undefined;
}

export interface VirtualService extends Meta {
  readonly hosts: Known<readonly string[]>;
  readonly gateways: Known<readonly string[]>;
  readonly exportTo: Known<readonly string[]>;
  /** Every route destination with what restricts it to a port or a match. */
  readonly routes: readonly {
    readonly type: "http" | "tcp" | "tls";
    /** Ports and source labels of its `match` clauses; empty: always. */
    readonly match: readonly {
      readonly port: number | undefined;
      readonly sourceLabels: Labels;
      readonly sourceNamespace: string | undefined;
      readonly gateways: readonly string[];
      /** Of `tls` routes: names in the handshake. */
      readonly sniHosts: readonly string[];
      /** Of `tcp` routes: where the client connects to; empty: anywhere. */
      readonly subnets: readonly string[];
      readonly conditional: boolean;
    }[];
    readonly destinations: readonly {
      readonly host: string;
      readonly subset: string | undefined;
      readonly port: number | undefined;
      readonly weight: number;
    }[];
  }[];
}

export interface Gateway extends Meta {
  readonly selector: Known<Labels>;
  readonly servers: readonly {
    readonly port: number;
    readonly protocol: string;
    readonly hosts: readonly string[];
    readonly tlsMode: string | undefined;
    readonly credentialName: string | undefined;
  }[];
}

export interface AuthorizationPolicy extends Meta {
  readonly selector: Known<Labels> | undefined;
  /** @default ALLOW */
  readonly action: Known<"ALLOW" | "DENY" | "AUDIT" | "CUSTOM">;
  /** As written (`spec.rules`); rules read what they need. */
  readonly rules: readonly unknown[];
}
