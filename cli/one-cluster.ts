import type { Manifest } from "../policies/mtls/objects";
import type { Input } from "./sources/index";
import { didYouMean } from "./suggest";
import { UsageError } from "./usage-error";

/** How objects are called whose providers do not tell their cluster, where those of others do. */
const UNTOLD = "unknown";

const nameOf = (cluster: string): string => (cluster === "" ? UNTOLD : cluster.replaceAll("\n", " "));

/**
 * The objects of one cluster: stacks whose providers speak to several are several meshes. What comes from plain files is taken to stand in
 * whichever cluster is asked about.
 *
 * @param asked as `--cluster` says; needed where there are several
 * @throws UsageError when it is needed and not given, or names none of them
 */
export function ofOneCluster({ manifests, clusters }: Input, asked: string | undefined): readonly Manifest[] {
  const names = [...new Set([...clusters.values()].map(nameOf))].sort();
  const list = names.map((name) => `"${name}"`).join(", ");
  if (asked === undefined) {
    if (names.length < 2) return manifests;
    throw new UsageError([
      `what was read is in several clusters, each a mesh of its own: say which one with --cluster NAME, one of ${list}`,
    ]);
  }
  if (!names.includes(asked))
    throw new UsageError([
      names.length === 0
        ? `--cluster is "${asked}", and nothing that was read tells its cluster: leave it out`
        : `--cluster is "${asked}"; one of ${list}${didYouMean(asked, names)}`,
    ]);
  return manifests.filter((manifest) => nameOf(clusters.get(manifest) ?? asked) === asked);
}
