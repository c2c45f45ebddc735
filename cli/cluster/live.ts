import type { Arguments } from "../arguments";
import type { Read } from "../input";
import { connect } from "./kubeconfig";
import { readCluster } from "./read-cluster";

/** The source that `--live` names. */
export async function readLive(args: Arguments, onProgress: (what: string) => void): Promise<Read> {
  const server = await connect(args.text("kubeconfig"), args.text("context"));
  const { manifests, assumptions } = await readCluster(server, { onProgress });
  return { manifests, foreign: 0, assumptions };
}
