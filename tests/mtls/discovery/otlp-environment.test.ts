import { otlpEndpoints, type OtlpEndpoint } from "../../../policies/mtls/discovery";
import { otlpFlows } from "../../../policies/mtls/discovery/otlp-environment";
import { isUnknown } from "../../../policies/mtls/known";
import { configMap, deployment, meshOf, showFlow, showUnknown } from "./mesh-of";

const AGENT_2 = `{ name: JAVA_TOOL_OPTIONS, value: "-javaagent:/otel/opentelemetry-javaagent-2.11.0.jar" }`;
const AGENT_1 = `{ name: JAVA_TOOL_OPTIONS, value: "-javaagent:/otel/opentelemetry-javaagent-1.32.0.jar" }`;
const AGENT = `{ name: JAVA_TOOL_OPTIONS, value: "-javaagent:/otel/javaagent.jar" }`;
const variable = (name: string, value: string): string => `{ name: ${name}, value: ${JSON.stringify(value)} }`;
const env = (...variables: string[]): string => `env: [${variables.join(", ")}]`;
const endpoint = (value: string): string => variable("OTEL_EXPORTER_OTLP_ENDPOINT", value);
const protocol = (value: string): string => variable("OTEL_EXPORTER_OTLP_PROTOCOL", value);

const found = (yaml: string) => {
  const { flows, undiscovered } = otlpFlows(meshOf(yaml));
  return { flows: flows.map(showFlow), unknown: undiscovered.map(showUnknown) };
};
const APP = "shop/Deployment/app ->";

describe("flows of SDKs and agents", () => {
  test.each<[string, string, readonly string[]]>([
    ["no SDK in sight", env(variable("OTEL_SERVICE_NAME", "app")), []],
    ["an endpoint alone", env(endpoint("http://otel:4318")), ["otel:4318 http"]],
    ["port 4317 without a protocol, language unknown", env(endpoint("http://otel:4317")), ["otel:4317 grpc"]],
    ["explicit gRPC", env(endpoint("http://otel.obs:4317"), protocol("grpc")), ["otel.obs:4317 grpc"]],
    ["http/json", env(endpoint("http://otel:4318"), protocol("http/json")), ["otel:4318 http"]],
    ["https is the SDK's own TLS", env(endpoint("https://otel:4317"), protocol("grpc")), ["otel:4317 grpc tls"]],
    ["http without a port", env(endpoint("http://otel/base")), ["otel:80 http"]],
    ["https without a port", env(endpoint("https://otel.example.com")), ["otel.example.com:443 http tls"]],
    ["IPv6", env(endpoint("http://[fd00::10]:4318")), ["fd00::10:4318 http"]],
    [
      "trailing dot",
      env(endpoint("http://otel.obs.svc.cluster.local.:4318")),
      ["otel.obs.svc.cluster.local:4318 http"],
    ],
    ["gRPC without a scheme is TLS", env(endpoint("otel:4317"), protocol("grpc")), ["otel:4317 grpc tls"]],
    [
      "gRPC without a scheme, insecure",
      env(endpoint("otel:4317"), protocol("grpc"), variable("OTEL_EXPORTER_OTLP_INSECURE", "true")),
      ["otel:4317 grpc"],
    ],
    [
      "insecure does not matter beside a scheme",
      env(endpoint("https://otel:4317"), protocol("grpc"), variable("OTEL_EXPORTER_OTLP_INSECURE", "true")),
      ["otel:4317 grpc tls"],
    ],
    ["agent 2 speaks HTTP whatever the port", env(AGENT_2, endpoint("http://otel:4317")), ["otel:4317 http"]],
    ["agent 1 speaks gRPC", env(AGENT_1, endpoint("http://otel:4317")), ["otel:4317 grpc"]],
    ["agent 2 with gRPC set", env(AGENT_2, endpoint("http://otel:4317"), protocol("grpc")), ["otel:4317 grpc"]],
    ["an agent without endpoint stays in its pod", env(AGENT_2), []],
    [
      "a signal of its own",
      env(endpoint("http://otel:4318"), variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo:4318/v1/traces")),
      ["tempo:4318 http", "otel:4318 http"],
    ],
    [
      "a signal's own protocol",
      env(
        variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://prom:4317"),
        variable("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "grpc"),
        endpoint("http://otel:4318"),
      ),
      ["otel:4318 http", "prom:4317 grpc"],
    ],
    [
      "a signal that is switched off",
      env(
        variable("OTEL_TRACES_EXPORTER", "none"),
        variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo:4318"),
        endpoint("http://otel:4318"),
      ),
      ["otel:4318 http"],
    ],
    [
      "all signals switched off",
      env(
        endpoint("http://otel:4318"),
        variable("OTEL_TRACES_EXPORTER", "none"),
        variable("OTEL_METRICS_EXPORTER", "prometheus"),
        variable("OTEL_LOGS_EXPORTER", "console"),
      ),
      [],
    ],
    [
      "a Python exporter that names its protocol",
      env(
        endpoint("http://otel:4318"),
        ...["TRACES", "METRICS", "LOGS"].map((s) => variable(`OTEL_${s}_EXPORTER`, "otlp_proto_grpc")),
      ),
      ["otel:4318 grpc"],
    ],
    ["the SDK is disabled", env(endpoint("http://otel:4318"), variable("OTEL_SDK_DISABLED", "true")), []],
    [
      "the agent is disabled",
      env(AGENT_2, endpoint("http://otel:4318"), variable("OTEL_JAVAAGENT_ENABLED", "false")),
      [],
    ],
    ["an empty value is none", env(endpoint("")), []],
    ["loopback stays in the pod", env(endpoint("http://localhost:4318")), []],
    [
      "a variable in a variable",
      env(variable("COLLECTOR", "otel.obs"), endpoint("http://$(COLLECTOR):4318")),
      ["otel.obs:4318 http"],
    ],
    [
      "the pod's namespace",
      env(
        `{ name: NS, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }`,
        endpoint("http://otel.$(NS):4318"),
      ),
      ["otel.shop:4318 http"],
    ],
    ["the last of a name wins", env(endpoint("http://first:4318"), endpoint("http://last:4318")), ["last:4318 http"]],
  ])("%s", (_, container, expected) => {
    expect(found(deployment(container))).toEqual({ flows: expected.map((flow) => `${APP} ${flow}`), unknown: [] });
  });
});

describe("variables from ConfigMaps", () => {
  const fromKey = `env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, valueFrom: { configMapKeyRef: { name: otel, key: url } } }]`;
  const values = configMap("otel", "url", "").replace("url: |\n    ", 'url: "http://otel.obs:4318"');

  test("a key of one among the objects", () => {
    expect(found(`${deployment(fromKey)}\n${values}`)).toEqual({ flows: [`${APP} otel.obs:4318 http`], unknown: [] });
  });

  test("one that is not among the objects gives no flow", () => {
    expect(found(deployment(fromKey))).toEqual({
      flows: [],
      unknown: [
        "Deployment shop/app spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef: OTLP endpoint: its host is not " +
          "known: it comes from ConfigMap shop/otel, which is not among the objects",
      ],
    });
  });

  test("all keys of one, with a prefix; the container's own variable wins", () => {
    const map = values.replace("url:", "EXPORTER_OTLP_ENDPOINT:");
    const from = "envFrom: [{ prefix: OTEL_, configMapRef: { name: otel } }]";
    expect(found(`${deployment(from)}\n${map}`).flows).toEqual([`${APP} otel.obs:4318 http`]);
    expect(found(`${deployment(`${from}\n${env(endpoint("http://own:4318"))}`)}\n${map}`).flows).toEqual([
      `${APP} own:4318 http`,
    ]);
  });

  test("an agent whose endpoint an unseen source may set has no default", () => {
    const unseen = `envFrom: [{ configMapRef: { name: elsewhere } }]\n${env(AGENT_2)}`;
    expect(found(deployment(unseen))).toEqual({
      flows: [],
      unknown: [expect.stringContaining("it may be set by ConfigMap shop/elsewhere")],
    });
    expect(found(deployment("envFrom: [{ secretRef: { name: elsewhere } }]")).unknown).toEqual([]);
  });

  test("a Secret is never read", () => {
    const secret = `env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, valueFrom: { secretKeyRef: { name: otel, key: url } } }]`;
    expect(found(deployment(secret))).toEqual({
      flows: [],
      unknown: [expect.stringContaining("it comes from Secret shop/otel")],
    });
  });
});

describe("endpoints that nobody can use or tell", () => {
  test.each<[string, string, string]>([
    [
      "the node's address",
      env(
        `{ name: IP, valueFrom: { fieldRef: { fieldPath: status.hostIP } } }`,
        endpoint("http://$(IP):4317"),
        protocol("grpc"),
      ),
      "its host is not known: it is status.hostIP of the pod, which is known only when it runs",
    ],
    [
      "a value that is not known yet",
      env(`{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "?unknown?" }`),
      "its host is not known",
    ],
    [
      "a scheme that is none",
      env(endpoint("grpc://otel:4317"), protocol("grpc")),
      `its scheme is "grpc"; http or https`,
    ],
    [
      "no scheme for HTTP",
      env(endpoint("otel:4318"), protocol("http/protobuf")),
      "it has no scheme; http:// or https://",
    ],
    ["no scheme for the Java agent", env(AGENT_2, endpoint("otel:4317"), protocol("grpc")), "it has no scheme"],
    [
      "a path for the agent's gRPC",
      env(AGENT_2, endpoint("http://otel:4317/v1/traces"), protocol("grpc")),
      "it has a path, /v1/traces, which gRPC does not take",
    ],
    [
      "a protocol that is none",
      env(endpoint("http://otel:4317"), protocol("http")),
      `the OTLP protocol is "http"; one of grpc, http/protobuf, http/json`,
    ],
    ["a port that is none", env(endpoint("http://otel:99999")), `port "99999" is not a number from 1 to 65535`],
    ["a reference that leads nowhere", env(endpoint("http://$(NOWHERE):4317")), `"$(NOWHERE)" is no host`],
    [
      "the address of a Service by its variable",
      env(endpoint("http://$(OTEL_SERVICE_HOST):4317")),
      "$(OTEL_SERVICE_HOST) is set by Kubernetes when the pod starts",
    ],
    [
      "a switch that is not known",
      env(endpoint("http://otel:4318"), `{ name: OTEL_SDK_DISABLED, value: "?unknown?" }`),
      "whether the SDK is switched off is not known",
    ],
    [
      "a switch of the agent that is not known",
      env(AGENT_2, endpoint("http://otel:4318"), `{ name: OTEL_JAVAAGENT_ENABLED, value: "?unknown?" }`),
      "whether the SDK is switched off is not known",
    ],
    ["an environment that is not known", `env: "?unknown?"`, "it is not known yet, so it may name an OTLP endpoint"],
    [
      "an exporter that is not known",
      env(
        endpoint("http://otel:4318"),
        variable("OTEL_METRICS_EXPORTER", "none"),
        variable("OTEL_LOGS_EXPORTER", "none"),
        `{ name: OTEL_TRACES_EXPORTER, value: "?unknown?" }`,
      ),
      "whether traces are exported (OTEL_TRACES_EXPORTER) is not known",
    ],
  ])("%s", (_, container, reason) => {
    const { flows, unknown } = found(deployment(container));
    expect(flows).toEqual([]);
    expect(unknown).toEqual([expect.stringContaining(reason)]);
  });

  test("containers that are not known yet", () => {
    const yaml = deployment("image: app").replace(/containers:[^]*$/, 'containers: "?unknown?"');
    expect(found(yaml)).toEqual({ flows: [], unknown: [expect.stringContaining("the containers are not known yet")] });
  });

  test("a password in an endpoint is shown nowhere", () => {
    const mesh = meshOf(deployment(env(endpoint("http://user:s3cret@otel:4318"), protocol("nonsense"))));
    expect(JSON.stringify([otlpEndpoints(mesh), otlpFlows(mesh)])).not.toContain("s3cret");
  });
});

describe("facts for rules", () => {
  const only = (yaml: string): OtlpEndpoint => {
    const [first, ...others] = otlpEndpoints(meshOf(yaml));
    if (first === undefined || others.length > 0) throw new Error("one endpoint is expected");
    return first;
  };

  test("what is set is explicit", () => {
    expect(only(deployment(env(AGENT_2, endpoint("http://otel:4317"), protocol("grpc"))))).toEqual({
      client: { kind: "Deployment", namespace: "shop", name: "app" },
      container: "app",
      signals: ["traces", "metrics", "logs"],
      url: "http://otel:4317",
      host: "otel",
      port: 4317,
      protocol: "grpc",
      protocolExplicit: true,
      tls: false,
      certificate: undefined,
      origin: { object: "Deployment shop/app", path: "spec.template.spec.containers[0].env[1].value" },
      agent: { language: "java", version: "2.11.0" },
      problem: undefined,
    });
  });

  test("an agent's default is not", () => {
    const { url, protocolExplicit, signals, origin } = only(deployment(env(AGENT_1)));
    expect({ url, protocolExplicit, signals }).toEqual({
      url: "http://localhost:4317",
      protocolExplicit: false,
      signals: ["traces", "metrics"],
    });
    expect(origin.path).toBe("spec.template.spec.containers[0].env[0].value");
  });

  test("an agent of unknown version: the port suggests, and the version is absent", () => {
    const { protocol: spoken, agent } = only(deployment(env(AGENT, endpoint("http://otel:4317"))));
    expect({ spoken, agent }).toEqual({ spoken: "grpc", agent: { language: "java" } });
  });

  test("a trusted authority is named, and changes nothing else", () => {
    const { certificate, tls } = only(
      deployment(env(endpoint("http://otel:4317"), variable("OTEL_EXPORTER_OTLP_CERTIFICATE", "/certs/ca.crt"))),
    );
    expect({ certificate, tls }).toEqual({ certificate: "/certs/ca.crt", tls: false });
  });

  test("a protocol that an unseen ConfigMap may set is not known, and the flow is there all the same", () => {
    const yaml = deployment(
      `envFrom: [{ configMapRef: { name: elsewhere } }]\n${env(AGENT_2, endpoint("http://otel:4317"))}`,
    );
    expect(isUnknown(only(yaml).protocol)).toBe(true);
    expect(found(yaml).flows).toEqual([`${APP} otel:4317 ?`]);
  });

  test("a lone variable for one signal says nothing about the others", () => {
    const lone = env(variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo:4318/v1/traces"));
    expect(only(deployment(lone)).signals).toEqual(["traces"]);
    const yaml = deployment(`envFrom: [{ secretRef: { name: database } }]\n${lone}`);
    expect(found(yaml)).toEqual({ flows: [`${APP} tempo:4318 http`], unknown: [] });
  });

  test("signals that go different ways are endpoints of their own", () => {
    const mesh = meshOf(
      deployment(
        env(endpoint("http://otel:4318"), variable("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://loki:3100/otlp")),
      ),
    );
    expect(otlpEndpoints(mesh).map(({ signals, host }) => ({ signals, host }))).toEqual([
      { signals: ["traces", "metrics"], host: "otel" },
      { signals: ["logs"], host: "loki" },
    ]);
  });
});

describe("which containers count", () => {
  test("those that run beside the application, not those before it, nor the proxy", () => {
    const init = (rest: string) =>
      deployment("image: app", {
        pod: `initContainers:\n  - { name: early, image: app, ${env(endpoint("http://otel:4318"))} ${rest} }`,
      });
    expect(found(init("")).flows).toEqual([]);
    expect(found(init(", restartPolicy: Always")).flows).toEqual([`${APP} otel:4318 http`]);
    const proxy = deployment("image: app").concat(
      `\n        - { name: istio-proxy, image: istio/proxyv2, ${env(endpoint("http://otel:4318"))} }`,
    );
    expect(found(proxy).flows).toEqual([]);
  });

  test("not a collector: its configuration says where it exports to", () => {
    const yaml = deployment(
      `image: otel/opentelemetry-collector-contrib:0.156.0\n${env(endpoint("http://otel:4318"))}`,
    );
    expect(found(yaml)).toEqual({ flows: [], unknown: [] });
  });
});
