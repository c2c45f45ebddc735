import { isDeepStrictEqual } from "node:util";
import { type Failure } from "./check";
import { activeCluster } from "./kubeconfig";
import { isTrue, textOf } from "./settings";
import { isUnknown, reveal, type Fields } from "./values";

/** What points at a cluster, and so cannot go with rendering. */
const CLUSTER_OPTIONS = ["cluster", "context", "kubeconfig"] as const;

/** What is wrong with a provider's inputs, in the official provider's words. */
export function checkConfig(news: Fields, env: NodeJS.ProcessEnv): readonly Failure[] {
  const given = reveal(news);
  const renders = textOf(given["renderYamlToDirectory"]) !== undefined || isUnknown(given["renderYamlToDirectory"]);
  if (!renders) {
    return isTrue(given["alwaysRender"])
      ? [{ property: "alwaysRender", reason: '"alwaysRender" requires "renderYamlToDirectory" to be set' }]
      : [];
  }
  return CLUSTER_OPTIONS.filter((option) => {
    const value = textOf(given[option]);
    // The SDK fills kubeconfig in from the environment; that alone is no wish to reach a cluster.
    return value !== undefined && !(option === "kubeconfig" && value === env["KUBECONFIG"]);
  }).map((option) => ({
    property: option,
    reason: `"${option}" arg is not compatible with "renderYamlToDirectory" arg`,
  }));
}

export interface ConfigDiff {
  /** The options that changed. */
  readonly diffs: readonly string[];
  /** Those of them that mean another cluster, and so new resources. */
  readonly replaces: readonly string[];
}

/**
 * Whether a change of a provider's inputs means another cluster. Kubernetes gives clusters no identity, so a changed
 * or unknown active cluster counts as another one, unless `clusterIdentifier` says that it is the same.
 */
export function diffConfig(oldInputs: Fields, newInputs: Fields): ConfigDiff {
  const olds = reveal(oldInputs);
  const news = reveal(newInputs);
  const diffs = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
    .sort();

  const before = textOf(olds["clusterIdentifier"]);
  const after = textOf(news["clusterIdentifier"]);
  const replaces = new Set<string>();
  // The official provider lets clusterIdentifier overrule this one too, which leaves every file in the old directory.
  if (diffs.includes("renderYamlToDirectory")) replaces.add("renderYamlToDirectory");
  if (after !== undefined && before === after) return { diffs, replaces: [...replaces] };
  if (before !== undefined && after !== undefined) replaces.add("clusterIdentifier");
  const unknown = CLUSTER_OPTIONS.filter((option) => isUnknown(news[option]));
  if (unknown.length > 0) {
    unknown.forEach((option) => replaces.add(option));
  } else {
    const [from, to] = [activeCluster(olds), activeCluster(news)];
    if (from !== undefined && to !== undefined && !isDeepStrictEqual(from, to)) {
      CLUSTER_OPTIONS.filter((option) => diffs.includes(option)).forEach((option) => replaces.add(option));
    }
  }
  return { diffs, replaces: [...replaces] };
}
