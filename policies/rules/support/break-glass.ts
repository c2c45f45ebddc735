import type { ExceptionContract } from "../../mtls/exception";
import type { BreakGlass, Settings } from "../settings";

const HOUR = 3_600_000;

/** The moment at which hours are judged. */
const momentOf = ({ at, now }: Settings): number => Date.parse(at ?? `${now}T00:00:00Z`);

/** When the glass mends itself. */
export const glassUntil = ({ from, hours }: BreakGlass): string =>
  new Date(Date.parse(from) + hours * HOUR).toISOString().replace(".000Z", "Z");

/** The break-glass entry in force for an exception, if there is one. */
export const glassFor = (contract: ExceptionContract, settings: Settings): BreakGlass | undefined =>
  settings.breakGlass?.find((glass) => {
    const elapsed = momentOf(settings) - Date.parse(glass.from);
    const names = glass.namespace === contract.namespace && glass.name === contract.name;
    return names && elapsed >= 0 && elapsed < glass.hours * HOUR;
  });
