import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { plotOf, type Point } from "./bench-engine/plot";
import type { Time } from "./bench-engine/run";
import { median } from "./bench-measures";

/**
 * Time of the engine: S services, S clients that each call 3 of 40 collectors, and 1.25 S policies; reading the objects is not counted.
 *
 *   npx tsx scripts/bench-engine.ts [--plot]
 *
 * Cold: the first run of a process of its own, as a user has it, so the compiler is part of it. Warm: later runs in one process, each with
 * a mesh of its own, so no index is warm but the code is. Growth: warm, from 100 to 10,000 services; `--plot` draws it anew.
 *
 * What runs is a bundle, as the command is. Each time is told twice: on the clock, and as the time that the main thread ran, which other
 * work on the machine lengthens less.
 */

const COLD_RUNS = 9;
const WARM_UP = 6;
const WARM_RUNS = 9;
const GROWTH_RUNS = 5;
const SERVICES = 1600;
const SIZES = [100, 200, 400, 800, 1600, 3200, 6400, 10000];
const PLOT = join(__dirname, "../docs/images/engine-growth.svg");

/** The middle of the main thread's times, or of those on the clock where there are none. */
const typical = (runs: readonly Time[]): number => median(runs.map(({ wall, thread }) => thread ?? wall));

const summary = (values: readonly number[]): string =>
  `least ${Math.min(...values).toFixed(0)} ms, median ${median(values).toFixed(0)} ms`;

function report(what: string, runs: readonly Time[]): void {
  console.log(`${what}, ${runs.length} runs, on the clock: ${summary(runs.map(({ wall }) => wall))}`);
  const threads = runs.flatMap(({ thread }) => thread ?? []);
  if (threads.length > 0) console.log(`${what}, ${runs.length} runs, main thread: ${summary(threads)}`);
}

/** @param run measures in a new process */
function measure(run: (services: number, runs: number) => readonly Time[]): readonly Point[] {
  const cold = Array.from({ length: COLD_RUNS }, () => run(SERVICES, 1)).flat();
  console.log(`${SERVICES} services, ${cold[0]?.flows ?? 0} flows, ${SERVICES * 1.25} policies`);
  report("cold", cold);
  report("warm", run(SERVICES, WARM_UP + WARM_RUNS).slice(WARM_UP));
  console.log("| services | flows | median | per flow |\n| -: | -: | -: | -: |");
  return SIZES.map((services) => {
    // Small meshes need more runs until all code is compiled.
    const warmUp = Math.max(WARM_UP, Math.ceil((WARM_UP * SERVICES) / services));
    const runs = run(services, warmUp + GROWTH_RUNS).slice(warmUp);
    const y = typical(runs);
    const flows = runs[0]?.flows ?? 0;
    console.log(`| ${services} | ${flows} | ${y.toFixed(1)} ms | ${((y * 1000) / flows).toFixed(1)} µs |`);
    return { x: services, y };
  });
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-engine-"));
  try {
    const outfile = join(folder, "run.js");
    const entry = join(__dirname, "bench-engine/run.ts");
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: "node", target: "node20", logLevel: "warning" });
    const points = measure(
      (services, runs) =>
        JSON.parse(
          execFileSync(process.execPath, [outfile, String(services), String(runs)], { encoding: "utf8" }),
        ) as Time[],
    );
    if (!process.argv.includes("--plot")) return;
    mkdirSync(dirname(PLOT), { recursive: true });
    writeFileSync(PLOT, plotOf(points, { title: "Engine time by size of the mesh", x: "services", y: "milliseconds" }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
