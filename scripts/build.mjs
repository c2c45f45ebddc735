// Bundles what is published (policies, cli) into its dist/. Runs after every install and before every script that needs it.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join, dirname } from "node:path";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Entry → bundle. `@pulumi/*` stays external for the pack; the command carries nothing of Pulumi. */
const bundles = [
  { entry: "policies/index.ts", outfile: "policies/dist/index.js", external: ["@pulumi/*"] },
  { entry: "cli/main.ts", outfile: "cli/dist/main.js", external: ["@kubernetes/client-node"] },
  { entry: "cli/index.ts", outfile: "cli/dist/index.js", external: [] },
];

await Promise.all(
  bundles
    .filter(({ entry }) => existsSync(join(root, entry)))
    .map(({ entry, outfile, external }) =>
      build({
        absWorkingDir: root,
        entryPoints: [entry],
        outfile,
        external,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        legalComments: "none",
        logLevel: "warning",
      }),
    ),
);
