/**
 * All that is used of the official client: kubeconfigs as `kubectl` reads them. A bundle of its own (`scripts/build.mjs`); named by its
 * file, for the package's index drags in what copies files and forwards ports.
 */
export { KubeConfig } from "@kubernetes/client-node/dist/config.js";
