import { previewArguments, pulumiEnvironment, readArguments, upArguments } from "../../../policies/pipeline/arguments";

const RUN = { pack: "/pack", config: undefined };

const problemsOf = (...argv: string[]): readonly string[] => {
  const read = readArguments(argv);
  return "problems" in read ? read.problems : [];
};

test("what is not refused is pulumi's", () => {
  expect(readArguments(["preview", "--stack", "staging", "-C", "infra", "--diff"])).toEqual({
    operation: "preview",
    options: ["--stack", "staging", "-C", "infra", "--diff"],
    stack: "staging",
    folder: "infra",
  });
});

test.each([[["--stack", "a"]], [["--stack=a"]], [["-s", "a"]], [["-sa"]], [["-s=a"]], [["--stack", "b", "-s", "a"]]])(
  "the stack, however it is spelled: %j",
  (options) => {
    expect(readArguments(["up", ...options])).toMatchObject({ stack: "a" });
  },
);

test.each([
  ["no operation", [], /^the first argument is ""; it is preview or up$/],
  ["another operation", ["destroy"], /"destroy"/],
  ["a skipped preview", ["up", "--skip-preview"], /--skip-preview is refused/],
  ["with a value", ["up", "--skip-preview=true"], /--skip-preview is refused/],
  ["in short", ["up", "-f"], /-f is refused/],
  ["among other letters", ["up", "-yf"], /-yf is refused/],
  ["another pack", ["preview", "--policy-pack", "other"], /--policy-pack is refused/],
  ["another configuration", ["preview", "--policy-pack-config=other"], /MESHTLS_PACK_CONFIG/],
  ["another file for the events", ["preview", "--event-log", "other"], /--event-log is refused/],
  ["an end of the options", ["preview", "--", "x"], /-- is refused/],
])("%s is refused", (_, argv, message) => {
  expect(problemsOf(...argv)).toEqual([expect.stringMatching(message)]);
});

test.each([["-sf"], ["-Cinfra/f"], ["-mfix"], ["--refresh"], ["--stack=f"]])("%s is no skipped preview", (option) => {
  expect(problemsOf("up", option)).toEqual([]);
});

test("all of it is refused at once", () => {
  expect(problemsOf("destroy", "-f", "--policy-pack", "other")).toHaveLength(3);
});

test("both operations have the pack, and its configuration", () => {
  const run = { pack: "/pack", config: "/pack.json" };
  const pack = ["--policy-pack", "/pack", "--policy-pack-config", "/pack.json"];
  expect(previewArguments(["--yes", "-s", "a"], run, "/log")).toEqual([
    "preview",
    "-s",
    "a",
    ...pack,
    "--event-log",
    "/log",
  ]);
  expect(upArguments(["-s", "a"], run)).toEqual(["up", "-s", "a", ...pack, "--yes", "--skip-preview=false"]);
  expect(upArguments(["-y"], RUN)).toEqual(["up", "--policy-pack", "/pack", "--yes", "--skip-preview=false"]);
});

test("variables that would work around the pack are not handed on", () => {
  const env = {
    PULUMI_OPTION_SKIP_PREVIEW: "true",
    PULUMI_OPTION_POLICY_PACK: "other",
    PULUMI_OPTION_POLICY_PACK_CONFIG: "other",
    PULUMI_OPTION_EVENT_LOG: "other",
    PULUMI_OPTION_DIFF: "true",
    PATH: "/bin",
  };
  expect(pulumiEnvironment(env)).toEqual({
    PULUMI_OPTION_DIFF: "true",
    PATH: "/bin",
    PULUMI_DEBUG_COMMANDS: "true",
  });
});
