import { parseArguments, usage } from "./arguments";
import { exitWith } from "./exit";
import { printerOn } from "./printer";

void exitWith(async () => {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  // Loaded late: wrong usage is answered before the Pulumi SDK is read.
  const { rehearse } = await import("./rehearse");
  return rehearse(args, printerOn(process.stdout));
}, usage);
