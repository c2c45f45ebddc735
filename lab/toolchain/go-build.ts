import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ToolchainError } from "./errors";
import { elapsed, type Progress } from "./progress";
import { lastWords, run } from "./run";
import { PULUMI } from "./versions";

const MODULE = join(__dirname, "engine");
const COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds the engine from the Go modules of engine/go.mod as `folder/bin/pulumi`, which appears whole or not at all.
 * An interrupted build goes on where it stopped: Go keeps what it has downloaded and compiled.
 * @throws ToolchainError when Go cannot be started or its build fails, with Go's own last lines.
 */
export async function buildEngine(folder: string, progress: Progress, env: NodeJS.ProcessEnv): Promise<void> {
  progress.step(`building Pulumi ${PULUMI} from its Go modules (once per machine: 2 to 10 minutes)`);
  const started = Date.now();
  const inModule = {
    cwd: MODULE,
    // No C compiler is needed, and a go.work of somebody's parent folder does not matter.
    env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
  };

  let modules = 0;
  const list = await run("go", ["list", "-mod=readonly", "-deps", COMMAND], {
    ...inModule,
    onLine: (line) => {
      if (line.startsWith("go: downloading ")) modules += 1;
      progress.detail(`downloading Go modules: ${modules} so far, ${elapsed(Date.now() - started)}`);
    },
  });
  if (list.code !== 0) throw new ToolchainError(`go could not get the modules: ${lastWords(list)}`);
  const packages = list.stdout.trim().split("\n").length;
  if (modules > 0) progress.step(`  ${modules} Go modules downloaded, ${elapsed(Date.now() - started)}`);

  const workshop = await mkdtemp(`${folder}.`);
  try {
    await mkdir(join(workshop, "bin"));
    let compiled = 0;
    const heartbeat = setInterval(
      () =>
        progress.detail(
          `compiling and linking: ${compiled} of at most ${packages} packages, ${elapsed(Date.now() - started)}`,
        ),
      500,
    );
    const flags = ["-mod=readonly", "-trimpath", "-v", "-ldflags", `-s -w -X ${VERSION_VARIABLE}=v${PULUMI}`];
    const build = await run("go", ["build", ...flags, "-o", join(workshop, "bin", "pulumi"), COMMAND], {
      ...inModule,
      onLine: () => {
        compiled += 1;
      },
    }).finally(() => clearInterval(heartbeat));
    if (build.code !== 0) throw new ToolchainError(`go build failed: ${lastWords(build)}`);
    await rename(workshop, folder);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  progress.step(`  built in ${elapsed(Date.now() - started)}`);
}
