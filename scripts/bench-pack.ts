import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import * as pulumi from "@pulumi/pulumi";
import { setClock } from "../components/index";
import program from "../infra/index";
import { asStackConfig, DAY, stagingValues } from "../tests/infra/support/staging";
import { servePack } from "../tests/policies/support/served-pack";
import type { SentResource } from "../tests/policies/support/wire";
import { registeredBy, type Registered } from "../tests/support/mocks";
import { median, threadTime } from "./bench-measures";

/**
 * What the pack costs, beside a pack without policies: both are started as Pulumi's language host starts them, and asked over gRPC as
 * the engine asks, for each resource of a stack and then for the stack. The stack is the staging program in a preview, with more
 * services.
 *
 *   npx tsx scripts/bench-pack.ts [runs]      default: 9
 *
 * The two packs take turns, so that a busy machine is busy for both. Every run is a process of its own, as in a preview: nothing is warm.
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
    exceptions: exceptions.map(({ clients, ...exception }) => ({ ...exception, clients: copiesOf(clients, copies) })),
  };
}

const resourcesOf = (values: Readonly<Record<string, unknown>>): Promise<readonly Registered[]> =>
  registeredBy(() => program(), { preview: true, config: asStackConfig(values) });

/** The smallest such stack with that many resources. */
async function stackOf(atLeast: number): Promise<readonly SentResource[]> {
  setClock(() => DAY);
  pulumi.log.warn = () => Promise.resolve();
  for (let copies = 0; ; copies += 1) {
    const resources = await resourcesOf(moreServices(copies));
    if (resources.length >= atLeast) return resources.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
  }
}

/** A pack without policies, with the SDK's packages of this repository. */
function emptyPack(): string {
  const folder = mkdtempSync(join(tmpdir(), "empty-pack-"));
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", version: "0.0.1", main: "index.js" }));
  const source = 'const { PolicyPack } = require("@pulumi/policy");\nnew PolicyPack("empty", { policies: [] });\n';
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

/** One line: what each pack took in the median, what ours took more, and how the two compare. */
function line(what: string, ours: readonly (number | undefined)[], empty: readonly (number | undefined)[]): string {
  const known = (values: readonly (number | undefined)[]): readonly number[] =>
    values.filter((value) => value !== undefined);
  const [mine, other] = [median(known(ours)), median(known(empty))];
  const ratio = Number.isNaN(mine / other) ? "" : `, ${(mine / other).toFixed(2)} times`;
  return `${what}: meshtls ${milliseconds(mine)}, empty ${milliseconds(other)}: ${milliseconds(mine - other)} more${ratio}`;
}

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 9);
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  const stack = await stackOf(RESOURCES);
  const folder = emptyPack();
  try {
    const ours: Run[] = [];
    const empty: Run[] = [];
    for (let at = 0; at < runs; at += 1) {
      empty.push(await run(folder, stack));
      ours.push(await run(join(root, "policies"), stack));
    }
    const violations = ours[0]?.violations ?? 0;
    console.log(`${stack.length} resources, ${violations} violations; medians of ${runs} runs each, in turns`);
    for (const phase of ["start", "preview"] as const)
      for (const time of ["wall", "thread"] as const)
        console.log(
          line(
            `${phase}, ${time === "wall" ? "on the clock" : "main thread"}`,
            ours.map((one) => one[phase][time]),
            empty.map((one) => one[phase][time]),
          ),
        );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
