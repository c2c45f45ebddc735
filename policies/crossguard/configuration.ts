import { readSettings, type PackSettings } from "../settings";

/** What was read of the configuration, and whether it was not already read before. */
export interface Reading {
  readonly problems: readonly string[];
  readonly isNew: boolean;
}

/** The configuration of a running pack: only the first policy is handed it, and all of them go by it. */
export interface Configuration {
  /** @param raw as CrossGuard hands it over; the same again costs nothing */
  read(raw: object): Reading;
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
  let problems: readonly string[] = [];
  let pack: PackSettings | undefined;
  return {
    read: (raw) => {
      const given = JSON.stringify(raw);
      if (given === text) return { problems, isNew: false };
      text = given;
      const found = readSettings(raw, clock());
      problems = "problems" in found ? found.problems : [];
      if (!("problems" in found)) pack = found;
      return { problems, isNew: true };
    },
    current: () => (pack ??= defaultsAt(clock())),
  };
}
