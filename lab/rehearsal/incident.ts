import { acts } from "./acts";
import { exitWith } from "./exit";
import { playIncident } from "./play";
import { printerOn } from "./printer";

void exitWith(() => playIncident(acts, printerOn(process.stdout)));
