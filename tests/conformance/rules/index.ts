import { ambient } from "./ambient";
import { autoMtls } from "./auto-mtls";
import { destinationRule } from "./destination-rule";
import { enrollment } from "./enrollment";
import { peerAuthentication } from "./peer-authentication";
import { reach } from "./reach";
import { reception } from "./reception";
import { routing } from "./routing";
import type { Area } from "./rule";
import { settings } from "./settings";

/** The specification: every rule that a verdict may rest on. */
export const AREAS: readonly Area[] = [
  peerAuthentication,
  destinationRule,
  settings,
  autoMtls,
  reach,
  routing,
  reception,
  enrollment,
  ambient,
];
