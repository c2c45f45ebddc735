import { IstioStrictDefaults } from "../../components/index";
import { find, refusalOf, registeredBy } from "../support/mocks";

test("the mesh is STRICT from its root namespace, under a name that can exist once", async () => {
  const registered = await registeredBy(() => new IstioStrictDefaults("mesh", { rootNamespace: "istio-control" }));
  expect(find(registered, "kubernetes:security.istio.io/v1:PeerAuthentication").inputs).toMatchObject({
    metadata: { name: "default", namespace: "istio-control" },
    spec: { mtls: { mode: "STRICT" } },
  });
  expect(registered).toHaveLength(2);
});

test("a rule for hosts outside the mesh goes to the root namespace", async () => {
  const destinationRules = {
    partners: { host: "*.partner.example", tls: "SIMPLE" },
    pools: { host: "*.local" },
  } as const;
  const registered = await registeredBy(() => new IstioStrictDefaults("mesh", { destinationRules }));
  const rule = (name: string) => find(registered, "kubernetes:networking.istio.io/v1:DestinationRule", name).inputs;
  expect(rule("mesh-partners")).toMatchObject({
    metadata: { name: "partners", namespace: "istio-system" },
    spec: { host: "*.partner.example", trafficPolicy: { tls: { mode: "SIMPLE" } } },
  });
  expect(rule("mesh-pools")["spec"]).toEqual({ host: "*.local" });
});

test("policies see that auto mTLS is asserted", async () => {
  const registered = await registeredBy(() => new IstioStrictDefaults("mesh"));
  expect(find(registered, IstioStrictDefaults.__pulumiType).inputs).toEqual({
    rootNamespace: "istio-system",
    enableAutoMtls: true,
    destinationRules: {},
  });
});

describe("it refuses", () => {
  test.each(["*", "*.local", "*.cluster.local", "*.svc.cluster.local", "*.monitoring.svc.cluster.local"])(
    "a TLS mode for everybody who calls %s",
    async (host) => {
      for (const tls of ["ISTIO_MUTUAL", "SIMPLE", "DISABLE"] as const) {
        const build = () => new IstioStrictDefaults("mesh", { destinationRules: { everyone: { host, tls } } });
        const message = await refusalOf(build);
        expect(message).toContain(
          `destinationRules.everyone.tls  is ${tls} for ${host}; no TLS mode for hosts of the mesh`,
        );
        expect(message).toContain("WRONG_VERSION_NUMBER");
      }
    },
  );

  test("a mesh without auto mTLS", async () => {
    const message = await refusalOf(() => new IstioStrictDefaults("mesh", { enableAutoMtls: false }));
    expect(message).toContain("enableAutoMtls  is false; without auto mTLS clients send plaintext to STRICT ports");
  });
});
