import type { Remedy } from "../change";
import { acceptMtls } from "./accept-mtls";
import { ejectSidecar } from "./eject-sidecar";
import { injectSidecar } from "./inject-sidecar";
import { interceptPort } from "./intercept-port";
import { permissivePort } from "./permissive-port";
import { plaintextPort } from "./plaintext-port";
import { plainEndpoint } from "./plain-endpoint";
import { removeTlsRule } from "./remove-tls-rule";
import { watchNamespace } from "./watch-namespace";

/** Every remedy, best first: what closes a hole before what opens one. */
export const REMEDIES: readonly Remedy[] = [
  watchNamespace,
  injectSidecar,
  interceptPort,
  removeTlsRule,
  acceptMtls,
  plainEndpoint,
  plaintextPort,
  permissivePort,
];

/** What would undo a verdict that holds. */
export const UNDOINGS: readonly Remedy[] = [ejectSidecar, plaintextPort];
