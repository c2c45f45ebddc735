// Brings a checkout to a working state with nothing but Node and npm. Runs before every script of ours; prints (to standard
// error) only when it does something.   node scripts/setup.mjs [--installed]     --installed: npm has just done its part
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withLock } from "./lock.js";

const OLDEST_NODE = [20, 11];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".meshtls-installed");
const say = (text) => process.stderr.write(`set-up: ${text}\n`);

class SetupError extends Error {}

/** What node_modules was installed for; native packages differ by platform. */
function wanted() {
  const lockfile = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${lockfile} ${process.platform}-${process.arch}\n`;
}

function isInstalled() {
  try {
    return readFileSync(stamp, "utf8") === wanted();
  } catch {
    return false;
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetupError(
    `this is Node ${process.versions.node}; Node ${OLDEST_NODE.join(".")} or newer is needed. Install it from https://nodejs.org and run the command again.`,
  );
}

function npmCi() {
  // Development packages are needed whatever NODE_ENV says: they build and run everything here.
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  return new Promise((resolve, reject) => {
    const npm = spawn("npm", args, { cwd: root, stdio: ["ignore", process.stderr, process.stderr] });
    npm.on("error", (error) =>
      reject(new SetupError(`npm could not be started (${error.message}). It comes with Node.`)),
    );
    npm.on("close", (code, signal) => {
      if (code === 0) return resolve();
      reject(
        new SetupError(
          `npm ci failed (${signal ?? `exit code ${code}`}); its own message is above. Nothing is lost: run the command again.`,
        ),
      );
    });
  });
}

async function install() {
  if (isInstalled()) return;
  const started = Date.now();
  say("installing the packages of package-lock.json with npm ci (once; about half a minute) …");
  await npmCi();
  writeFileSync(stamp, wanted());
  say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Loaded late: it needs esbuild, which only an installed checkout has. */
async function buildBundles() {
  try {
    await import(pathToFileURL(join(root, "scripts", "build.mjs")).href);
  } catch (error) {
    // esbuild has printed what is wrong, and where.
    throw Array.isArray(error.errors) ? new SetupError("the bundles could not be built, for the reasons above") : error;
  }
}

try {
  checkNode();
  if (process.argv.includes("--installed")) {
    await buildBundles();
    writeFileSync(stamp, wanted());
  } else {
    if (!isInstalled()) {
      await withLock(join(root, ".rehearsal", "setup.lock"), install, (pid) =>
        say(`waiting for another set-up (process ${pid}) …`),
      );
    }
    await buildBundles();
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exit(1);
}
