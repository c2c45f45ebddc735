import { cacheFolder } from "../../../lab/toolchain/cache";
import { elapsed, progressOn } from "../../../lab/toolchain/progress";
import { run } from "../../../lab/toolchain/run";
import { isAtLeast, releasePlatform } from "../../../lab/toolchain/versions";

test.each([
  ["3.229.0", "3.229.0", true],
  ["v3.230.0", "3.229.9", true],
  ["v3.229.1-dev.0", "3.229.1", true],
  ["3.228.9", "3.229.0", false],
  ["2.999.0", "3.229.0", false],
  ["4.0.0", "3.229.0", true],
  ["nonsense", "3.229.0", false],
  ["", "3.229.0", false],
])("%s is at least %s: %s", (version, oldest, expected) => expect(isAtLeast(version, oldest)).toBe(expected));

test("a release is published for Linux and macOS on x64 and arm64", () => {
  expect(releasePlatform("linux", "x64")).toBe("linux-x64");
  expect(releasePlatform("darwin", "arm64")).toBe("darwin-arm64");
  expect(releasePlatform("win32", "x64")).toBeUndefined();
  expect(releasePlatform("linux", "s390x")).toBeUndefined();
});

test.each([
  [{ MESHTLS_CACHE: "/own", XDG_CACHE_HOME: "/xdg", HOME: "/home/me" }, "/own"],
  [{ MESHTLS_CACHE: "", XDG_CACHE_HOME: "/xdg", HOME: "/home/me" }, "/xdg/meshtls"],
  [{ XDG_CACHE_HOME: "relative", HOME: "/home/me" }, "/home/me/.cache/meshtls"],
  [{ HOME: "/home/me" }, "/home/me/.cache/meshtls"],
])("%j keeps its cache in %s", (env, folder) => expect(cacheFolder(env)).toBe(folder));

test.each([
  [400, "0 s"],
  [59_000, "59 s"],
  [75_000, "1 min 15 s"],
])("%d ms read as %s", (milliseconds, text) => expect(elapsed(milliseconds)).toBe(text));

describe("progress", () => {
  const output = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, columns: 20, write: (text: string) => written.push(text) };
  };

  test("is only lines, and few of them, where there is no terminal", () => {
    const pipe = output(false);
    let now = 0;
    const progress = progressOn(pipe, () => now);
    progress.step("building");
    progress.detail("1 of 3");
    now = 15_000;
    progress.detail("2 of 3");
    progress.detail("3 of 3");
    expect(pipe.written).toEqual(["building\n", "  2 of 3\n"]);
  });

  test("replaces itself on a terminal, never wider than it, and leaves only the steps", () => {
    const terminal = output(true);
    const progress = progressOn(terminal);
    progress.detail("a detail that is far too long");
    progress.step("done");
    expect(terminal.written).toEqual(["  a detail that is ", "\r\x1b[2K", "done\n"]);
  });
});

test("a command that cannot be started is an answer, not an exception", async () => {
  expect(await run("/no/such/command", [])).toMatchObject({ code: 127 });
});
