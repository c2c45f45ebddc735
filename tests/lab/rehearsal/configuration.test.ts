import { parse } from "yaml";
import { ConfigurationError, rehearsalCopy, type CopyOptions } from "../../../lab/rehearsal/configuration";

const repository = {
  file: "Pulumi.staging.yaml",
  text: `# staging
config:
  shop:cluster:
    kind: existing # production
    kubernetesVersion: "1.34"
    kubeconfig: { secure: v1:abc }
  shop:exceptions:
    - name: otel-collector
      expires: 2027-02-01 # renewed every quarter
    - name: tempo
      expires: "2027-03-01"
`,
};

const copy = (options: Partial<CopyOptions> = {}) =>
  rehearsalCopy({
    source: repository,
    repository,
    project: "shop",
    manifests: "/rehearsal/manifests",
    today: "2028-05-01",
    earlier: undefined,
    ...options,
  });

const mine = (text: string) => ({ file: "mine.yaml", text });

const render = { kind: "render", directory: "/rehearsal/manifests" };

test("the cluster is replaced and every expiry renewed, each said by name; the rest stays, comments too", () => {
  const { text, renewals } = copy();
  expect(renewals).toEqual([
    { exception: "otel-collector", from: "2027-02-01", to: "2028-05-31" },
    { exception: "tempo", from: "2027-03-01", to: "2028-05-31" },
  ]);
  expect(parse(text)).toEqual({
    config: {
      "shop:cluster": { ...render, kubernetesVersion: "1.34" },
      "shop:exceptions": [
        { name: "otel-collector", expires: "2028-05-31" },
        { name: "tempo", expires: "2028-05-31" },
      ],
    },
  });
  expect(text).toContain("# renewed every quarter");
});

test("a file of one's own: what is unchanged there is renewed, an expiry of its own is kept, to be judged", () => {
  const source = mine(repository.text.replace(`"2027-03-01"`, "2020-01-01"));
  const { text, renewals } = copy({ source });
  expect(renewals.map(({ exception }) => exception)).toEqual(["otel-collector"]);
  expect(parse(text).config["shop:exceptions"][1]).toEqual({ name: "tempo", expires: "2020-01-01" });
});

test("an exception without a name is called by its place", () => {
  const text = "config:\n  shop:exceptions: [{ expires: 2027-02-01 }]\n";
  const own = { file: "Pulumi.staging.yaml", text };
  expect(copy({ source: own, repository: own }).renewals).toMatchObject([{ exception: "exceptions[0]" }]);
});

test("what was given is kept apart, renewed but with its own cluster, as the engine would hand it to the program", () => {
  const source = mine("config:\n  shop:cluster: { kind: create }\n  mesh: {}\n  shop:name: a\n  aws:region: b\n");
  expect(copy({ source }).given).toEqual({ cluster: '{"kind":"create"}', mesh: "{}", name: "a" });
  expect(copy().given["exceptions"]).toContain("2028-05-31");
});

test("a configuration without exceptions, or without anything, is copied as it is", () => {
  expect(copy({ source: mine("config:\n  shop:mesh: {}\n") }).renewals).toEqual([]);
  expect(parse(copy({ source: mine("") }).text)).toEqual({ config: { "shop:cluster": render } });
  expect(parse(copy({ source: mine("config:\n") }).text)).toEqual({ config: { "shop:cluster": render } });
});

test("the encryption salt is the rehearsal's own of last time, never the stack's", () => {
  const source = mine(`secretsprovider: awskms://x\nencryptedkey: k\nencryptionsalt: theirs\n${repository.text}`);
  expect(parse(copy({ source }).text)).not.toMatchObject({ encryptionsalt: expect.anything() });
  const { text } = copy({ source, earlier: "encryptionsalt: ours\nconfig: {}\n" });
  expect(Object.keys(parse(text))).toEqual(["config", "encryptionsalt"]);
  expect(parse(text)).toMatchObject({ encryptionsalt: "ours" });
});

test.each([
  ["config:\n  a: [1\n  b: {\n", /^mine\.yaml is not YAML:\n {2}line \d+, column \d+: /],
  ["a: 1\na: 2\n", /line 2, column 1: Map keys must be unique/],
  ["just text", /mine\.yaml is not a stack's configuration: it needs `config:`/],
  ["config: [1, 2]\n", /mine\.yaml: `config` must be a map/],
])("%j is refused with file and place", (text, message) => {
  expect(() => copy({ source: mine(text) })).toThrow(ConfigurationError);
  expect(() => copy({ source: mine(text) })).toThrow(message);
});

test("every problem of a file that is not YAML is named at once", () => {
  expect(() => copy({ source: mine("config:\n  a: [1\n  b: {\n") })).toThrow(/line .*\n.*line /);
});

test("encrypted values are named, not guessed and not shown", () => {
  const source = mine(
    "config:\n  shop:token:\n    secure: v1:abc\n  shop:exceptions: [{ name: x, owner: { secure: v1:d } }]\n",
  );
  expect(() => copy({ source })).toThrow(
    /^mine\.yaml cannot be rehearsed: .*\n {2}shop:token\n {2}shop:exceptions\.owner\n/,
  );
  expect(() => copy({ source })).not.toThrow(/v1:abc/);
});
