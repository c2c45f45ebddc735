import {
  chainFor,
  sharedChains,
  type Connection,
  type Routing,
  type Target,
} from "../../../policies/mtls/client/shared-listener";
import { indexRegistry, type Registered } from "../../../policies/mtls/client/registry";
import { portsOf } from "../../../policies/mtls/client/service-ports";
import { readMesh } from "../../../policies/mtls/manifests";

/** Targets of ServiceEntries on port 4317, in the order given. */
function targets(...entries: readonly (readonly [host: string, protocol: string, address?: string])[]): Target[] {
  const objects = entries.map(([host, protocol, address], at) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: `entry-${at}`, namespace: "apps" },
    spec: {
      hosts: [host],
      ...(address === undefined ? {} : { addresses: [address] }),
      ports: [{ number: 4317, name: "otlp", protocol }],
      resolution: "DNS",
    },
  }));
  const registry = indexRegistry(readMesh(objects.map((object) => ({ object }))));
  return entries.map(([host]) => {
    const service = registry.byHost.get(host)?.[0] as Registered;
    const [port] = portsOf(registry, service, (value) => value as never);
    if (port === undefined) throw new Error(`${host} has no port`);
    return { service, port };
  });
}

const plain: Connection = { ip: "203.0.113.7", host: "any.example.com", isHttp: false, isTls: false };
const http = { ...plain, isHttp: true };
const tlsTo = (host: string): Connection => ({ ...plain, host, isTls: true });

const routing = (names: Routing["names"], subnets: Routing["subnets"] = () => []): Routing => ({ names, subnets });

const takes = (all: readonly Target[], connection: Connection): string => {
  const chains = sharedChains(
    all,
    routing(({ service }) => [{ names: [service.host], to: undefined }]),
  );
  if (chains === undefined) throw new Error("Envoy takes this listener");
  const chain = chainFor(chains, connection);
  return chain === undefined ? "nobody" : chain.isHttp ? "requests" : chain.target.service.host;
};

test.each<[string, Target[], Connection, string]>([
  ["HTTP is read", targets(["a.example.com", "HTTP"]), http, "requests"],
  ["what is no HTTP is left to the policy", targets(["a.example.com", "HTTP"]), plain, "nobody"],
  [
    "TCP takes all that is no HTTP",
    targets(["a.example.com", "HTTP"], ["b.example.com", "TCP"]),
    plain,
    "b.example.com",
  ],
  ["the first of two", targets(["a.example.com", "TCP"], ["b.example.com", "TCP"]), plain, "a.example.com"],
  ["without HTTP, requests too", targets(["a.example.com", "TCP"]), http, "a.example.com"],
  [
    "TLS by its name",
    targets(["a.example.com", "TLS"], ["b.example.com", "TCP"]),
    tlsTo("a.example.com"),
    "a.example.com",
  ],
  ["another name", targets(["a.example.com", "TLS"]), tlsTo("c.example.com"), "nobody"],
  [
    "a range before all",
    targets(["a.example.com", "HTTP"], ["b.example.com", "TCP", "203.0.113.0/24"]),
    http,
    "b.example.com",
  ],
  ["outside the range", targets(["b.example.com", "TCP", "240.0.0.0/24"]), plain, "nobody"],
  ["MongoDB shares with nobody", targets(["a.example.com", "MONGO"], ["b.example.com", "HTTP"]), http, "a.example.com"],
  ["and is shut out by others", targets(["a.example.com", "HTTP"], ["b.example.com", "MONGO"]), plain, "nobody"],
])("%s", (_, all, connection, expected) => {
  expect(takes(all, connection)).toBe(expected);
});

test("a listener of which two chains ask for one name is refused", () => {
  const routes = (...names: readonly (readonly string[])[]) =>
    sharedChains(
      targets(["a.example.com", "TLS"]),
      routing(() => names.map((each) => ({ names: each, to: undefined }))),
    );
  expect(routes(["a.example.com"], ["b.example.com", "a.example.com"])).toBeUndefined();
  expect(routes(["a.example.com"], ["b.example.com"])).toHaveLength(2);
  expect(routes(["a.example.com"], ["a.example.com"])).toHaveLength(1);
});

test.each([
  ["MONGO", "MYSQL", 1],
  ["MYSQL", "MYSQL", 1],
  ["TCP", "", 2],
])("%s, then %s", (first, second, chains) => {
  expect(
    sharedChains(
      targets(["a.example.com", first], ["b.example.com", second]),
      routing(() => []),
    ),
  ).toHaveLength(chains);
});

test("routes for the subnet of the address come before an older service without any", () => {
  const all = targets(["old.example.com", "TCP"], ["routed.example.com", "TCP"]);
  const subnetsOf = ({ service }: Target) => (service.host === "routed.example.com" ? ["203.0.113.0/24"] : []);
  const chains =
    sharedChains(
      all,
      routing(() => [], subnetsOf),
    ) ?? [];
  const takenBy = (ip: string) => chainFor(chains, { ...plain, ip })?.target.service.host;
  expect(takenBy("203.0.113.7")).toBe("routed.example.com");
  expect(takenBy("198.51.100.7")).toBe("old.example.com");
});
