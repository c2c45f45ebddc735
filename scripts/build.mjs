// Bundles what is published (policies, cli) and what must start fast (the rehearsal's provider) into its dist/. Runs after
// every install and before every script that needs it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join, dirname } from "node:path";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Entry → bundle. `@pulumi/*` stays external for the pack; the command carries nothing of Pulumi. What reads kubeconfigs is a file
 * beside the command, which loads it only when it asks a cluster; large, and nobody's to step through, so minified.
 */
const bundles = [
  { entry: "policies/index.ts", outfile: "policies/dist/index.js", external: ["@pulumi/*"] },
  { entry: "policies/pipeline/main.ts", outfile: "policies/dist/pipeline.js" },
  { entry: "cli/main.ts", outfile: "cli/dist/main.js", external: ["./kubernetes-client.js"] },
  {
    entry: "cli/cluster/kubernetes-client.ts",
    outfile: "cli/dist/kubernetes-client.js",
    alias: { "node-fetch": "./cli/cluster/node-fetch.ts" },
    minify: true,
  },
  { entry: "cli/index.ts", outfile: "cli/dist/index.js" },
  { entry: "lab/provider/main.ts", outfile: "lab/provider/dist/main.js" },
];

/** Whole or not at all, and untouched when nothing changed: another process may be starting this very file. */
function place(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  writeFileSync(half, contents);
  renameSync(half, path);
}

/** Folders of the packages whose code is in a bundle. */
const packagesIn = ({ outputs }) =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput === 0 ? [] : (/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
    ),
  );

/** The licences of other people's code in a `dist/`: theirs ask to travel with every copy. */
function licences(packages) {
  return [...new Set(packages)].sort().map((path) => {
    const folder = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} ${version} brings no licence text to carry along`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
}

const carried = new Map();

await Promise.all(
  bundles
    .filter(({ entry }) => existsSync(join(root, entry)))
    .map(async ({ entry, outfile, ...options }) => {
      const { outputFiles, metafile } = await build({
        absWorkingDir: root,
        entryPoints: [entry],
        outfile,
        ...options,
        bundle: true,
        write: false,
        metafile: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        legalComments: "none",
        logLevel: "warning",
      });
      for (const file of outputFiles) place(file.path, Buffer.from(file.contents));
      const folder = join(root, dirname(outfile));
      carried.set(folder, [...(carried.get(folder) ?? []), ...packagesIn(metafile)]);
    }),
);

for (const [folder, packages] of carried) {
  place(join(folder, "LICENSES.txt"), Buffer.from(licences(packages).join(`\n${"-".repeat(80)}\n\n`)));
}
