import { parseProperties } from "../../../policies/mtls/discovery/agent-configuration";
import { otlpFlows } from "../../../policies/mtls/discovery/otlp-environment";
import { configMap, deployment, meshOf, showFlow, showUnknown } from "./mesh-of";

describe("properties files", () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ["the three separators", "a=1\nb:2\nc 3", { a: "1", b: "2", c: "3" }],
    ["blanks around them", "  a  =  1 \n b\t:2", { a: "1 ", b: "2" }],
    ["comments and empty lines", "# x=1\n! y=2\n\n  # z=3\na=1", { a: "1" }],
    ["a line that goes on", "a=1,\\\n   2", { a: "1,2" }],
    ["a backslash that is escaped does not go on", "a=1\\\\\nb=2", { a: "1\\", b: "2" }],
    ["escapes", "a\\ b=\\u0041\\t\\=", { "a b": "A\t=" }],
    ["a key without value", "a\nb=", { a: "", b: "" }],
    ["URLs", "otel.exporter.otlp.endpoint=http://otel:4318", { "otel.exporter.otlp.endpoint": "http://otel:4318" }],
    ["Windows line ends", "a=1\r\nb=2\r\n", { a: "1", b: "2" }],
    ["the last of a key wins", "a=1\na=2", { a: "2" }],
  ])("%s", (_, text, expected) => {
    expect(Object.fromEntries(parseProperties(text))).toEqual(expected);
  });
});

const AGENT = `{ name: JAVA_TOOL_OPTIONS, value: "-javaagent:/otel/opentelemetry-javaagent-2.11.0.jar" }`;
const FILE = `{ name: OTEL_JAVAAGENT_CONFIGURATION_FILE, value: /etc/otel/agent.properties }`;
const PROPERTIES = configMap(
  "agent",
  "agent.properties",
  "otel.exporter.otlp.endpoint=http://otel.obs:4317\notel.exporter.otlp.protocol=grpc",
);

const app = (volume: string, mount = "mountPath: /etc/otel", ...more: string[]): string =>
  deployment(`env: [${[AGENT, FILE, ...more].join(", ")}]\nvolumeMounts: [{ name: config, ${mount} }]`, {
    pod: `volumes: [{ name: config, ${volume} }]`,
  });

const found = (yaml: string) => {
  const { flows, undiscovered } = otlpFlows(meshOf(yaml));
  return { flows, shown: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};

describe("the agent's configuration file", () => {
  test.each([
    ["a whole ConfigMap", "configMap: { name: agent }", undefined],
    [
      "one key under another name",
      "configMap: { name: agent, items: [{ key: agent.properties, path: x }] }",
      "mountPath: /etc/otel/agent.properties, subPath: x",
    ],
    ["a sub path", "configMap: { name: agent }", "mountPath: /etc/otel/agent.properties, subPath: agent.properties"],
    [
      "a projected volume",
      "projected: { sources: [{ secret: { name: s, items: [] } }, { configMap: { name: agent } }] }",
      undefined,
    ],
  ])("%s", (_, volume, mount) => {
    const { flows, shown, unknown } = found(`${app(volume, mount)}\n${PROPERTIES}`);
    expect({ shown, unknown }).toEqual({ shown: ["shop/Deployment/app -> otel.obs:4317 grpc"], unknown: [] });
    expect(flows[0]?.origin).toEqual({
      object: "ConfigMap shop/agent",
      path: "data.agent.properties#otel.exporter.otlp.endpoint",
    });
  });

  test("the environment wins over the file", () => {
    const own = `{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://own:4317" }`;
    expect(found(`${app("configMap: { name: agent }", undefined, own)}\n${PROPERTIES}`).shown).toEqual([
      "shop/Deployment/app -> own:4317 grpc",
    ]);
  });

  test("a system property names the file as well", () => {
    const yaml = app("configMap: { name: agent }")
      .replace(FILE, `{ name: X, value: y }`)
      .replace("2.11.0.jar", "2.11.0.jar -Dotel.javaagent.configuration-file=/etc/otel/agent.properties");
    expect(found(`${yaml}\n${PROPERTIES}`).shown).toEqual(["shop/Deployment/app -> otel.obs:4317 grpc"]);
  });

  test.each([
    [
      "a ConfigMap that is not among the objects",
      app("configMap: { name: elsewhere }"),
      "/etc/otel/agent.properties comes from ConfigMap shop/elsewhere, which is not among the objects",
    ],
    [
      "a key that is not there",
      app("configMap: { name: agent, items: [{ key: other, path: agent.properties }] }"),
      "comes from ConfigMap shop/agent, which has no key other",
    ],
    [
      "keys of a volume that are not known",
      app(`configMap: { name: agent, items: "?unknown?" }`),
      "comes from volume config, whose files are not among the objects",
    ],
    ["a Secret", app("secret: { secretName: agent }"), "/etc/otel/agent.properties comes from Secret shop/agent"],
    [
      "a file of the image",
      app("configMap: { name: agent }", "mountPath: /elsewhere"),
      "/etc/otel/agent.properties is part of the image",
    ],
    [
      "a volume of no files here",
      app("emptyDir: {}"),
      "comes from volume config, whose files are not among the objects",
    ],
  ])("%s: no default is taken for granted", (_, yaml, reason) => {
    const { shown, unknown } = found(`${yaml}\n${PROPERTIES}`);
    expect(shown).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining(reason)]);
    expect(unknown).toEqual([
      expect.stringContaining("OTLP endpoint: its host is not known: it may be set by the agent's configuration file"),
    ]);
  });

  test("without an agent nobody reads the file", () => {
    const yaml = app("configMap: { name: agent }").replace(AGENT, "{ name: X, value: y }");
    expect(found(`${yaml}\n${PROPERTIES}`)).toMatchObject({ shown: [], unknown: [] });
  });
});
