import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ToolchainError } from "./errors";
import { onPath } from "./on-path";
import { elapsed, type Progress } from "./progress";
import { lastWords, run } from "./run";
import { PULUMI } from "./versions";

/** A command to build from Go modules. */
export interface GoCommand {
  /** The folder with go.mod. */
  readonly module: string;
  /** Import path of the command, or `.` for the module's own. */
  readonly package: string;
  /** Name of the executable. */
  readonly name: string;
  /** For progress: what is being built, and how long that takes. */
  readonly title: string;
  /** Flags of `go build`. @default none */
  readonly flags?: readonly string[];
  /** For Go, over the caller's environment. @default none */
  readonly env?: NodeJS.ProcessEnv;
}

const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const ENGINE: GoCommand = {
  module: join(__dirname, "engine"),
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  name: "pulumi",
  title: `Pulumi ${PULUMI} from its Go modules (once per machine: 2 to 10 minutes)`,
  flags: ["-trimpath", "-ldflags", `-s -w -X ${VERSION_VARIABLE}=v${PULUMI}`],
  // No C compiler is needed.
  env: { CGO_ENABLED: "0" },
};

/** Builds the engine from the Go modules of engine/go.mod as `folder/bin/pulumi`. */
export const buildEngine = (folder: string, progress: Progress, env: NodeJS.ProcessEnv): Promise<void> =>
  buildGoCommand(ENGINE, folder, progress, env);

/**
 * Builds a command as `folder/bin/<name>`, which appears whole or not at all. An interrupted build goes on where it stopped: Go keeps
 * what it has downloaded and compiled.
 * @throws ToolchainError when Go is missing or its build fails, with Go's own last lines.
 */
export async function buildGoCommand(
  command: GoCommand,
  folder: string,
  progress: Progress,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const go = onPath("go", env);
  if (go === undefined) throw new ToolchainError("no `go` on PATH");

  progress.step(`building ${command.title}`);
  const started = Date.now();
  const inModule = {
    cwd: command.module,
    // A go.work of somebody's parent folder does not matter.
    env: { ...env, ...command.env, GOWORK: "off" },
  };

  let modules = 0;
  const list = await run(go, ["list", "-mod=readonly", "-deps", command.package], {
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
    const output = join(workshop, "bin", command.name);
    const flags = ["-mod=readonly", ...(command.flags ?? []), "-v", "-o", output];
    const build = await run(go, ["build", ...flags, command.package], {
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
