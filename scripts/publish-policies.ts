import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packPack } from "../tests/policies/support/packed-pack";
import { servePack } from "../tests/policies/support/served-pack";

/**
 * Publishes the pack: `npm run publish:policies -- ORGANISATION`. What would be published is packed, unpacked elsewhere and started
 * first; a pack that does not start there is not published. `--verify` stops after that.
 */

const root = join(__dirname, "..");

async function verify(): Promise<void> {
  const packed = packPack();
  try {
    const pack = await servePack(packed.folder);
    try {
      const { name, version, policiesList } = await pack.info();
      console.log(`${name} ${version} starts away from the repository, with ${policiesList.length} policies`);
    } finally {
      pack.stop();
    }
  } finally {
    packed.remove();
  }
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  await verify();
  if (given.includes("--verify")) return;
  const { status, error } = spawnSync("pulumi", ["policy", "publish", ...given], {
    cwd: join(root, "policies"),
    stdio: "inherit",
  });
  if (error !== undefined) throw new Error(`pulumi could not be started (${error.message}); install it first`);
  process.exitCode = status ?? 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
