import type { Read } from "../input";
import { connect } from "./kubeconfig";
import { readCluster } from "./read-cluster";

/** A cluster as a source of objects, like files are one. */
export async function readLive(
  kubeconfig: string | undefined,
  context: string | undefined,
  onProgress: (what: string) => void,
): Promise<Read> {
  const server = await connect(kubeconfig, context);
  const { manifests, assumptions } = await readCluster(server, { onProgress });
  return { manifests, foreign: 0, assumptions };
}
