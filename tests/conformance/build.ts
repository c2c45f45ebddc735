import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../lab/toolchain/cache";
import { buildGoCommand } from "../../lab/toolchain/go-build";
import { isExecutable } from "../../lab/toolchain/on-path";
import type { Progress } from "../../lab/toolchain/progress";
import { withLock } from "../../scripts/lock";

const MODULE = join(__dirname, "oracle");
const NAME = "meshoracle";

/** Changes with every source file and every version of a module. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(MODULE).sort())
    if (/\.go$|^go\.(mod|sum)$/.test(file)) hash.update(file).update(readFileSync(join(MODULE, file)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * The program that asks istiod, built when its sources have changed (half a minute; from nothing some ten minutes). It lives in the cache
 * folder, outside the repository.
 * @throws ToolchainError when Go is missing or its build fails
 */
export async function ensureOracle(progress: Progress, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const cache = cacheFolder(env);
  const folder = join(cache, `oracle-${fingerprint()}-${process.platform}-${process.arch}`);
  const executable = join(folder, "bin", NAME);
  if (isExecutable(executable)) return executable;
  await mkdir(cache, { recursive: true });
  const title = "the oracle from istiod's own code (once per change: half a minute to 10 minutes)";
  await withLock(
    join(cache, "oracle.lock"),
    async () => {
      if (!isExecutable(executable))
        await buildGoCommand({ module: MODULE, package: ".", name: NAME, title }, folder, progress, env);
    },
    (pid) => progress.step(`waiting for another process (${pid}) that is building the oracle`),
  );
  return executable;
}
