import type { Probe } from "./probe";
import type { Area, Rule } from "./rule";

const MODES = ["STRICT", "PERMISSIVE", "DISABLE"] as const;
const DECLARED = ["HTTP", "TCP", "TLS", "AUTO", "UNDECLARED"] as const;

/** The matrix of the specification's §5.2: what a port does with bytes of each kind, by its mode and what it is declared to speak. */
const cell = (mode: (typeof MODES)[number], declared: (typeof DECLARED)[number]): Rule => ({
  id: `take-${mode.toLowerCase()}-${declared.toLowerCase()}`,
  says: `${mode} on a port declared ${declared}`,
  shows: ({ to, declared: is }) => to?.paMode === mode && is === declared && to.accepts !== undefined,
});

const codes = ({ to }: Probe) => to?.accepts;
const verdict = (name: string, id: string, says: string): Rule => ({
  id,
  says,
  shows: ({ to }) => to?.verdict === name,
});
const annotations = ({ server }: Probe): string => JSON.stringify(server?.podAnnotations ?? {});

export const reception: Area = {
  title: "What a port accepts, and how it ends",
  source:
    "pilot/pkg/networking/core/listener_inbound.go, filterchain_options.go; pilot/pkg/security/authn; tools/istio-iptables/pkg/capture/run.go",
  rules: [
    ...MODES.flatMap((mode) => DECLARED.map((declared) => cell(mode, declared))),
    {
      id: "take-no-http",
      says: "bytes that are no HTTP on a port declared HTTP: protocol error",
      shows: (p) => p.flow.protocol === "tcp" && codes(p)?.plaintext === "protocol-error",
    },
    {
      id: "take-own-tls",
      says: "TLS of the application is handed on by a PERMISSIVE port that is not declared HTTP",
      shows: (p) => p.to?.paMode === "PERMISSIVE" && p.to.sent === "app-tls" && codes(p)?.tls === "raw",
    },
    {
      id: "take-inside-http",
      says: "TLS inside Istio mutual TLS fails at a port declared HTTP",
      shows: (p) =>
        p.to?.inner === "app-tls" && p.to.sent === "istio-mtls" && p.declared === "HTTP" && p.to.verdict === "E-APP",
    },
    {
      id: "take-oldest-service",
      says: "of several Services on a pod's port the oldest declares it",
      shows: (p) =>
        p.server !== undefined && p.to?.accepts !== undefined && p.index.servicesSelecting(p.server).length > 1,
    },
    {
      id: "take-ingress",
      says: "a Sidecar's ingress list declares ports instead of Services",
      shows: (p) =>
        p.to?.accepts !== undefined &&
        p.mesh.sidecars.some(({ ingress, ref }) => ingress !== undefined && ref.namespace === p.server?.ref.namespace),
    },
    {
      id: "take-exclude",
      says: "excludeInboundPorts: the application itself",
      shows: (p) => p.to?.sidecar === true && !p.to.intercepted && annotations(p).includes("excludeInboundPorts"),
    },
    {
      id: "take-include",
      says: "includeInboundPorts: only those",
      shows: (p) => p.to?.sidecar === true && !p.to.intercepted && annotations(p).includes("includeInboundPorts"),
    },
    {
      id: "take-include-listed",
      says: "and an explicit list makes excludeInboundPorts void",
      shows: (p) =>
        p.to?.intercepted === true &&
        annotations(p).includes("includeInboundPorts") &&
        annotations(p).includes("excludeInboundPorts"),
    },
    {
      id: "take-mode-none",
      says: "interceptionMode NONE: nothing is intercepted",
      shows: (p) => p.to?.sidecar === true && !p.to.intercepted && annotations(p).includes('"NONE"'),
    },
    {
      id: "take-tproxy",
      says: "TPROXY intercepts like REDIRECT",
      shows: (p) => p.to?.intercepted === true && annotations(p).includes('"TPROXY"'),
    },
    verdict("OK", "end-ok", "it works"),
    verdict("E-WV", "end-wrong-version", "TLS to something that speaks plaintext: WRONG_VERSION_NUMBER"),
    verdict(
      "E-UC",
      "end-termination",
      "plaintext of a proxy to a STRICT port: upstream connect error … connection termination",
    ),
    verdict("E-NR", "end-reset", "plaintext without a proxy to a STRICT port: connection reset"),
    verdict("E-RST", "end-tls-reset", "TLS that no chain takes: reset during the handshake"),
    verdict("E-NOCERT", "end-no-certificate", "TLS without a certificate to a port that asks for one"),
    verdict("E-CVF", "end-verify", "a certificate that the client does not trust"),
    verdict("E-CVF?", "end-verify-open", "one that it may or may not"),
    verdict("E-APP", "end-tls-to-plaintext", "TLS of the application to one that speaks plaintext"),
    verdict("E-400", "end-plaintext-to-tls", "plaintext to an application that speaks TLS"),
    verdict("E-UPE", "end-upstream-protocol", "the same through a proxy: protocol error"),
    verdict("E-PROTO", "end-protocol", "no HTTP where HTTP is read"),
    verdict("E-ZT", "end-ztunnel", "denied by ztunnel"),
  ],
};
