import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { estate } from "./bench-check/estate";
import { firstOutputOf, median, usageOf } from "./bench-check/measure";
import { peerUsageOf } from "./bench-check/peer";
import { MESH } from "./bench-check/platform";
import {
  writeFolder,
  writeJsonList,
  writePodsJson,
  writePodsYaml,
  writeStream,
  writeYamlList,
  type Written,
} from "./bench-check/write";

/**
 * Time and memory of `meshtls check`, its bin called directly, beside a bare parse of the same bytes: whole processes in turn (A B A B …),
 * processor time of all their threads. Everything that is read is made here, from a seed.
 *
 *   npm run -s build && npx tsx scripts/bench-check.ts [runs]        default: 7
 *
 * With ISTIOCTL=PATH, `istioctl analyze` on the same estate as well (needs GNU time). Prints medians; the ratio is the median of the ratios of runs side by side.
 */

const SEED = 7;
const SERVICES = 2000;
const MESHTLS = join(__dirname, "..", "cli", "bin", "meshtls.mjs");
const BARE_YAML = join(__dirname, "bench-check", "bare-yaml.js");
const BARE_JSON = join(__dirname, "bench-check", "bare-json.js");

const CLEAN = 0;
const FINDINGS = 1;

interface Row {
  readonly what: string;
  readonly input: Written;
  readonly against: string;
  readonly exits: number;
}

function row({ what, input, against, exits }: Row, runs: number): string[] {
  const pairs = Array.from({ length: runs }, () => ({
    bare: usageOf([against, input.path]),
    ours: usageOf([MESHTLS, "check", "--quiet", input.path], [exits]),
  }));
  const seconds = (values: readonly number[]): string => `${(median(values) / 1000).toFixed(2)} s`;
  const peak = (values: readonly number[]): string => `${median(values).toFixed(0)} MB`;
  return [
    what,
    `${input.megabytes.toFixed(1)} MB`,
    against === BARE_YAML ? "js-yaml" : "JSON.parse",
    seconds(pairs.map(({ bare }) => bare.cpuMs)),
    seconds(pairs.map(({ ours }) => ours.cpuMs)),
    median(pairs.map(({ bare, ours }) => ours.cpuMs / bare.cpuMs)).toFixed(2),
    peak(pairs.map(({ bare }) => bare.peakMb)),
    peak(pairs.map(({ ours }) => ours.peakMb)),
    median(pairs.map(({ bare, ours }) => ours.peakMb / bare.peakMb)).toFixed(2),
  ];
}

/** Width of the widest figure. */
const SIZE = "124.1 MB".length;

const HEAD = ["input", "size", "bare parse by", "it takes", "check", "ratio", "its peak", "check", "ratio"];

const line = (cells: readonly string[], widest: number): string =>
  `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widest) : cell.padStart(Math.max(HEAD[column]?.length ?? 0, SIZE)))).join(" | ")} |`;

/** Each row as soon as it is measured: all of them take minutes. */
function print(rows: readonly Row[], runs: number): void {
  const widest = Math.max(...rows.map(({ what }) => what.length));
  console.log(line(HEAD, widest));
  console.log(
    line(
      HEAD.map((title, column) => "-".repeat(column === 0 ? widest : Math.max(title.length, SIZE))),
      widest,
    ),
  );
  for (const each of rows) console.log(line(row(each, runs), widest));
}

/** `istioctl analyze` and `meshtls check` on the same input, in turns. */
function peer(istioctl: string, { what, input, exits }: Row, runs: number): string {
  const pairs = Array.from({ length: runs }, () => ({
    theirs: peerUsageOf(istioctl, ["analyze", "--use-kube=false", input.path]),
    ours: usageOf([MESHTLS, "check", "--quiet", input.path], [exits]),
  }));
  const of = (name: "theirs" | "ours"): string =>
    `${(median(pairs.map((pair) => pair[name].cpuMs)) / 1000).toFixed(2)} s, ${median(pairs.map((pair) => pair[name].peakMb)).toFixed(0)} MB`;
  const ratio = median(pairs.map(({ theirs, ours }) => theirs.cpuMs / ours.cpuMs)).toFixed(1);
  return `${what}: istioctl analyze ${of("theirs")}; check ${of("ours")}; ${ratio} times`;
}

async function main(runs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "meshtls-bench-"));
  const at = (name: string): string => join(folder, name);
  try {
    const clean = [...estate({ services: SERVICES, findingsOneIn: 0 }, SEED)];
    const tenth = [...estate({ services: SERVICES, findingsOneIn: 10 }, SEED)];
    const small = at("small.yaml");
    writeFileSync(small, MESH);
    const starts: number[] = [];
    for (let run = 0; run < 2 * runs; run++) starts.push(await firstOutputOf([MESHTLS, "check", small]));
    console.log(`Node ${process.version} on ${cpus().length} processors, ${runs} runs each, seed ${SEED}`);
    console.log(`first line for a small file: ${median(starts).toFixed(0)} ms after the start of the process\n`);

    const rows: Row[] = [
      {
        what: `${clean.length} files, no findings`,
        input: writeFolder(at("clean"), clean),
        against: BARE_YAML,
        exits: CLEAN,
      },
      {
        what: `${tenth.length} files, one in ten with findings`,
        input: writeFolder(at("tenth"), tenth),
        against: BARE_YAML,
        exits: FINDINGS,
      },
      {
        what: "one file of all documents",
        input: writeStream(at("stream.yaml"), clean),
        against: BARE_YAML,
        exits: CLEAN,
      },
      { what: "kubectl get -o yaml", input: writeYamlList(at("list.yaml"), clean), against: BARE_YAML, exits: CLEAN },
      { what: "kubectl get -o json", input: writeJsonList(at("list.json"), clean), against: BARE_YAML, exits: CLEAN },
      { what: "kubectl get -o json", input: writeJsonList(at("list.json"), clean), against: BARE_JSON, exits: CLEAN },
      {
        what: "20,000 pods, YAML",
        input: writePodsYaml(at("pods.yaml"), 20_000, SEED),
        against: BARE_YAML,
        exits: CLEAN,
      },
      {
        what: "20,000 pods, JSON",
        input: writePodsJson(at("pods.json"), 20_000, SEED),
        against: BARE_JSON,
        exits: CLEAN,
      },
      {
        what: "60,000 pods, JSON",
        input: writePodsJson(at("more-pods.json"), 60_000, SEED),
        against: BARE_JSON,
        exits: CLEAN,
      },
    ];
    print(rows, runs);
    const istioctl = process.env["ISTIOCTL"];
    if (istioctl === undefined) return;
    console.log("");
    for (const each of [rows[0], rows[2]]) if (each !== undefined) console.log(peer(istioctl, each, runs));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main(Number(process.argv[2] ?? 7));
