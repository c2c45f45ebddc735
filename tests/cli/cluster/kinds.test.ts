import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { LIVE_KINDS } from "../../../cli/cluster/kinds";
import { clusterRole } from "../../../cli/cluster/roles";
import { readerOf } from "../../../policies/mtls/readers/index";

const POLICIES = join(__dirname, "..", "..", "..", "policies");

/** Kinds that discovery and rules ask for by group and kind, and that have no reader of their own. */
const ASKED_FOR = [
  ["networking.k8s.io", "NetworkPolicy"],
  ["admissionregistration.k8s.io", "MutatingWebhookConfiguration"],
  ["telemetry.istio.io", "Telemetry"],
  ["opentelemetry.io", "Instrumentation"],
  ["monitoring.coreos.com", "PodMonitor"],
  ["monitoring.coreos.com", "ServiceMonitor"],
].map(([group, kind]) => `${group}/${kind}`);

const LISTED = LIVE_KINDS.map(({ group, kind }) => `${group}/${kind}`);

test("every kind that is listed is read", () => {
  expect(LISTED.filter((kind) => readerOf(kind) === undefined && !ASKED_FOR.includes(kind))).toEqual([]);
});

test("every kind that is read is listed, or is there in another form", () => {
  const source = readFileSync(join(POLICIES, "mtls", "readers", "index.ts"), "utf8");
  const read = [...source.matchAll(/"((?:[a-z.]+[a-z0-9.]*)?\/[A-Z]\w+)"/g)].map(([, kind]) => kind);
  expect(read.length).toBeGreaterThan(20);
  expect(read.filter((kind) => !LISTED.includes(kind ?? "")).sort()).toEqual([
    "/Endpoints",
    "extensions/DaemonSet",
    "extensions/Deployment",
    "extensions/ReplicaSet",
  ]);
});

test("every kind that is asked for among the others is listed", () => {
  const files = readdirSync(POLICIES, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && /^(mtls|rules)/.test(file),
  );
  const sources = files.map((file) => readFileSync(join(POLICIES, file), "utf8")).join("\n");
  const kinds = [...sources.matchAll(/objectsOf\(\s*mesh,\s*(?:"[\w.]+"|GROUP),\s*"(\w+)"/g)].map(([, kind]) => kind);
  expect(kinds).toContain("NetworkPolicy");
  expect(kinds.filter((kind) => !LIVE_KINDS.some((listed) => listed.kind === kind))).toEqual([]);
});

interface Role {
  readonly rules: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
}

test("the role allows listing exactly these kinds, and reading ConfigMaps and logs", () => {
  const { rules } = load(clusterRole()) as Role;
  const allowed = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  );
  expect(allowed).toEqual([
    ...[...new Set(LIVE_KINDS.map(({ group }) => group))].flatMap((group) =>
      LIVE_KINDS.filter((kind) => kind.group === group).map(({ resource }) => `list ${group}/${resource}`),
    ),
    "get /configmaps",
    "get /pods/log",
  ]);
  expect(allowed.filter((one) => /secret/i.test(one))).toEqual([]);
});
