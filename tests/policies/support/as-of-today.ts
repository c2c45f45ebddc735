import { addDays, daysUntil, toIsoDate, type IsoDate } from "../../../policies/mtls/clock";
import { EXAMPLE_DAY, exampleYaml, type Example } from "../../../policies/rules/rule";

/** A running pack judges by the real day: the dates of an example are moved so that its own day is today. */
const asOfToday = ({ now = EXAMPLE_DAY }: Example, text: string): string => {
  const today = toIsoDate(new Date());
  return text.replaceAll(/\d{4}-\d{2}-\d{2}/g, (date) => addDays(today, daysUntil(date as IsoDate, now)));
};

export const yamlAsOfToday = (example: Example): string => asOfToday(example, exampleYaml(example));

/** The settings that an example needs, its dates moved with those of its objects. */
export const settingsAsOfToday = (example: Example): Example["settings"] =>
  example.settings === undefined
    ? undefined
    : (JSON.parse(asOfToday(example, JSON.stringify(example.settings))) as Example["settings"]);
