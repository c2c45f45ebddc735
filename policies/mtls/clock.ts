/** A UTC calendar date, `YYYY-MM-DD`. */
export type IsoDate = `${number}-${number}-${number}`;

const DAY = 86_400_000;

/** Accepts only real dates: `2027-02-30` is none. */
export const isIsoDate = (text: unknown): text is IsoDate =>
  typeof text === "string" &&
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text);

export const toIsoDate = (time: Date): IsoDate => time.toISOString().slice(0, 10) as IsoDate;

/** Whole days from `now` to `date`; 0 on the day itself, negative after it. */
export const daysUntil = (date: IsoDate, now: IsoDate): number => (Date.parse(date) - Date.parse(now)) / DAY;

/** An expiry date is valid through that day, UTC. The one expiry function of component, pack, command and report. */
export const isExpired = (expires: IsoDate, now: IsoDate): boolean => daysUntil(expires, now) < 0;

export const addDays = (date: IsoDate, days: number): IsoDate => toIsoDate(new Date(Date.parse(date) + days * DAY));
