import { readDocuments } from "../../../cli/sources/documents";
import { linesOf, type Sought } from "../../../cli/sources/locate";
import { isFileSource } from "../../../cli/sources/origin";

/** The lines of the paths of the object at `position`. */
function lines(text: string, position: number, paths: readonly string[]): number[] {
  const bytes = Buffer.from(text);
  const { manifests, problems } = readDocuments({ name: "m.yaml", walked: false, bytes }, bytes);
  expect(problems).toEqual([]);
  const source = manifests[position]?.source;
  if (!isFileSource(source)) throw new Error("no object there");
  return linesOf(paths.map((path): Sought => ({ source, path })));
}

const YAML = `# comment
apiVersion: v1
kind: A
metadata:
  name: a
  annotations:
    meshtls.dev/expires: "2027-01-01"
    plain: x
spec:
  ports:
  - name: first
    port: 1
  - {name: second,
     port: 2}
  portLevelMtls:
    4317:
      mode: DISABLE
---
apiVersion: v1
kind: B
base: &base
  deep: {er: 1}
alias: *base
merged:
  <<: *base
  own: 1
`;

test("keys, list items, keys with dots, number keys", () =>
  expect(
    lines(YAML, 0, [
      "",
      "metadata.annotations.meshtls.dev/expires",
      'metadata.annotations["meshtls.dev/expires"]',
      "spec.ports[0].port",
      "spec.ports[1].port",
      "spec.ports[1]",
      "spec.portLevelMtls.4317.mode",
    ]),
  ).toEqual([2, 7, 7, 12, 14, 13, 17]));

test("the deepest part that exists", () =>
  expect(lines(YAML, 0, ["spec.nope.at.all", "spec.ports[7].port", "nothing", "spec.ports.name"])).toEqual([
    9, 10, 2, 10,
  ]));

test("behind an alias, and in the second document", () =>
  expect(lines(YAML, 1, ["", "alias.deep.er", "merged.own"])).toEqual([19, 22, 26]));

test("items of lists, in YAML and JSON", () => {
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: [1, 2].map((at) => ({ apiVersion: "v1", kind: "A", spec: { at } })),
  };
  expect(lines(JSON.stringify(list, null, 2), 1, ["", "spec.at"])).toEqual([12, 16]);
  expect(
    lines("apiVersion: v1\nkind: PodList\nitems:\n- metadata:\n    name: a\n- metadata:\n    name: b\n", 1, [
      "metadata.name",
    ]),
  ).toEqual([7]);
});

test("inside a document that is a string", () => {
  const text = `apiVersion: v1
kind: ConfigMap
data:
  relay: |
    receivers:
      otlp:
        protocols: {grpc: {endpoint: "localhost:4317"}}
  quoted: "a: 1"
`;
  expect(
    lines(text, 0, ["data.relay#receivers.otlp.protocols.grpc.endpoint", "data.relay#nothing", "data.quoted#a"]),
  ).toEqual([7, 5, 8]);
});

test("in a file with a byte order mark and CRLF", () =>
  expect(lines(`\uFEFF${YAML}`.replaceAll("\n", "\r\n"), 0, ["spec.ports[0].port"])).toEqual([12]));
