import { coversHost, expandShortName, HostTable, isIpAddress } from "../../../policies/mtls/client/hosts";

const FQDN = "otel.monitoring.svc.cluster.local";

test.each([
  ["otel", "otel.apps.svc.cluster.local"],
  ["otel.monitoring", "otel.monitoring"],
  ["otel.monitoring.svc", "otel.monitoring.svc"],
  [FQDN, FQDN],
  ["*", "*"],
  ["*.local", "*.local"],
  ["10.0.0.1", "10.0.0.1"],
  ["::1", "::1"],
  ["", ""],
])("short name %s", (host, expected) => {
  expect(expandShortName(host, "apps", "cluster.local")).toBe(expected);
});

test.each(["10.0.0.1", "::1", "[::1]", "fd00::10"])("%s is an address", (host) => {
  expect(isIpAddress(host)).toBe(true);
});

test.each(["otel", "otel.monitoring", "dead.beef", "a:4317"])("%s is no address", (host) => {
  expect(isIpAddress(host)).toBe(false);
});

test.each([
  ["*", FQDN, true],
  ["*.local", FQDN, true],
  ["*.monitoring.svc.cluster.local", FQDN, true],
  ["*.apps.svc.cluster.local", FQDN, false],
  [FQDN, FQDN, true],
  ["otel.monitoring", FQDN, false],
  ["*.com", "*.example.com", true],
])("%s covers %s: %s", (pattern, host, expected) => {
  expect(coversHost(pattern, host)).toBe(expected);
});

describe("the most specific host", () => {
  const table = new HostTable<string>();
  for (const host of ["*", "*.local", "*.monitoring.svc.cluster.local", "exact.monitoring.svc.cluster.local"])
    table.add(host, `first ${host}`);
  table.add("*.local", "second *.local");

  test.each([
    ["exact.monitoring.svc.cluster.local", "exact.monitoring.svc.cluster.local"],
    [FQDN, "*.monitoring.svc.cluster.local"],
    ["otel.apps.svc.cluster.local", "*.local"],
    ["example.com", "*"],
    ["local", "*"],
  ])("for %s is %s", (host, expected) => {
    expect(table.mostSpecific(host)?.host).toBe(expected);
  });

  test("has its values in the order they came", () => {
    expect(table.mostSpecific("otel.apps.svc.cluster.local")?.values).toEqual(["first *.local", "second *.local"]);
  });

  test("is none where nothing covers the host", () => {
    expect(new HostTable<string>().mostSpecific(FQDN)).toBeUndefined();
  });
});
