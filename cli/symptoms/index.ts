import * as agentExport from "./agent-export";
import * as clientConnection from "./client-connection";
import * as clientTls from "./client-tls";
import * as collector from "./collector";
import * as envoyAnswer from "./envoy-answer";
import * as envoyConnection from "./envoy-connection";
import * as envoyTls from "./envoy-tls";
import * as istioAgent from "./istio-agent";
import * as jvm from "./jvm";
import * as routing from "./routing";
import type { Signature } from "./signature";

/** Every signature, the telling ones before the general ones: the first that recognises a record names it. */
export const SIGNATURES: readonly Signature[] = [
  envoyTls.tlsToPlaintextPort,
  envoyTls.serverCertificateDistrusted,
  envoyTls.clientCertificateRequired,
  envoyTls.plaintextHttpToTls,
  envoyTls.tlsCutOff,
  envoyTls.tlsOtherReason,

  collector.collectorGotTls,
  collector.collectorGotHttp1,
  collector.collectorMemory,
  collector.collectorQueueFull,

  envoyConnection.strictRefusedPlaintext,
  routing.blackHole,
  envoyConnection.tlsAtPlaintextListener,
  envoyConnection.serverApplicationRefuses,
  envoyConnection.upstreamRefused,
  envoyConnection.upstreamTimeout,
  envoyConnection.plaintextToStrict,
  envoyConnection.noHealthyUpstream,
  envoyAnswer.protocolError,
  envoyAnswer.serverSideUnavailable,
  envoyAnswer.reasonHidden,
  routing.passthrough,
  routing.routeNotFound,
  routing.rbacDenied,
  routing.deniedByZtunnel,
  envoyAnswer.slowOrGone,
  envoyAnswer.envoyCutOff,

  istioAgent.proxyNotReady,
  istioAgent.configurationRejected,
  istioAgent.objectRefused,
  istioAgent.redirectFailed,
  istioAgent.probeFailed,
  istioAgent.injectorUnreachable,

  jvm.agentJarMissing,
  jvm.agentEndpoint,
  jvm.agentCertificates,
  jvm.agentLoggingOff,
  jvm.agentNotStarted,

  collector.collectorConfig,
  collector.collectorPortTaken,
  collector.collectorReady,

  clientTls.exporterTlsToBackend,
  clientTls.applicationTlsToPlaintext,
  clientTls.plaintextToTlsApplication,
  clientTls.authorityUnknown,
  clientTls.hostNotVerified,

  agentExport.unimplemented,
  agentExport.messageTooLarge,
  agentExport.throttled,
  agentExport.protocolAndPort,
  agentExport.http503,
  agentExport.http404,
  agentExport.http415,

  clientConnection.notHttp2,
  clientConnection.endpointIsLocalhost,
  clientConnection.connectionReset,
  clientConnection.clientTimeout,
  clientConnection.connectionRefused,
  clientConnection.unknownHost,

  collector.collectorDrops,
  collector.collectorRetries,
  agentExport.unavailableWithoutReason,
];

/** Where a signature is explained. */
export const docsOfSignature = ({ id }: Signature): string => `docs/log-lines.md#${id}`;
