import type { Json } from "../case";
import type { Pod } from "./pods";
import type { Random } from "./random";
import { created, metadata, namespaceOfPolicy, type Setting } from "./setting";

/** PeerAuthentications of every level, often more than one of the same, equally old or not. */

const mtls = (random: Random, unset: number): Json =>
  random.weighted<Json>([
    [5, { mtls: { mode: "STRICT" } }],
    [4, { mtls: { mode: "PERMISSIVE" } }],
    [3, { mtls: { mode: "DISABLE" } }],
    [unset, { mtls: { mode: "UNSET" } }],
    [unset, {}],
    [unset, { mtls: {} }],
  ]);

const portLevel = (random: Random): Json =>
  Object.fromEntries(
    random
      .some([4317, 4317, 4318, 8080, 80, 9999], random.int(1, 2))
      .map((port) => [
        port,
        random.pick([{ mode: "STRICT" }, { mode: "PERMISSIVE" }, { mode: "DISABLE" }, { mode: "UNSET" }, {}]),
      ]),
  );

const selectorFor = (random: Random, pods: readonly Pod[]): Readonly<Record<string, string>> => {
  const { app = "otel", version, ...rest } = random.pick(pods).labels;
  const tlsMode = rest["security.istio.io/tlsMode"];
  return random.weighted<Readonly<Record<string, string>>>([
    [8, { app }],
    [version === undefined ? 0 : 3, { app, version: version ?? "" }],
    [tlsMode === undefined ? 0 : 1, { "security.istio.io/tlsMode": tlsMode ?? "" }],
    [1, { app: "none" }],
  ]);
};

function peerAuthentication(setting: Setting, pods: readonly Pod[], at: number): Json {
  const { random, root } = setting;
  const isWorkloads = random.chance(0.5);
  const namespace = namespaceOfPolicy(setting);
  const hasPorts = isWorkloads && random.chance(0.55);
  const selector = isWorkloads
    ? { selector: { matchLabels: selectorFor(random, pods) } }
    : random.maybe(0.1, "selector", () => ({ matchLabels: {} }));
  return {
    apiVersion: random.pick(["security.istio.io/v1", "security.istio.io/v1beta1"]),
    kind: "PeerAuthentication",
    metadata: metadata(
      random.pick(["a", "b", "default"]) + at,
      namespace === root && isWorkloads && random.chance(0.6) ? setting.namespaces[1] : namespace,
      created(random),
    ),
    spec: {
      ...selector,
      ...mtls(random, hasPorts ? 2 : 0.4),
      ...(hasPorts ? { portLevelMtls: portLevel(random) } : {}),
    },
  };
}

/** None to four, in half of the meshes with a mode for the whole mesh. */
export function peerAuthentications(setting: Setting, pods: readonly Pod[]): readonly Json[] {
  const { random, root } = setting;
  const made = random.list(0, 3, (at) => peerAuthentication(setting, pods, at));
  if (!random.chance(0.5)) return made;
  const meshWide: Json = {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: metadata("mesh", root, created(random)),
    spec: {
      mtls: {
        mode: random.weighted([
          [3, "STRICT"],
          [1, "PERMISSIVE"],
          [1, "DISABLE"],
        ]),
      },
    },
  };
  return [...made, meshWide];
}
