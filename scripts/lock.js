// One holder at a time, across processes. Plain JavaScript, because set-up runs before anything is installed.
const { mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync, mkdirSync } = require("fs");
const { randomUUID } = require("crypto");
const { hostname } = require("os");
const { dirname, join } = require("path");

const HEARTBEAT_MS = 2_000;
const STALE_AFTER_MS = 30_000;
const LOOK_AGAIN_MS = 250;

const ownerFile = (lock) => join(lock, "owner.json");

/** The holder as written in the lock, or undefined when the lock is gone. */
function ownerOf(lock) {
  try {
    return JSON.parse(readFileSync(ownerFile(lock), "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** By this process's clock: the one that staleness is judged by, which need not be the file system's. */
const touch = (lock) => utimesSync(ownerFile(lock), new Date(), new Date());

/** A holder that died (same host) or has not touched its lock for long (any host, or a reused pid). */
function isStale(lock, owner) {
  try {
    const silentFor = Date.now() - statSync(ownerFile(lock)).mtimeMs;
    return silentFor > STALE_AFTER_MS || (owner.host === hostname() && !isAlive(owner.pid));
  } catch {
    return false;
  }
}

/** Renaming a folder that already carries its owner is atomic: it fails while a lock is there, and no lock is ever ownerless. */
function tryAcquire(lock) {
  mkdirSync(dirname(lock), { recursive: true });
  const ours = mkdtempSync(`${lock}.`);
  const owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  writeFileSync(ownerFile(ours), JSON.stringify(owner));
  touch(ours);
  try {
    renameSync(ours, lock);
    return owner;
  } catch (error) {
    rmSync(ours, { recursive: true, force: true });
    if (!["ENOTEMPTY", "EEXIST", "EPERM"].includes(error.code)) throw error;
    return undefined;
  }
}

/** Takes away the lock of `owner` and of nobody else. */
function remove(lock, owner) {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (ownerOf(aside)?.token === owner.token) return rmSync(aside, { recursive: true, force: true });
  // Somebody took the lock over between our look and our rename: give it back.
  try {
    renameSync(aside, lock);
  } catch {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function acquire(lock, onWait) {
  for (let told = false; ;) {
    const ours = tryAcquire(lock);
    if (ours !== undefined) return ours;
    const theirs = ownerOf(lock);
    if (theirs !== undefined && isStale(lock, theirs)) {
      remove(lock, theirs);
      continue;
    }
    if (!told && theirs !== undefined) {
      onWait(theirs.pid);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/**
 * Runs `work` while holding the lock folder `lock`; waits for another holder, and takes over from one that died.
 * `onWait` is called once, with the holder's process id, when there is something to wait for.
 */
async function withLock(lock, work, onWait = () => {}) {
  const owner = await acquire(lock, onWait);
  const heartbeat = setInterval(() => {
    try {
      touch(lock);
    } catch {
      // The lock was taken over while this process slept; finishing the work twice is harmless.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    remove(lock, owner);
  }
}

module.exports = { withLock };
