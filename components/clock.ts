import { toIsoDate, type IsoDate } from "../policies/mtls/clock";

let read = (): Date => new Date();

/** The day, UTC, on which components and program judge dates. */
export const today = (): IsoDate => toIsoDate(read());

/** For tests: makes `today` read another clock. Production never calls it. */
export const setClock = (clock: () => Date): void => {
  read = clock;
};
