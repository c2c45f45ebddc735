import { dump } from "js-yaml";
import { Builder } from "../../../cli/sources/builder";
import { parseJsonStream } from "../../../cli/sources/json-stream";
import { parseYamlStream } from "../../../cli/sources/yaml-stream";

const DEEP = 5;

const mapOf = (builder: Builder, entries: readonly (readonly [string, unknown])[], hash = 1, depth = DEEP): unknown => {
  const first = builder.open();
  for (const [key, value] of entries) builder.set(builder.add(first, key), value);
  return builder.map(first, hash, depth);
};

test("small maps that say the same are one, whatever their hashes say of others", () => {
  const builder = new Builder();
  const map = mapOf(builder, [["a", 1]]);
  expect(mapOf(builder, [["a", 1]])).toBe(map);
  for (const other of [[["a", 2]], [["b", 1]], [], [["a", 1] as const, ["b", 2] as const]] as [string, unknown][][])
    expect(mapOf(builder, other)).toEqual(Object.fromEntries(other));
  expect(mapOf(builder, [["a", 1]], 2)).toEqual(map);
  const first = builder.open();
  expect(builder.list(first, 1, DEEP)).toEqual([]);
  expect(mapOf(builder, [])).toEqual({});
  builder.forget();
  expect(mapOf(builder, [["a", 1]])).not.toBe(map);
});

test("names that every object has are keys like others", () => {
  const builder = new Builder();
  mapOf(builder, [["x", 1]]);
  expect(mapOf(builder, [["constructor", 1]])).toEqual({ constructor: 1 });
});

test("what stands near the top of a document is never shared", () => {
  const builder = new Builder();
  expect(mapOf(builder, [["a", 1]], 1, 1)).not.toBe(mapOf(builder, [["a", 1]], 1, 1));
});

test("parts that two documents have in common are one object, in YAML and in JSON", () => {
  const pods = ["a", "b"].map((name) => ({ metadata: { name }, spec: { containers: [{ name: "main" }] } }));
  const json = pods.map((pod) => JSON.stringify(pod)).join("\n");
  const yaml = pods.map((pod) => `---\n${dump(pod)}`).join("");
  for (const { parsed } of [parseJsonStream(Buffer.from(json)), parseYamlStream(Buffer.from(yaml))]) {
    const [a, b] = parsed.map(({ value }) => value as (typeof pods)[number]);
    expect([a, b]).toEqual(pods);
    expect(a?.spec.containers).toBe(b?.spec.containers);
  }
});
