import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import * as pulumi from "@pulumi/pulumi";
import program from "../infra/index";
import { addDays, toIsoDate } from "../policies/mtls/clock";
import { asStackConfig, stagingValues } from "../tests/infra/support/staging";
import { servePack } from "../tests/policies/support/served-pack";
import type { SentResource } from "../tests/policies/support/wire";
import { registeredBy, type Registered } from "../tests/support/mocks";
import { median, threadTime } from "./bench-measures";

/**
 * What the pack costs, beside a pack without policies and one with a policy that does nothing: all are started as Pulumi's language
 * host starts them, and asked over gRPC as the engine asks, for each resource of a stack and then for the stack. The stack is the
 * staging program in a preview, with more services.
 *
 *   npx tsx scripts/bench-pack.ts [runs]      default: 9
 *
 * The packs take turns, so that a busy machine is busy for all. Every run is a process of its own, as in a preview: nothing is warm.
 */

const root = join(__dirname, "..");
const RESOURCES = 250;

interface Named {
  readonly name: string;
}

const copiesOf = <T extends Named>(items: readonly T[], copies: number): readonly T[] => [
  ...items,
  ...Array.from({ length: copies }, (_, at) =>
    items.map((item) => ({ ...item, name: `${item.name}-${at + 2}` })),
  ).flat(),
];

/** The staging services again and again, under other names; the exception names them all. */
function moreServices(copies: number): Readonly<Record<string, unknown>> {
  const values = stagingValues();
  const services = values["services"] as unknown as readonly Named[];
  const exceptions = values["exceptions"] as unknown as readonly { readonly clients: readonly Named[] }[];
  return {
    ...values,
    services: copiesOf(services, copies),
    exceptions: exceptions.map(({ clients, ...exception }) => ({
      ...exception,
      // The pack judges by the real day.
      expires: addDays(toIsoDate(new Date()), 30),
      clients: copiesOf(clients, copies),
    })),
  };
}

const resourcesOf = (values: Readonly<Record<string, unknown>>): Promise<readonly Registered[]> =>
  registeredBy(() => program(), { preview: true, config: asStackConfig(values) });

/** The smallest such stack with that many resources. */
async function stackOf(atLeast: number): Promise<readonly SentResource[]> {
  pulumi.log.warn = () => Promise.resolve();
  for (let copies = 0; ; copies += 1) {
    const resources = await resourcesOf(moreServices(copies));
    if (resources.length >= atLeast) return resources.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
  }
}

/** What the SDK costs whoever has a policy at all: it unpacks every resource for it, twice. */
const IDLE = "{ name: 'idle', description: 'Does nothing.', validateResource: () => {}, validateStack: () => {} }";

/** A pack of these policies, with the SDK's packages of this repository. */
function packOf(policies: string): string {
  const folder = mkdtempSync(join(tmpdir(), "other-pack-"));
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "other", version: "0.0.1", main: "index.js" }));
  const source = `const { PolicyPack } = require("@pulumi/policy");\nnew PolicyPack("other", { policies: [${policies}] });\n`;
  writeFileSync(join(folder, "index.js"), source);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(root, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  return folder;
}

/** Milliseconds on the clock, and those for which the pack's main thread ran. */
interface Spent {
  readonly wall: number;
  readonly thread: number | undefined;
}

interface Run {
  /** From nothing until the pack has told what it is. */
  readonly start: Spent;
  /** Every resource, then the stack. */
  readonly preview: Spent;
  readonly violations: number;
}

const less = (later: number | undefined, earlier: number | undefined): number | undefined =>
  later === undefined || earlier === undefined ? undefined : later - earlier;

async function run(folder: string, stack: readonly SentResource[]): Promise<Run> {
  const begun = performance.now();
  const pack = await servePack(folder);
  const threadNow = (): number | undefined => (pack.pid === undefined ? undefined : threadTime(pack.pid));
  try {
    await pack.info();
    const start: Spent = { wall: performance.now() - begun, thread: threadNow() };
    await pack.configure({});
    const [asked, threadBefore] = [performance.now(), threadNow()];
    let violations = 0;
    for (const resource of stack) violations += (await pack.resource(resource)).length;
    violations += (await pack.stack(stack)).length;
    const preview: Spent = { wall: performance.now() - asked, thread: less(threadNow(), threadBefore) };
    return { start, preview, violations };
  } finally {
    pack.stop();
  }
}

const milliseconds = (value: number): string => (Number.isNaN(value) ? "unknown" : `${value.toFixed(0)} ms`);

const medianOf = (values: readonly (number | undefined)[]): number =>
  median(values.filter((value) => value !== undefined));

/** One line: what each pack took in the median, and how ours compares with the empty one. */
function line(runs: Readonly<Record<Pack, readonly Run[]>>, phase: "start" | "preview", time: keyof Spent): string {
  const took = (pack: Pack): number => medianOf(runs[pack].map((run) => run[phase][time]));
  const [ours, empty, idle] = [took("meshtls"), took("empty"), took("idle")];
  const more = ours < empty ? `${milliseconds(empty - ours)} less` : `${milliseconds(ours - empty)} more`;
  const compared = Number.isNaN(ours / empty) ? "" : `: ${more} than the empty one, ${(ours / empty).toFixed(2)} times`;
  const times = `meshtls ${milliseconds(ours)}, empty ${milliseconds(empty)}, an idle policy ${milliseconds(idle)}`;
  return `${phase}, ${time === "wall" ? "on the clock" : "main thread"}: ${times}${compared}`;
}

type Pack = "empty" | "idle" | "meshtls";

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 9);
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  const stack = await stackOf(RESOURCES);
  const others = [packOf(""), packOf(IDLE)] as const;
  const folders: Readonly<Record<Pack, string>> = {
    empty: others[0],
    idle: others[1],
    meshtls: join(root, "policies"),
  };
  const runs: Readonly<Record<Pack, Run[]>> = { empty: [], idle: [], meshtls: [] };
  try {
    for (let at = 0; at < count; at += 1)
      for (const pack of ["empty", "idle", "meshtls"] as const) runs[pack].push(await run(folders[pack], stack));
    const violations = runs.meshtls[0]?.violations ?? 0;
    console.log(`${stack.length} resources, ${violations} violations; medians of ${count} runs each, in turns`);
    for (const phase of ["start", "preview"] as const)
      for (const time of ["wall", "thread"] as const) console.log(line(runs, phase, time));
  } finally {
    for (const folder of others) rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
