import { environmentOf } from "../../../policies/mtls/discovery/environment";
import { agentVersion, jvmOptionsOf, unknownOptions } from "../../../policies/mtls/discovery/java-properties";
import { otlpFlows } from "../../../policies/mtls/discovery/otlp-environment";
import { isUnknown } from "../../../policies/mtls/known";
import type { Container } from "../../../policies/mtls/mesh";
import { deployment, meshOf, showFlow, showUnknown, workloadNamed } from "./mesh-of";

const optionsOf = (container: string, pod?: string) => {
  const mesh = meshOf(deployment(container, pod === undefined ? {} : { pod }));
  const workload = workloadNamed(mesh, "app");
  const containers: readonly Container[] = isUnknown(workload.containers) ? [] : workload.containers;
  const main = containers.find(({ name }) => name === "app");
  if (main === undefined) throw new Error("no container app");
  const options = jvmOptionsOf(workload, main, environmentOf(mesh, workload, main));
  return {
    properties: Object.fromEntries([...options.properties].map(([name, { value }]) => [name, value.text])),
    jar: options.agent?.jar,
    place: options.agent?.path,
    version: options.agent && agentVersion(options.agent, containers),
  };
};

const tool = (value: string): string => `env: [{ name: JAVA_TOOL_OPTIONS, value: ${JSON.stringify(value)} }]`;
const args = (...list: string[]): string => `args: ${JSON.stringify(list)}`;

describe("options of a JVM", () => {
  test.each<[string, string, Readonly<Record<string, string>>, string | undefined]>([
    ["none", "image: app", {}, undefined],
    ["an agent", tool("-Xmx1g -javaagent:/otel/javaagent.jar"), {}, "/otel/javaagent.jar"],
    [
      "an agent with arguments of its own",
      tool("-javaagent:/opt/opentelemetry-javaagent.jar=debug"),
      {},
      "/opt/opentelemetry-javaagent.jar",
    ],
    ["somebody else's agent", tool("-javaagent:/newrelic/newrelic.jar"), {}, undefined],
    ["a property", tool("-Dotel.sdk.disabled=true"), { "otel.sdk.disabled": "true" }, undefined],
    ["quotes group", tool(`-Dotel.x="a b" '-Dotel.y=c d'`), { "otel.x": "a b", "otel.y": "c d" }, undefined],
    ["a property without value", tool("-Dotel.x"), { "otel.x": "" }, undefined],
    ["arguments", args("-javaagent:/otel/a.jar", "-Dotel.x=1", "-jar", "app.jar"), { "otel.x": "1" }, "/otel/a.jar"],
    ["what follows -jar is the program's", args("-jar", "app.jar", "-Dotel.x=1"), {}, undefined],
    ["a value with blanks", args("-Dotel.x=a b"), { "otel.x": "a b" }, undefined],
    [
      "a script",
      `command: ["sh", "-c", "exec java -javaagent:/otel/a.jar -Dotel.x=1 -jar app.jar -Dotel.y=2; java -Dotel.z=3"]`,
      { "otel.x": "1", "otel.z": "3" },
      "/otel/a.jar",
    ],
    [
      "a variable in a script",
      `command: ["sh", "-c", "java $OPTS -Dotel.x=\${HOST} -jar app.jar"]\nenv: [{ name: OPTS, value: "-Dotel.y=1" }, { name: HOST, value: otel }]`,
      { "otel.x": "otel", "otel.y": "1" },
      undefined,
    ],
    [
      "a variable that Kubernetes replaces",
      `${args("-Dotel.x=$(HOST)")}\nenv: [{ name: HOST, value: otel }]`,
      { "otel.x": "otel" },
      undefined,
    ],
    [
      "the command line wins over JAVA_TOOL_OPTIONS, _JAVA_OPTIONS over both",
      `${args("-Dotel.x=line", "-Dotel.y=line")}\nenv: [{ name: _JAVA_OPTIONS, value: "-Dotel.y=last" }, { name: JAVA_TOOL_OPTIONS, value: "-Dotel.x=first -Dotel.w=first" }]`,
      { "otel.w": "first", "otel.x": "line", "otel.y": "last" },
      undefined,
    ],
    ["JDK_JAVA_OPTIONS", `env: [{ name: JDK_JAVA_OPTIONS, value: "-Dotel.x=1" }]`, { "otel.x": "1" }, undefined],
  ])("%s", (_, container, properties, jar) => {
    const found = optionsOf(container);
    expect({ properties: found.properties, jar: found.jar }).toEqual({ properties, jar });
  });

  test("the place of an agent is the field that names it", () => {
    expect(optionsOf(args("-Xmx1g", "-javaagent:/otel/a.jar")).place).toBe("spec.template.spec.containers[0].args[1]");
  });
});

describe("version of an agent", () => {
  const AGENT = tool("-javaagent:/otel/javaagent.jar");
  test.each<[string, string, string | undefined, string | undefined]>([
    ["in the jar's name", tool("-javaagent:/otel/opentelemetry-javaagent-2.11.0.jar"), undefined, "2.11.0"],
    ["in the old jar's name", tool("-javaagent:/otel/opentelemetry-javaagent-all-1.4.1.jar"), undefined, "1.4.1"],
    [
      "in the tag of the image that it is copied from",
      AGENT,
      `initContainers: [{ name: agent, image: "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:2.20.1" }]`,
      "2.20.1",
    ],
    [
      "in the address that it is fetched from",
      AGENT,
      `initContainers:\n  - name: agent\n    image: curlimages/curl\n    args: ["-Lo", "/otel/javaagent.jar", "https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/download/v2.9.0/opentelemetry-javaagent.jar"]`,
      "2.9.0",
    ],
    ["nowhere", AGENT, `initContainers: [{ name: other, image: "busybox:1.36.0" }]`, undefined],
    [
      "not in a distribution's own version",
      tool("-javaagent:/otel/splunk-otel-javaagent-1.3.0.jar"),
      undefined,
      undefined,
    ],
  ])("%s", (_, container, pod, version) => {
    expect(optionsOf(container, pod).version).toBe(version);
  });
});

describe("flows from system properties", () => {
  const flows = (container: string) => {
    const found = otlpFlows(meshOf(deployment(container)));
    return { flows: found.flows.map(showFlow), unknown: found.undiscovered.map(showUnknown) };
  };

  test("a system property wins over the variable", () => {
    const container = `${args("-Dotel.exporter.otlp.endpoint=http://line:4318")}\nenv: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://env:4318" }]`;
    expect(flows(container).flows).toEqual(["shop/Deployment/app -> line:4318 http"]);
  });

  test("all settings of a signal", () => {
    const container = args(
      "-javaagent:/otel/opentelemetry-javaagent-2.11.0.jar",
      "-Dotel.exporter.otlp.traces.endpoint=https://tempo:4317",
      "-Dotel.exporter.otlp.traces.protocol=grpc",
      "-Dotel.metrics.exporter=none",
      "-Dotel.logs.exporter=none",
    );
    expect(flows(container).flows).toEqual(["shop/Deployment/app -> tempo:4317 grpc tls"]);
  });

  test("arguments that are not known leave a doubt where there is an agent, and none where there is none", () => {
    const unknown = `args: "?unknown?"\n${tool("-javaagent:/otel/opentelemetry-javaagent-2.11.0.jar")}`;
    expect(flows(unknown)).toEqual({
      flows: [],
      unknown: [
        "Deployment shop/app spec.template.spec.containers[0].env[0].value: OTLP endpoint: its host is not known: " +
          "it may be set by spec.template.spec.containers[0].args, which is not known yet",
      ],
    });
    const set = unknown.replace("env: [", `env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel:4318" }, `);
    expect(flows(set)).toEqual({
      flows: ["shop/Deployment/app -> otel:4318 ?"],
      unknown: [
        "Deployment shop/app spec.template.spec.containers[0].args: it is not known yet, and system properties in it would win",
      ],
    });
    expect(flows(`args: "?unknown?"`)).toEqual({ flows: [], unknown: [] });
  });

  test("only command and args hide options", () => {
    const workload = workloadNamed(meshOf(deployment(`command: "?unknown?"`)), "app");
    const [container] = isUnknown(workload.containers) ? [] : workload.containers;
    expect(container && unknownOptions(container)?.path).toBe("spec.template.spec.containers[0].command");
  });
});
