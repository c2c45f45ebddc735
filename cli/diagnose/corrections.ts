import type { Correction, Finding } from "./diagnosis";
import type { Line } from "./line";

/** Something that people write, or show, beside a log line that says otherwise. */
interface Claim {
  readonly id: string;
  readonly pattern: RegExp;
  /** Whether what was recognised contradicts it. */
  readonly contradicted: (findings: readonly Finding[]) => Finding | undefined;
  readonly says: (finding: Finding) => string;
}

const PROXY_ANSWERED = new Set(["client-proxy"]);
const byClientProxy = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ writer, carrier = "" }) => PROXY_ANSWERED.has(writer.id) && !carrier.includes("access log"));
const wrongVersion = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ id }) => id === "tls-to-plaintext-port");
const exporterFailed = (findings: readonly Finding[]): Finding | undefined =>
  findings.some(({ id }) => id === "agent-jar-missing")
    ? undefined
    : findings.find(({ carrier = "" }) => /Java agent|exporter/.test(carrier));

const CLAIMS: readonly Claim[] = [
  {
    id: "sidecar-not-bypassed",
    pattern: /bypass(?:ed|es|ing)?\b|(?:does|did) not go through|connects? directly from (?:within )?the JVM/i,
    contradicted: byClientProxy,
    says: ({ firstLine }) =>
      `the traffic does not go past the sidecar: the message on line ${firstLine} was written by the client's own proxy, so the bytes went through it. Who in the JVM opens the socket makes no difference.`,
  },
  {
    id: "direction-reversed",
    pattern:
      /(?:client|agent|app)\b.{0,40}\bsent plain|sends? plain HTTP.{0,40}expects? (?:m?TLS)|sidecar expects mTLS/i,
    contradicted: wrongVersion,
    says: ({ firstLine }) =>
      `it is the other way round: WRONG_VERSION_NUMBER on line ${firstLine} means that the client's proxy sent TLS and plaintext came back. Plaintext into a STRICT port reads "connection termination" or a reset.`,
  },
  {
    id: "not-a-tls-version",
    pattern: /TLS (?:protocol )?version mismatch|TLS ?1\.2 (?:vs\.?|and|or) (?:TLS ?)?1\.3/i,
    contradicted: wrongVersion,
    says: () =>
      "no versions of TLS disagree: only the first byte is looked at there, and it was no TLS at all. Two versions that do not fit give UNSUPPORTED_PROTOCOL or a protocol_version alert.",
  },
  {
    id: "one-container-has-no-proxy",
    pattern: /(?:^|\s)0\/1\s+\w+/,
    contradicted: byClientProxy,
    says: ({ firstLine }) =>
      `READY 0/1 is one container: a pod without a sidecar. The message on line ${firstLine} needs a proxy beside the client, which would count as x/2 (native sidecars too). These pods are not, or not in this state, those that logged it.`,
  },
  {
    id: "exporter-does-not-crash-the-jvm",
    pattern: /CrashLoopBackOff|Back-off restarting failed container/,
    contradicted: exporterFailed,
    says: () =>
      "a failing exporter does not stop a JVM: exports run in the background and drop what they cannot send. Look for another reason: kubectl get pod POD -o jsonpath='{.status.containerStatuses[*].lastState.terminated}' (exitCode 1 at once: agent jar or configuration; 137: memory; 143: a probe), kubectl logs POD --previous, kubectl describe pod POD.",
  },
  {
    id: "peer-authentication-not-needed",
    pattern: /Both (?:DestinationRule and PeerAuthentication|are needed)|Both DestinationRule/i,
    contradicted: wrongVersion,
    says: () =>
      "not both are needed: the port already answered plaintext, so a PeerAuthentication changes nothing there; what makes the client send TLS has to go. PERMISSIVE alone takes mTLS as well.",
  },
];

/** What the text says and its own log lines contradict; each once, at the first line that says it. */
export function correctionsOf(lines: readonly Line[], findings: readonly Finding[]): Correction[] {
  return CLAIMS.flatMap(({ id, pattern, contradicted, says }) => {
    const finding = contradicted(findings);
    const line = finding === undefined ? undefined : lines.find(({ text }) => pattern.test(text));
    return finding === undefined || line === undefined
      ? []
      : [
          {
            id,
            line: line.number,
            text: line.text
              .replace(/[│┌┐└┘─\s]+/g, " ")
              .trim()
              .slice(0, 160),
            says: says(finding),
          },
        ];
  });
}
