import * as commands from "./commands";
import { text, type Signature } from "./signature";

/** Starting the JVM with the agent. */

const FAILED = "OpenTelemetry Javaagent failed to start io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException:";
const STILL_RUNS = "The application runs on, without telemetry: this is no reason for a restart.";

export const agentJarMissing: Signature = {
  id: "agent-jar-missing",
  title: "the JVM did not start: the agent's jar is missing, empty or unreadable",
  writer: "jvm",
  direction: "none",
  meaning:
    "-javaagent names a file that cannot be opened; the JVM exits with 1 before main. This is a real reason for CrashLoopBackOff.",
  causes: [
    { cause: "the init container that copies the jar failed or was skipped", fix: "see its log" },
    { cause: "another mountPath or file name than JAVA_TOOL_OPTIONS says", fix: "make them equal" },
    { cause: "the file is not readable for the container's user", fix: "chmod, or runAsUser" },
  ],
  commands: [
    commands.LAST_STATE,
    { run: "kubectl logs CLIENT_POD -n CLIENT_NS -c INIT_CONTAINER", tells: "whether the copy worked" },
    {
      run: "kubectl get pod CLIENT_POD -n CLIENT_NS -o yaml | grep -nE 'javaagent|mountPath|volumeMounts' ",
      tells: "whether path and mount agree",
    },
  ],
  symptoms: [],
  recognise: text(
    /Error opening zip file or JAR manifest missing|agent library failed to init: ?instrument|processing of -javaagent failed/,
  ),
  samples: [
    "Error opening zip file or JAR manifest missing : /otel/opentelemetry-javaagent.jar",
    "agent library failed to init: instrument",
    "Error opening zip file or JAR manifest missing : /otel/opentelemetry-javaagent.jar Error occurred during initialization of VM agent library failed to init: instrument",
  ],
};

export const agentEndpoint: Signature = {
  id: "agent-endpoint-malformed",
  title: "the agent did not start: the endpoint is not written as a URL of scheme, host and port",
  writer: "agent",
  direction: "none",
  meaning: STILL_RUNS,
  causes: [
    { cause: "no scheme, another scheme than http or https, or a path in a gRPC endpoint", fix: "http://HOST:PORT" },
  ],
  commands: [commands.AGENT_ENVIRONMENT],
  symptoms: [],
  recognise: text(
    /OTLP endpoint (?:must be a valid URL|scheme must be http or https|must not have a (?:path|query|fragment))/,
  ),
  samples: [
    `${FAILED} OTLP endpoint must be a valid URL: otel-collector:4317`,
    `${FAILED} OTLP endpoint scheme must be http or https: grpc`,
    `${FAILED} OTLP endpoint must not have a path: /v1/traces`,
  ],
};

export const agentCertificates: Signature = {
  id: "agent-certificates-unusable",
  title: "the agent did not start: its certificate or key cannot be used",
  writer: "agent",
  direction: "none",
  meaning: STILL_RUNS,
  causes: [
    { cause: "the file is not mounted where the variable says", fix: "mount the Secret" },
    { cause: "only one of key and certificate is given", fix: "give both" },
    { cause: "a key in PKCS#1 (BEGIN RSA PRIVATE KEY)", fix: "PKCS#8: privateKey.encoding: PKCS8 in cert-manager" },
  ],
  commands: [
    commands.AGENT_ENVIRONMENT,
    {
      run: "kubectl exec CLIENT_POD -n CLIENT_NS -- ls -l /certs",
      tells: "whether the files are there; use the path of the line",
    },
  ],
  symptoms: [],
  recognise: text(
    /Invalid OTLP certificate\/key path|client key provided without client certificate|client certificate provided without client key|Error creating X509KeyManager with provided certs|Unable to generate key from supported algorithms/,
  ),
  samples: [
    `${FAILED} Invalid OTLP certificate/key path: /certs/ca.crt`,
    "client key provided without client certificate - both client key and client certificate must be set",
    "Error creating X509KeyManager with provided certs. Are they valid X.509 in PEM format?",
    "Unable to generate key from supported algorithms: [RSA, EC]",
  ],
};

export const agentLoggingOff: Signature = {
  id: "agent-logging-off",
  title: "the agent logs nothing: its logging setting is misspelt",
  writer: "agent",
  direction: "none",
  meaning: "Errors of the exporter stay invisible from here on.",
  causes: [{ cause: "OTEL_JAVAAGENT_LOGGING is none of simple, none, application", fix: "correct it" }],
  commands: [commands.AGENT_ENVIRONMENT],
  symptoms: [],
  recognise: text(/Unrecognized value of 'otel\.javaagent\.logging'/),
  samples: ["Unrecognized value of 'otel.javaagent.logging': 'smple'. The agent will use the no-op implementation."],
};

export const agentNotStarted: Signature = {
  id: "agent-not-started",
  title: "the agent did not start",
  writer: "agent",
  direction: "none",
  meaning: STILL_RUNS,
  causes: [
    { cause: "a setting that the agent cannot read", fix: "see the exception below the line" },
    { cause: "the agent's jar inside an application's jar, or loaded twice", fix: "give it as a file, once" },
  ],
  commands: [commands.AGENT_ENVIRONMENT, commands.PREVIOUS_LOG],
  symptoms: [],
  recognise: text(/OpenTelemetry Javaagent failed to start|ERROR io\.opentelemetry\.javaagent\.OpenTelemetryAgent/),
  samples: [
    "OpenTelemetry Javaagent failed to start",
    `${FAILED} Unrecognized value for otel.traces.exporter: otpl`,
    "ERROR io.opentelemetry.javaagent.OpenTelemetryAgent",
  ],
};
