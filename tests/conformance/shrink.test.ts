import type { Case, Json } from "./case";
import { generate } from "./generator";
import { shrink } from "./shrink";

/** Something to shrink for that needs no istiod: one object has one field. */
const hasStrict = ({ objects }: Case): Promise<boolean> =>
  Promise.resolve(JSON.stringify(objects).includes('"mode":"STRICT"'));

const strict: Json = {
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "p", namespace: "apps", labels: { a: "b" } },
  spec: { selector: { matchLabels: { app: "web" } }, mtls: { mode: "STRICT" } },
};
const kase = generate("shrink", 1);
const large: Case = { ...kase, objects: [...kase.objects.filter(({ kind }) => kind !== "PeerAuthentication"), strict] };
const [flow] = large.flows;
if (flow === undefined) throw new Error("the mesh has no flow");

test("all that matters is left, and nothing else", async () => {
  const small = await shrink(large, flow, hasStrict);
  expect(small.flows).toEqual([flow]);
  expect(small.objects).toEqual([
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "p", namespace: "apps" },
      spec: { mtls: { mode: "STRICT" } },
    },
  ]);
});

test("what does not show it any more comes back as it was", async () => {
  expect(await shrink(large, flow, () => Promise.resolve(false))).toBe(large);
});

test("a container and its ports are left: without them the mesh would be another", async () => {
  const hasPod = ({ objects }: Case): Promise<boolean> => Promise.resolve(objects.some(({ kind }) => kind === "Pod"));
  const small = await shrink(generate("shrink", 0), flow, hasPod);
  expect(small.objects).toHaveLength(1);
  expect(JSON.stringify(small.objects)).toContain('"containers":[{"name"');
});

test("the same seed and number give the same mesh, others another", () => {
  expect(generate("s", 3)).toEqual(generate("s", 3));
  expect(generate("s", 3)).not.toEqual(generate("s", 4));
  expect(generate("t", 3).objects).not.toEqual(generate("s", 3).objects);
});
