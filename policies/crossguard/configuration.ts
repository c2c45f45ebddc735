import { readSettings, type PackSettings } from "../settings";

/** The configuration of a running pack: only the first policy is handed it, and all of them go by it. */
export interface Configuration {
  /**
   * @param raw as CrossGuard hands it over, for every resource anew
   * @returns what is wrong with it; nothing when it is the one that was read last, whose problems were told then
   */
  read(raw: object): readonly string[];
  /** What to go by: what was read last without a problem, else the defaults. */
  current(): PackSettings;
}

const defaultsAt = (now: Date): PackSettings => {
  const found = readSettings({}, now);
  if ("problems" in found) throw new Error(`the defaults are wrong: ${found.problems.join("; ")}`);
  return found;
};

/** @param clock the moment at which dates are judged */
export function configurationReader(clock: () => Date): Configuration {
  let text: string | undefined;
  let pack: PackSettings | undefined;
  return {
    read: (raw) => {
      const given = JSON.stringify(raw);
      if (given === text) return [];
      text = given;
      const found = readSettings(raw, clock());
      if ("problems" in found) return found.problems;
      pack = found;
      return [];
    },
    current: () => (pack ??= defaultsAt(clock())),
  };
}
