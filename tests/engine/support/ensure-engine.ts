import { progressOn } from "../../../lab/toolchain/progress";
import { findEngine } from "../../../lab/rehearsal/engine";

/** Jest's global set-up for the engine tests: getting the engine may take minutes, which no test should have to wait for. */
export default async function ensureEngine(): Promise<void> {
  const { pulumi } = await findEngine(progressOn(process.stderr));
  process.stderr.write(`engine tests run on Pulumi ${pulumi.version} (${pulumi.origin})\n`);
}
