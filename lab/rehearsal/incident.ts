import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { acts } from "./acts";
import { withCaptured } from "./capture";
import { exitWith } from "./exit";
import { playIncident } from "./play";
import { printerOn } from "./printer";
import { README } from "./repository";

/** `--update-readme`: the README shows this run from now on. */
void exitWith(async () => {
  const { values } = parseArgs({ options: { "update-readme": { type: "boolean" } } });
  const written: string[] = [];
  const { stdout } = process;
  const write = (text: string) => {
    written.push(text);
    return stdout.write(text);
  };
  const code = await playIncident(acts, printerOn({ isTTY: stdout.isTTY && !values["update-readme"], write }));
  if (values["update-readme"] === true && code === 0) {
    writeFileSync(README, withCaptured(readFileSync(README, "utf8"), written.join("")));
  }
  return code;
});
