import { verdict, type Application, type Meeting, type Wire } from "../../policies/mtls/verdict";
import type { Code } from "../../policies/mtls/server/codes";

const meeting = (over: Partial<Meeting>): Meeting => ({
  wire: "plaintext",
  inner: false,
  clientProxy: true,
  trust: "public",
  reception: "ok",
  application: "plaintext",
  terminates: true,
  readsHttp: false,
  ...over,
});

/** Without a proxy plaintext is taken and TLS is handed on. */
const bare = (wire: Wire): Code => (wire === "plaintext" ? "ok" : "raw");

type Expected = string;
const ends = (over: Partial<Meeting>): Expected => {
  const { outcome, symptom } = verdict(meeting(over));
  return symptom ?? outcome;
};

describe("what ends well", () => {
  test.each<[Wire, Code, Application, Expected]>([
    ["plaintext", "ok", "plaintext", "plaintext"],
    ["mtls", "ok", "plaintext", "mtls"],
    ["hbone", "ok", "plaintext", "mtls"],
    ["app-tls", "raw", "tls", "tls"],
  ])("%s, %s, %s", (wire, reception, application, expected) => {
    expect(ends({ wire, reception, application })).toBe(expected);
  });

  test("TLS of the client's proxy to an application that shows a certificate of a named authority", () => {
    expect(ends({ wire: "tls", reception: "raw", application: "tls", trust: "named" })).toBe("tls");
    expect(ends({ wire: "tls", reception: "raw", application: "tls", trust: "anyone" })).toBe("tls");
  });

  test("the application's TLS inside mutual TLS", () => {
    expect(ends({ wire: "mtls", inner: true, application: "tls" })).toBe("mtls");
  });
});

describe("a server without a proxy", () => {
  test.each<[Wire, Application, boolean, Expected]>([
    ["mtls", "plaintext", true, "wrong-version-number"],
    ["tls", "plaintext", true, "wrong-version-number"],
    ["app-tls", "plaintext", false, "tls-to-plaintext-app"],
    ["mtls", "tls", true, "certificate-verify-failed"],
    ["tls", "tls", true, "certificate-verify-failed"],
    ["plaintext", "tls", true, "protocol-error"],
    ["plaintext", "tls", false, "plaintext-to-tls-app"],
    ["plaintext", "nothing", true, "connection-refused"],
    ["mtls", "nothing", true, "connection-refused"],
  ])("%s to %s, client proxy %s", (wire, application, clientProxy, expected) => {
    expect(ends({ wire, reception: bare(wire), application, clientProxy })).toBe(expected);
  });
});

describe("a STRICT port", () => {
  test.each<[Wire, Code, boolean, Expected]>([
    ["plaintext", "no-chain", true, "connection-termination"],
    ["plaintext", "no-chain", false, "connection-reset"],
    ["app-tls", "needs-cert", false, "certificate-required"],
    ["tls", "needs-cert", true, "certificate-verify-failed"],
  ])("%s, client proxy %s", (wire, reception, clientProxy, expected) => {
    expect(ends({ wire, reception, clientProxy })).toBe(expected);
  });

  test("TLS that trusts the mesh, or anyone, lacks the certificate", () => {
    expect(ends({ wire: "tls", reception: "needs-cert", trust: "mesh" })).toBe("certificate-required");
    expect(ends({ wire: "tls", reception: "needs-cert", trust: "anyone" })).toBe("certificate-required");
  });
});

describe("a port without a chain for TLS", () => {
  test.each<[Wire, Expected]>([
    ["tls", "tls-reset"],
    ["mtls", "tls-reset"],
    ["app-tls", "connection-reset"],
  ])("%s", (wire, expected) => {
    expect(ends({ wire, reception: "no-chain" })).toBe(expected);
  });
});

describe("an HTTP codec", () => {
  test("of a port with mutual TLS disabled gets TLS", () => {
    const disabled = { reception: "protocol-error", terminates: false } as const;
    expect(ends({ ...disabled, wire: "mtls" })).toBe("wrong-version-number");
    expect(ends({ ...disabled, wire: "app-tls" })).toBe("tls-to-plaintext-app");
  });

  test("gets bytes that are no HTTP", () => {
    expect(ends({ reception: "protocol-error" })).toBe("protocol-error");
    expect(ends({ wire: "mtls", reception: "protocol-error" })).toBe("protocol-error");
  });

  test("gets the application's TLS from inside mutual TLS", () => {
    expect(ends({ wire: "mtls", inner: true, application: "tls", readsHttp: true })).toBe("tls-to-plaintext-app");
    expect(ends({ wire: "mtls", inner: true, reception: "protocol-error" })).toBe("tls-to-plaintext-app");
  });
});

describe("ztunnel", () => {
  test.each<[Wire, boolean, Expected]>([
    ["plaintext", false, "denied-by-ztunnel"],
    ["plaintext", true, "connection-termination"],
    ["mtls", true, "tls-reset"],
    ["app-tls", false, "denied-by-ztunnel"],
  ])("%s, client proxy %s", (wire, clientProxy, expected) => {
    expect(ends({ wire, reception: "denied", clientProxy })).toBe(expected);
  });
});

test("a symptom is there exactly when the client is refused", () => {
  const wires: readonly Wire[] = ["plaintext", "mtls", "hbone", "tls", "app-tls"];
  const codes: readonly Code[] = ["ok", "raw", "no-chain", "needs-cert", "protocol-error", "denied"];
  const applications: readonly Application[] = ["plaintext", "tls", "nothing"];
  for (const wire of wires)
    for (const reception of codes)
      for (const application of applications)
        for (const inner of [true, false]) {
          const { outcome, symptom } = verdict(meeting({ wire, reception, application, inner }));
          expect(symptom !== undefined).toBe(outcome === "refused");
        }
});
