import { parseArguments, usage } from "./arguments";
import { exitWith } from "./exit";
import { printerOn } from "./printer";
import { rehearse } from "./rehearse";

void exitWith(async () => {
  const args = parseArguments(process.argv.slice(2));
  if (!args.help) return await rehearse(args, printerOn(process.stdout));
  process.stdout.write(`${usage}\n`);
  return 0;
}, usage);
