import fc from "fast-check";
import { publishedPack } from "./support/published-pack";
import type { SentResource } from "./support/wire";
import { UNKNOWN_STRING } from "./support/unknown";

/** Whatever properties a program registers: the pack answers, keeps secrets to itself, and goes on. */

const pack = publishedPack();

const SECRET = "hunter2-hunter2-hunter2";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secretOf = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });

const TYPES = [
  "meshtls:index:OtelCollector",
  "kubernetes:security.istio.io/v1:PeerAuthentication",
  "kubernetes:networking.istio.io/v1:DestinationRule",
  "kubernetes:networking.istio.io/v1:Sidecar",
  "kubernetes:networking.istio.io/v1:ServiceEntry",
  "kubernetes:networking.istio.io/v1:VirtualService",
  "kubernetes:security.istio.io/v1:AuthorizationPolicy",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:Service",
  "kubernetes:core/v1:Namespace",
  "kubernetes:core/v1:Pod",
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:DeploymentPatch",
  "kubernetes:opentelemetry.io/v1beta1:OpenTelemetryCollector",
  "kubernetes:discovery.k8s.io/v1:EndpointSlice",
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:helm.sh/v4:Chart",
  "other:networking.istio.io/v1:DestinationRule",
  "pulumi:pulumi:Stack",
  "random:index/randomPassword:RandomPassword",
];

/** Keys that readers look for, so that the bags go deep. */
const KEYS = [
  "apiVersion",
  "kind",
  "metadata",
  "name",
  "namespace",
  "labels",
  "annotations",
  "spec",
  "selector",
  "matchLabels",
  "mtls",
  "mode",
  "portLevelMtls",
  "4317",
  "host",
  "trafficPolicy",
  "tls",
  "portLevelSettings",
  "port",
  "number",
  "ports",
  "targetPort",
  "template",
  "containers",
  "initContainers",
  "env",
  "value",
  "valueFrom",
  "image",
  "data",
  "stringData",
  "egress",
  "hosts",
  "rules",
  "from",
  "to",
  "source",
  "mtlsException",
  "clients",
  "meshtls.dev/mode",
  "meshtls.dev/exception",
  "status",
  "config",
  "endpoints",
  "exportTo",
];

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string(),
  fc.constantFrom(
    "STRICT",
    "ISTIO_MUTUAL",
    "4317",
    "*.local",
    "otel/opentelemetry-collector",
    "true",
    "x".repeat(5_000),
  ),
  fc.constant(UNKNOWN_STRING),
  fc.constant(secretOf(SECRET)),
  fc.constant(secretOf({ token: SECRET })),
);

const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: false },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: fc.string() }),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
}));

const bag = fc.dictionary(fc.constantFrom(...KEYS), anything, { maxKeys: 6 });

const resource = fc
  .record({ type: fc.constantFrom(...TYPES), name: fc.stringMatching(/^[a-z]{1,6}$/), props: bag })
  .map((sent): SentResource => sent);

const RUNS = 100;
const BAGS_PER_STACK = 100;

test(`${RUNS * BAGS_PER_STACK} generated property bags never crash it, and no secret gets out`, async () => {
  const samples = fc.sample(fc.array(resource, { minLength: BAGS_PER_STACK, maxLength: BAGS_PER_STACK }), {
    numRuns: RUNS,
    seed: 20261124,
  });
  for (const resources of samples) {
    const distinct = resources.map((each, at) => ({ ...each, name: `${each.name}${at}` }));
    const told = await Promise.all([
      ...distinct.map((each) => pack.served.resource(each)),
      pack.served.stack(distinct),
    ]);
    expect(JSON.stringify(told)).not.toContain(SECRET);
    for (const { message } of told.flat()) expect(message.length).toBeLessThan(20_000);
  }
  expect(samples.flat()).toHaveLength(RUNS * BAGS_PER_STACK);
}, 300_000);

test("each of the kinds, given nothing at all, is answered", async () => {
  for (const type of TYPES) await expect(pack.served.resource({ type, name: "a", props: {} })).resolves.toBeDefined();
  await expect(pack.served.stack([])).resolves.toEqual([]);
});
