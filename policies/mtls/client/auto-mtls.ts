import type { Settle } from "../explore";
import type { TlsMode, TlsSettings } from "../mesh";
import type { ObjectRef } from "../objects";
import { TLS_MODES } from "./tls-settings";

/**
 * What a client's proxy puts on the wire for a cluster: as a DestinationRule says, else by auto mTLS.
 * Sources: `buildUpstreamTLSSettings`, `buildUpstreamClusterTLSContext` and `applyUpstreamTLSSettings` in
 * pilot/pkg/networking/core/cluster_tls.go; `BestEffortInferServiceMTLSMode` in pilot/pkg/model/push_context.go.
 */

/** The transport socket of a cluster. */
export type ClusterSocket =
  | { readonly kind: "plaintext" | "mtls"; readonly why: SocketReason }
  | { readonly kind: "tls"; readonly why: SocketReason; readonly trust: Trust }
  /** Istio mutual TLS to endpoints that are labelled for it, plaintext to the others. */
  | { readonly kind: "per-endpoint"; readonly why: SocketReason };

/** Whose certificates a proxy accepts when it originates TLS: anyone's, those of the mesh, of an authority the user named, of the public. */
export type Trust = "anyone" | "mesh" | "named" | "public";

/** Where proxies find the mesh's root certificate. */
const MESH_ROOTS = ["/var/run/secrets/istio/root-cert.pem", "/etc/certs/root-cert.pem"];

const trustOf = ({ insecureSkipVerify, caCertificates = "", credentialName = "" }: TlsSettings): Trust => {
  if (insecureSkipVerify) return "anyone";
  if (MESH_ROOTS.includes(caCertificates)) return "mesh";
  return caCertificates !== "" || credentialName !== "" ? "named" : "public";
};

/** What decided: a rule, or one of the conditions of auto mTLS. */
export type SocketReason =
  | "rule"
  | "rule-credential-ignored"
  | "rule-without-certificate"
  | "mesh-external"
  | "auto-mtls-off"
  | "namespace-disabled"
  | "endpoint-without-sidecar"
  | "auto-mtls";

/** What the socket depends on; functions where it is looked at only if nothing before it decides. */
export interface ClusterFacts {
  /** From the rule that counts; `undefined` leaves the choice to auto mTLS. */
  readonly tls: TlsSettings | undefined;
  /** The rule has a workload selector: only then may it name a credential. */
  readonly isSelective: boolean;
  readonly isGateway: boolean;
  readonly isMeshExternal: () => boolean;
  readonly autoMtls: () => boolean;
  /** Mode of the service's namespace, else of the mesh. */
  readonly namespaceMode: () => string;
  /** Clients connect to the address they dialled, so no endpoint says what it can do. */
  readonly isOriginalDestination: boolean;
  /** `security.istio.io/tlsMode` of every endpoint, where istiod looks at all of them; else `undefined`. */
  readonly tlsModes: () => readonly string[] | undefined;
}

/** A rule's settings on the wire. istiod drops those that it cannot or will not apply, and the proxy then sends plaintext. */
function ofRule(tls: TlsSettings, mode: TlsMode, { isGateway, isSelective }: ClusterFacts): ClusterSocket {
  if (mode === "DISABLE") return { kind: "plaintext", why: "rule" };
  if (mode === "ISTIO_MUTUAL") return { kind: "mtls", why: "rule" };
  const credential = tls.credentialName ?? "";
  const needsSecret = credential !== "" && !credential.startsWith("configmap://");
  if (needsSecret && !isGateway && !isSelective) return { kind: "plaintext", why: "rule-credential-ignored" };
  const hasFiles = (tls.clientCertificate ?? "") !== "" && (tls.privateKey ?? "") !== "";
  if (mode === "MUTUAL" && credential === "" && !hasFiles)
    return { kind: "plaintext", why: "rule-without-certificate" };
  return { kind: "tls", why: "rule", trust: trustOf(tls) };
}

/** The label value with which a pod says that it has no sidecar; also what no label means. */
const WITHOUT_SIDECAR = "disabled";

/** @param at where the rule's settings are, for what is unknown in them */
export function clusterSocket(
  facts: ClusterFacts,
  at: { readonly ref: ObjectRef; readonly path: string },
  settle: Settle,
): ClusterSocket {
  if (facts.tls !== undefined)
    return ofRule(facts.tls, settle(facts.tls.mode, TLS_MODES, at.ref, `${at.path}.mode`), facts);
  if (facts.isMeshExternal()) return { kind: "plaintext", why: "mesh-external" };
  if (!facts.autoMtls()) return { kind: "plaintext", why: "auto-mtls-off" };
  const tlsModes = facts.tlsModes();
  if (tlsModes !== undefined && (tlsModes.length === 0 || tlsModes.includes(WITHOUT_SIDECAR)))
    return { kind: "plaintext", why: "endpoint-without-sidecar" };
  if (facts.namespaceMode() === "DISABLE") return { kind: "plaintext", why: "namespace-disabled" };
  return { kind: facts.isOriginalDestination ? "mtls" : "per-endpoint", why: "auto-mtls" };
}

/**
 * Whether an endpoint of a `per-endpoint` cluster gets Istio mutual TLS.
 * Source: `checkMtlsEnabled` in pilot/pkg/xds/endpoints/mtls_checker.go.
 * @param ruleMode what the rule says on the endpoints' side, which a reset port entry does not reset
 */
export const endpointGetsMtls = (
  ruleMode: TlsMode | undefined,
  tlsMode: string,
  peerAuthentication: () => string,
): boolean =>
  tlsMode === "istio" && (ruleMode === undefined ? peerAuthentication() !== "DISABLE" : ruleMode === "ISTIO_MUTUAL");
