import { parseArguments, UsageError } from "../../../lab/rehearsal/arguments";

test.each([
  [[], { command: "up", configFile: undefined, help: false }],
  [["preview"], { command: "preview", configFile: undefined, help: false }],
  [["destroy", "--yes"], { command: "destroy", configFile: undefined, help: false }],
  [["-y", "--config-file", "my.yaml"], { command: "up", configFile: "my.yaml", help: false }],
  [["--config-file=my.yaml", "preview"], { command: "preview", configFile: "my.yaml", help: false }],
  [["--help"], { command: "up", configFile: undefined, help: true }],
])("%j", (args, expected) => expect(parseArguments(args)).toEqual(expected));

test.each([
  [["apply"], `unknown command "apply"; allowed: up, preview, destroy`],
  [["up", "preview"], "one command at a time; not understood: preview"],
  [["--config-file"], "--config-file"],
  [["--config-file="], "--config-file needs the name of a file"],
  [["--force"], "--force"],
])("%j is wrong usage", (args, message) => {
  expect(() => parseArguments(args)).toThrow(UsageError);
  expect(() => parseArguments(args)).toThrow(message);
});
