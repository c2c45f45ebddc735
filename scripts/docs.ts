import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { clusterRole } from "../cli/cluster/roles";
import { logLinesPage } from "./docs/log-lines-page";
import { rulesPage } from "./docs/rules-page";
import { symptomsPage } from "./docs/symptoms-page";

/** Pages of `docs/` that are made from code. Writes them; with `--check` it writes nothing and fails when one is out of date. */
const PAGES: Readonly<Record<string, () => string>> = {
  "docs/rules.md": rulesPage,
  "docs/symptoms.md": symptomsPage,
  "docs/log-lines.md": logLinesPage,
  "docs/meshtls-reader.yaml": clusterRole,
};

const root = join(__dirname, "..");

async function refresh(page: string, render: () => string, checkOnly: boolean): Promise<boolean> {
  const file = join(root, page);
  const fresh = render();
  const present = await readFile(file, "utf8").catch(() => "");
  if (present === fresh) return true;
  if (!checkOnly) await writeFile(file, fresh);
  console.log(checkOnly ? `${page} is out of date; run: npm run fix` : `${page} written`);
  return !checkOnly;
}

async function main(): Promise<void> {
  const checkOnly = process.argv.includes("--check");
  const fresh = await Promise.all(Object.entries(PAGES).map(([page, render]) => refresh(page, render, checkOnly)));
  process.exitCode = fresh.every(Boolean) ? 0 : 1;
}

void main();
