import fc from "fast-check";
import { assess } from "../../policies/mtls/assess";
import type { FlowAnswer } from "../../policies/mtls/flow";
import { UNKNOWN } from "../../policies/mtls/known";
import { readMesh } from "../../policies/mtls/manifests";
import { OUTCOMES, SENDS, SYMPTOMS } from "../../policies/mtls/vocabulary";
import { FLOWS, meshObjects, type KubeObject } from "./random-mesh";

/** What holds for every mesh, whatever is in it. */

const SEED = 20260101;
const options = (numRuns: number) => ({ seed: SEED, numRuns });

const answers = (objects: readonly unknown[]): readonly FlowAnswer[] =>
  assess(readMesh(objects.map((object) => ({ object }))), { flows: FLOWS, now: "2026-01-01", evidence: true }).flows;

const verdicts = (objects: readonly unknown[]) =>
  answers(objects)
    .slice(0, FLOWS.length)
    .map(({ servers, outcome, symptom }) => ({ servers, outcome, symptom }));

describe("the order of the objects", () => {
  test("never matters", () => {
    const shuffled = meshObjects.chain((objects) =>
      fc.tuple(fc.constant(objects), fc.shuffledSubarray([...objects], { minLength: objects.length })),
    );
    fc.assert(
      fc.property(shuffled, ([objects, others]) => expect(answers(others)).toEqual(answers(objects))),
      options(120),
    );
  });
});

/** Objects of another namespace that are for that namespace only. */
const bystander = (kind: string, apiVersion: string, spec: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: `private-${kind.toLowerCase()}`, namespace: "elsewhere" },
  spec,
});

const BYSTANDERS: readonly KubeObject[] = [
  bystander("PeerAuthentication", "security.istio.io/v1", { mtls: { mode: "DISABLE" } }),
  bystander("DestinationRule", "networking.istio.io/v1", {
    host: "*.local",
    exportTo: ["."],
    trafficPolicy: { tls: { mode: "SIMPLE" } },
  }),
  bystander("VirtualService", "networking.istio.io/v1", {
    hosts: ["*.local"],
    exportTo: ["."],
    http: [{ route: [{ destination: { host: "nowhere.elsewhere.svc.cluster.local" } }] }],
  }),
  bystander("ServiceEntry", "networking.istio.io/v1", {
    hosts: ["otel.monitoring.svc.cluster.local"],
    exportTo: ["."],
    ports: [{ number: 4317, name: "tcp", protocol: "TCP" }],
    resolution: "NONE",
  }),
  bystander("Sidecar", "networking.istio.io/v1", { egress: [{ hosts: ["./*"] }] }),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "otel", namespace: "elsewhere", annotations: { "networking.istio.io/exportTo": "." } },
    spec: { selector: { app: "otel" }, ports: [{ name: "tcp", port: 4317 }] },
  },
];

describe("a namespace that exports nothing to the two ends", () => {
  test("never matters", () => {
    const extended = fc.tuple(meshObjects, fc.subarray([...BYSTANDERS], { minLength: 1 }));
    fc.assert(
      fc.property(extended, ([objects, bystanders]) =>
        expect(verdicts([...objects, ...bystanders])).toEqual(verdicts(objects)),
      ),
      options(120),
    );
  });
});

type Path = readonly (string | number)[];

/** Every field of an object that can be not known yet: what it asks for, its labels and annotations. */
function paths(value: unknown, at: Path = []): readonly Path[] {
  const here = at.length === 0 ? [] : [at];
  if (typeof value !== "object" || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, item]) => paths(item, [...at, key]))];
}

const replaced = (value: unknown, [key, ...rest]: Path, by: unknown): unknown => {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === String(key) ? replaced(item, rest, by) : item));
  const fields = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  return { ...fields, [key]: replaced(fields[key], rest, by) };
};

const DECIDED_LATER = /^(spec|endpoints|ports|metadata\.(labels|annotations))(\.|$)/;

const pathsOf = (objects: readonly KubeObject[], filter: RegExp): readonly (readonly [number, Path])[] =>
  objects.flatMap((object, at) =>
    paths(object)
      .filter((path) => filter.test(path.join(".")))
      .map((path) => [at, path] as const),
  );

const withField = <T>(filter: RegExp, value: fc.Arbitrary<T>) =>
  meshObjects.chain((objects) =>
    fc
      .tuple(fc.constant(objects), fc.constantFrom(...pathsOf(objects, filter)), value)
      .map(([all, [at, path], by]) => ({
        objects: all,
        changed: all.map((object, index) => (index === at ? replaced(object, path, by) : object)),
        path: `${all[at]?.kind ?? ""} ${path.join(".")}`,
      })),
  );

describe("a field that is not known", () => {
  test("never turns refused or unknown into a pass", () => {
    fc.assert(
      fc.property(withField(DECIDED_LATER, fc.constant(UNKNOWN)), ({ objects, changed, path }) => {
        const [before, after] = [verdicts(objects), verdicts(changed)];
        for (const [at, { outcome }] of before.entries())
          if (outcome === "refused" || outcome === "unknown")
            expect([path, ["refused", "unknown"].includes(after[at]?.outcome ?? "")]).toEqual([path, true]);
      }),
      options(300),
    );
  });

  test("is named where it makes the answer unknown", () => {
    fc.assert(
      fc.property(withField(DECIDED_LATER, fc.constant(UNKNOWN)), ({ changed }) => {
        for (const { outcome, undecided } of answers(changed))
          expect(outcome === "unknown" ? undecided.length > 0 : undecided.length === 0).toBe(true);
      }),
      options(300),
    );
  });
});

describe("any JSON in any field", () => {
  test("gives a verdict, never a throw", () => {
    fc.assert(
      fc.property(withField(/./, fc.jsonValue()), ({ changed }) => {
        for (const { outcome, symptom, servers } of answers(changed)) {
          expect(OUTCOMES).toContain(outcome);
          expect(symptom === undefined ? outcome !== "refused" : SYMPTOMS.includes(symptom)).toBe(true);
          expect(servers.length).toBeGreaterThan(0);
          for (const { sends } of servers) expect(SENDS).toContain(sends);
        }
      }),
      options(300),
    );
  });
});
