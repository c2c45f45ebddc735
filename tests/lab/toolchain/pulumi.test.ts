import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolchainError } from "../../../lab/toolchain/errors";
import { ensurePulumi } from "../../../lab/toolchain/pulumi";
import { type Release } from "../../../lab/toolchain/release";
import { PULUMI } from "../../../lab/toolchain/versions";
import { heard, script, temporaryFolder } from "./support";

/** Nothing listens on port 2: the release is out of reach. */
const release: Release = { mirrors: ["http://127.0.0.1:2"], file: "pulumi.tar.gz", checksums: "checksums.txt" };

function machine() {
  const bin = join(temporaryFolder(), "bin");
  const cache = join(temporaryFolder(), "cache");
  mkdirSync(bin);
  return { bin, cache, env: { PATH: bin, MESHTLS_CACHE: cache, HOME: temporaryFolder() } };
}

/** A `go` that lists two packages and "builds" an engine; `calls` gets a line per build. */
const goThatBuilds = (bin: string, calls: string): string =>
  script(
    join(bin, "go"),
    [
      `if [ "$1" = list ]; then echo "go: downloading example.com/a v1.0.0" >&2; echo a; echo b; exit 0; fi`,
      `echo "$CGO_ENABLED $*" >> ${calls}`,
      `while [ "$1" != -o ]; do shift; done`,
      `/bin/sleep 0.2; printf '#!/bin/sh\\necho v${PULUMI}\\n' > "$2"; /bin/chmod 755 "$2"`,
    ].join("\n"),
  );

const built = `pulumi-v${PULUMI}-${process.platform}-${process.arch}-built`;

describe("pulumi on PATH", () => {
  test("is used when it is new enough, and nothing else is touched", async () => {
    const { bin, cache, env } = machine();
    const path = script(join(bin, "pulumi"), "echo v3.250.1");
    expect(await ensurePulumi({ env, release })).toEqual({ path, version: "3.250.1", origin: "path", released: true });
    expect(existsSync(cache)).toBe(false);
  });

  test("is passed over, and named, when it is too old", async () => {
    const { bin, env } = machine();
    const path = script(join(bin, "pulumi"), "echo v3.228.9");
    goThatBuilds(bin, join(bin, "calls"));
    const progress = heard();
    expect(await ensurePulumi({ env, release, progress })).toMatchObject({ version: PULUMI, origin: "build" });
    expect(progress.lines[0]).toBe(`${path} is Pulumi 3.228.9; 3.229.0 or newer is needed; looking for another`);
  });

  test("is passed over when it is something else of that name", async () => {
    const { bin, env } = machine();
    script(join(bin, "pulumi"), "echo what?; exit 1");
    await expect(ensurePulumi({ env, release })).rejects.toThrow("is Pulumi what?; 3.229.0 or newer is needed");
  });
});

test("without pulumi, without a reachable release and without Go, one message says what to install", async () => {
  const { env } = machine();
  const error = await ensurePulumi({ env, release }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ToolchainError);
  const { message } = error as ToolchainError;
  expect(message).toMatch(/^ {2}installed +no `pulumi` on PATH$/m);
  expect(message).toMatch(/^ {2}download +http:\/\/127\.0\.0\.1:2\/checksums\.txt: /m);
  expect(message).toMatch(/^ {2}build +no `go` on PATH$/m);
  expect(message).toMatch(/install Pulumi 3\.229\.0 or newer.*https:\/\/www\.pulumi\.com/);
  expect(message).toMatch(/install Go .*https:\/\/go\.dev\/dl/);
});

test("a cache that cannot be written is named, with what to set instead", async () => {
  const { env } = machine();
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const failing = ensurePulumi({ env: { ...env, MESHTLS_CACHE: join(file, "cache") }, release });
  await expect(failing).rejects.toThrow(ToolchainError);
  await expect(failing).rejects.toThrow(/The folder for the engine, .*cache, cannot be written .* Set MESHTLS_CACHE/);
});

describe("the build from Go modules", () => {
  test("leaves an engine in the cache, which the next run uses", async () => {
    const { bin, cache, env } = machine();
    const calls = join(bin, "calls");
    goThatBuilds(bin, calls);
    const path = join(cache, built, "bin", "pulumi");
    expect(await ensurePulumi({ env, release })).toEqual({ path, version: PULUMI, origin: "build", released: false });
    expect(await ensurePulumi({ env, release })).toEqual({ path, version: PULUMI, origin: "cache", released: false });
    expect(readdirSync(cache)).toEqual([built]);
    const [call, ...more] = readFileSync(calls, "utf8").trim().split("\n");
    expect(more).toEqual([]);
    expect(call).toMatch(/^0 build -mod=readonly -trimpath .*version\.Version=v3\.246\.0 .*\/pkg\/v3\/cmd\/pulumi$/);
  });

  test("happens once when two need it at the same time", async () => {
    const { bin, env } = machine();
    const calls = join(bin, "calls");
    goThatBuilds(bin, calls);
    const both = await Promise.all([ensurePulumi({ env, release }), ensurePulumi({ env, release })]);
    expect(both.map(({ origin }) => origin).sort()).toEqual(["build", "cache"]);
    expect(readFileSync(calls, "utf8").trim().split("\n")).toHaveLength(1);
  });

  test("is begun anew after an interruption: a half-built engine is never taken for one", async () => {
    const { bin, cache, env } = machine();
    const half = join(cache, `${built}.abc123`, "bin");
    mkdirSync(half, { recursive: true });
    writeFileSync(join(half, "pulumi"), "");
    goThatBuilds(bin, join(bin, "calls"));
    expect(await ensurePulumi({ env, release })).toMatchObject({ origin: "build" });
  });

  test("says what Go says when it fails, and leaves nothing", async () => {
    const { bin, cache, env } = machine();
    script(join(bin, "go"), `if [ "$1" = list ]; then echo a; exit 0; fi; echo "no space left on device" >&2; exit 1`);
    await expect(ensurePulumi({ env, release })).rejects.toThrow("go build failed: no space left on device");
    expect(readdirSync(cache)).toEqual([]);
  });

  test("says what Go says when the modules cannot be had", async () => {
    const { bin, env } = machine();
    script(join(bin, "go"), `echo "dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1`);
    await expect(ensurePulumi({ env, release })).rejects.toThrow(/go could not get the modules: dial tcp: lookup/);
  });
});
