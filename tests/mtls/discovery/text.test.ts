import { dialledPort, isLoopback, parseAddress } from "../../../policies/mtls/discovery/address";
import { expandConfigText } from "../../../policies/mtls/discovery/config-text";
import type { Environment, Setting } from "../../../policies/mtls/discovery/environment";
import { HOLE, hole, knownText, wholeText } from "../../../policies/mtls/discovery/partial-text";
import { parsePodHost, podHost } from "../../../policies/mtls/discovery";
import { UNKNOWN } from "../../../policies/mtls/known";
import { deployment, meshOf, workloadNamed } from "./mesh-of";

const address = (text: string) => {
  const parsed = parseAddress({ text: text.replaceAll("?", HOLE), missing: [] });
  return "problem" in parsed ? parsed.problem : [parsed.scheme, parsed.host, dialledPort(parsed), parsed.path];
};

describe("addresses", () => {
  test.each([
    ["http://otel:4318", ["http", "otel", 4318, ""]],
    ["HTTPS://otel/v1/traces", ["https", "otel", 443, "/v1/traces"]],
    ["http://user:pass@otel:1/", ["http", "otel", 1, "/"]],
    ["otel.obs:4317", [undefined, "otel.obs", 4317, ""]],
    ["otel", [undefined, "otel", undefined, ""]],
    ["http://[::1]:4318", ["http", "::1", 4318, ""]],
    [" http://otel:4318 ", ["http", "otel", 4318, ""]],
    ["http://?:4317", ["http", UNKNOWN, 4317, ""]],
    ["http://?", ["http", UNKNOWN, UNKNOWN, ""]],
    ["http://otel:?", ["http", "otel", UNKNOWN, ""]],
    ["http://otel.?", ["http", UNKNOWN, UNKNOWN, ""]],
    ["?", [UNKNOWN, UNKNOWN, UNKNOWN, ""]],
    ["?://otel:1", [UNKNOWN, "otel", 1, ""]],
  ])("%s", (text, expected) => {
    expect(address(text)).toEqual(expected);
  });

  test.each([
    ["", "it names no host"],
    ["http://", "it names no host"],
    ["http://:4317", "it names no host"],
    ["http://otel:http", 'port "http" is not a number from 1 to 65535'],
    ["http://otel:0", 'port "0" is not a number from 1 to 65535'],
    ["http://o tel:1", '"o tel" is no host'],
    ["http://[zz]:1", '"zz" is no host'],
    ["http://user:pass@otel:b:c", 'port "b:c" is not a number from 1 to 65535'],
    ["http://user:pass@[::1", '"[" is no host'],
  ])("%s is none", (text, problem) => {
    expect(address(text)).toBe(problem);
  });

  test.each(["localhost", "LOCALHOST.", "127.0.0.1", "127.1", "::1", "0.0.0.0", "0:0:0:0:0:0:0:1"])(
    "%s never leaves the pod",
    (host) => expect(isLoopback(host)).toBe(true),
  );
  test.each(["localhost.example.com", "10.127.0.1", "fd00::1", "otel"])("%s does", (host) =>
    expect(isLoopback(host)).toBe(false),
  );
});

describe("values of a configuration", () => {
  const setting = (value: string): Setting => ({
    value: value === "?" ? hole("why") : knownText(value),
    object: "",
    path: "",
  });
  const environment = (unseen: boolean): Environment => ({
    variables: new Map([
      ["HOST", setting("otel")],
      ["EMPTY", setting("")],
      ["HIDDEN", setting("?")],
    ]),
    unseen: unseen ? [{ what: "ConfigMap shop/other", secret: false }] : [],
    expand: knownText,
  });

  test.each([
    ["plain:4317", "plain:4317"],
    ["${env:HOST}:4317", "otel:4317"],
    ["${HOST}:4317", "otel:4317"],
    ["$HOST:4317", "otel:4317"],
    ["${env:NONE:-fallback}", "fallback"],
    ["${env:EMPTY:-fallback}", "fallback"],
    ["${env:NONE}", ""],
    ["$$HOST", "$HOST"],
    ["${env:HIDDEN}:1", UNKNOWN],
    ["${file:/etc/host}", UNKNOWN],
  ])("%s", (text, expected) => {
    expect(wholeText(expandConfigText(text, environment(false)))).toBe(expected);
  });

  test("what is not set here may be set where nobody can see", () => {
    expect(expandConfigText("${env:NONE}", environment(true)).missing).toEqual([
      "NONE may be set by ConfigMap shop/other",
    ]);
  });
});

describe("hosts that mean the pods of a workload", () => {
  test("written and read", () => {
    const app = workloadNamed(meshOf(deployment("image: app")), "app");
    expect(podHost(app)).toBe("pod:shop/Deployment/app");
    expect(parsePodHost(podHost(app))).toEqual(app.ref);
  });

  test.each([
    ["pod:shop/app", { namespace: "shop", kind: undefined, name: "app" }],
    ["pod:shop", undefined],
    ["pod:shop//app", undefined],
    ["pod:a/b/c/d", undefined],
    ["otel.shop", undefined],
  ])("%s", (host, expected) => {
    expect(parsePodHost(host)).toEqual(expected);
  });
});
