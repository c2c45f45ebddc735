import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { withLock } from "../../../scripts/lock";
import { temporaryFolder } from "./support";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A lock as a holder leaves it. */
function lockOf(owner: { readonly pid: number; readonly host: string }): string {
  const lock = join(temporaryFolder(), "lock");
  mkdirSync(lock);
  writeFileSync(join(lock, "owner.json"), JSON.stringify({ ...owner, token: "theirs" }));
  utimesSync(join(lock, "owner.json"), new Date(), new Date());
  return lock;
}

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("one at a time, each with its own result, and nothing left behind", async () => {
  const folder = temporaryFolder();
  const lock = join(folder, "deep", "lock");
  let inside = 0;
  const results = await Promise.all(
    [1, 2, 3].map((number) =>
      withLock(lock, async () => {
        expect((inside += 1)).toBe(1);
        await sleep(20);
        inside -= 1;
        return number;
      }),
    ),
  );
  expect(results).toEqual([1, 2, 3]);
  expect(readdirSync(join(folder, "deep"))).toEqual([]);
});

test("work that fails gives the lock back", async () => {
  const lock = join(temporaryFolder(), "lock");
  await expect(withLock(lock, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await withLock(lock, async () => "next")).toBe("next");
});

test("who waits is told for whom, once", async () => {
  const lock = join(temporaryFolder(), "lock");
  const waited: number[] = [];
  const first = withLock(lock, () => sleep(600));
  await withLock(
    lock,
    async () => {},
    (pid) => waited.push(pid),
  );
  await first;
  expect(waited).toEqual([process.pid]);
});

test("the lock of a process that died is taken over", async () => {
  const lock = lockOf({ pid: deadPid(), host: hostname() });
  expect(await withLock(lock, async () => "mine")).toBe("mine");
});

test("a lock that nobody has touched for long is taken over, whoever has that process id now", async () => {
  const lock = lockOf({ pid: process.pid, host: hostname() });
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(join(lock, "owner.json"), longAgo, longAgo);
  expect(await withLock(lock, async () => "mine")).toBe("mine");
});

test("a living process keeps its lock, and one on another host too", async () => {
  for (const owner of [
    { pid: process.pid, host: hostname() },
    { pid: deadPid(), host: "another-host" },
  ]) {
    const lock = lockOf(owner);
    let entered = false;
    const waiting = withLock(lock, async () => {
      entered = true;
    });
    await sleep(400);
    expect(entered).toBe(false);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(join(lock, "owner.json"), longAgo, longAgo);
    await waiting;
  }
});

test("a holder that is killed does not stop the next process", async () => {
  const lock = join(temporaryFolder(), "lock");
  const program = `require(${JSON.stringify(require.resolve("../../../scripts/lock"))})
    .withLock(process.argv[1], () => new Promise(() => { console.log("holding"); setInterval(() => {}, 1000); }))`;
  const holder = spawn(process.execPath, ["-e", program, lock], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  const ended = new Promise((resolve) => holder.once("exit", resolve));
  holder.kill("SIGKILL");
  await ended;
  expect(await withLock(lock, async () => "next")).toBe("next");
});
