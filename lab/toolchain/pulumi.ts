import { access, constants, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withLock } from "../../scripts/lock";
import { cacheFolder } from "./cache";
import { ToolchainError } from "./errors";
import { buildEngine } from "./go-build";
import { isExecutable, onPath } from "./on-path";
import { silent, type Progress } from "./progress";
import { installRelease, pulumiRelease, type Release } from "./release";
import { run } from "./run";
import { isAtLeast, OLDEST_PULUMI, PULUMI, releasePlatform } from "./versions";

/** A Pulumi engine on this machine. */
export interface Pulumi {
  /** The executable. */
  readonly path: string;
  /** Without `v`. */
  readonly version: string;
  /** `path`: installed by the user · `cache`: downloaded or built earlier · `download`, `build`: just now. */
  readonly origin: "path" | "cache" | "download" | "build";
  /** False for an engine that was built on this machine from its Go modules. */
  readonly released: boolean;
}

export interface EnsurePulumiOptions {
  readonly progress?: Progress;
  readonly env?: NodeJS.ProcessEnv;
  /** Where the official release is. @default - Pulumi's own addresses; none for a platform without a release */
  readonly release?: Release | undefined;
}

/**
 * Finds the engine, or gets it: `pulumi` on PATH (3.229 or newer), what an earlier run left in the cache, the official release
 * (checksum verified), a build from the Go modules. Safe when two run at once; goes on after an interruption.
 * @throws ToolchainError naming what was tried, why it did not work, and what to install.
 */
export async function ensurePulumi(options: EnsurePulumiOptions = {}): Promise<Pulumi> {
  const { progress = silent, env = process.env, release = officialRelease() } = options;
  const reasons = new Map<string, string>();

  const installed = await installedPulumi(env);
  if (installed !== undefined && isAtLeast(installed.version, OLDEST_PULUMI)) return installed;
  reasons.set("installed", installed === undefined ? "no `pulumi` on PATH" : tooOld(installed));
  if (installed !== undefined) progress.step(`${tooOld(installed)}; looking for another`);

  const cache = cacheFolder(env);
  const cached = cachedPulumi(cache);
  if (cached !== undefined) return cached;
  await writable(cache);
  return withLock(
    join(cache, "pulumi.lock"),
    async () => cachedPulumi(cache) ?? (await getPulumi({ cache, release, progress, env, reasons })),
    (pid) => progress.step(`waiting for another process (${pid}) that is getting the engine`),
  );
}

async function writable(cache: string): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
    await access(cache, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ToolchainError(
      `The folder for the engine, ${cache}, cannot be written (${reason}). Set MESHTLS_CACHE to one that can.`,
    );
  }
}

/** Where each way leaves `bin/pulumi`; by version and platform, because a cache folder may be shared. */
const home = (cache: string, way: "release" | "built"): string =>
  join(cache, `pulumi-v${PULUMI}-${process.platform}-${process.arch}-${way}`);

const executable = (folder: string): string => join(folder, "bin", "pulumi");

function officialRelease(): Release | undefined {
  const platform = releasePlatform();
  return platform === undefined ? undefined : pulumiRelease(PULUMI, platform);
}

async function installedPulumi(env: NodeJS.ProcessEnv): Promise<Pulumi | undefined> {
  const path = onPath("pulumi", env);
  if (path === undefined) return undefined;
  const { stdout } = await run(path, ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } });
  return { path, version: stdout.trim().replace(/^v/, ""), origin: "path", released: true };
}

const tooOld = ({ path, version }: Pulumi): string =>
  `${path} is Pulumi ${version || "of an unknown version"}; ${OLDEST_PULUMI} or newer is needed`;

function cachedPulumi(cache: string): Pulumi | undefined {
  const way = (["release", "built"] as const).find((candidate) => isExecutable(executable(home(cache, candidate))));
  if (way === undefined) return undefined;
  return { path: executable(home(cache, way)), version: PULUMI, origin: "cache", released: way === "release" };
}

interface Getting {
  readonly cache: string;
  readonly release: Release | undefined;
  readonly progress: Progress;
  readonly env: NodeJS.ProcessEnv;
  readonly reasons: Map<string, string>;
}

async function getPulumi({ cache, release, progress, env, reasons }: Getting): Promise<Pulumi> {
  const ways = [
    {
      origin: "download" as const,
      folder: home(cache, "release"),
      get: async (folder: string) => {
        if (release === undefined) throw new ToolchainError(`no release for ${process.platform}-${process.arch}`);
        await installRelease(release, folder, progress);
      },
    },
    {
      origin: "build" as const,
      folder: home(cache, "built"),
      get: async (folder: string) => {
        if (onPath("go", env) === undefined) throw new ToolchainError("no `go` on PATH");
        progress.step(`the official release could not be had: ${reasons.get("download")}`);
        await buildEngine(folder, progress, env);
      },
    },
  ];
  for (const { origin, folder, get } of ways) {
    try {
      await get(folder);
      return { path: executable(folder), version: PULUMI, origin, released: origin === "download" };
    } catch (error) {
      if (!(error instanceof ToolchainError)) throw error;
      reasons.set(origin, error.message);
    }
  }
  throw new ToolchainError(noEngine(reasons));
}

const noEngine = (reasons: ReadonlyMap<string, string>): string =>
  [
    `There is no Pulumi engine here, and none of the three ways to one worked:`,
    ...[...reasons].map(([way, why]) => `  ${way.padEnd(10)} ${why}`),
    `Any one of these is enough; then run the command again:`,
    `  - install Pulumi ${OLDEST_PULUMI} or newer, so that \`pulumi\` is on PATH: https://www.pulumi.com/docs/install/`,
    `  - let this machine reach github.com or get.pulumi.com, where the official release is`,
    `  - install Go 1.25.8 or newer, so that \`go\` is on PATH: https://go.dev/dl/ (the engine is then built from the Go module proxy)`,
  ].join("\n");

/** The folder that the Automation API calls the root of an installation, or undefined for `pulumi` on PATH. */
export const installationRoot = ({ path, origin }: Pulumi): string | undefined =>
  origin === "path" ? undefined : dirname(dirname(path));
