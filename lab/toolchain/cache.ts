import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The folder for what is downloaded or built once per machine, outside any repository:
 * `$MESHTLS_CACHE`, else `$XDG_CACHE_HOME/meshtls`, else `~/.cache/meshtls`.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { MESHTLS_CACHE: own = "", XDG_CACHE_HOME: xdg = "" } = env;
  if (own !== "") return own;
  // The XDG base directory specification: a relative path is to be ignored.
  return join(isAbsolute(xdg) ? xdg : join(env["HOME"] || homedir(), ".cache"), "meshtls");
}
