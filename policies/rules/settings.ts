import type { IsoDate } from "../mtls/clock";
import { MAX_EXCEPTION_DAYS, type ExceptionMode } from "../mtls/exception";
import type { MeshFacts } from "../mtls/mesh";

/** An exception that the organisation has approved; one that is not listed is refused once a register is given. */
export interface RegisteredException {
  readonly namespace: string;
  /** Name of the exception. */
  readonly name: string;
  readonly owner: string;
  readonly approver: string;
  readonly ticket: string;
  /** The last day that was approved; the exception itself may end earlier. */
  readonly expires: IsoDate;
  /** @default every mode */
  readonly modes?: readonly ExceptionMode[];
  /** How far ahead of today the exception itself may reach, in days. @default `maxExceptionDays` */
  readonly maxDays?: number;
}

/** Lets an exception that has run out live on for a night: hours, not days, and every run says so. */
export interface BreakGlass {
  readonly namespace: string;
  /** Name of the exception. */
  readonly name: string;
  /** When it begins: `2027-02-02T01:30:00Z`. */
  readonly from: string;
  /** At most 24. */
  readonly hours: number;
  /** Who broke the glass. */
  readonly by: string;
  readonly reason: string;
}

/** What an organisation may configure; every default needs no configuration. */
export interface Settings {
  /** The day on which dates are judged; the pack and the command set it from their one clock. */
  readonly now: IsoDate;
  /** The moment, for what is measured in hours. @default the beginning of `now` */
  readonly at?: string;
  /** OTLP ports of collectors. @default [4317, 4318] */
  readonly otlpPorts: readonly number[];
  /** Mesh facts that a single stack does not contain. */
  readonly facts: MeshFacts;
  /** How far ahead an exception may reach, in days. @default 90 */
  readonly maxExceptionDays?: number;
  /** Days before its end from which an exception is announced as about to expire. @default 14 */
  readonly warnDays?: number;
  /** Who may own an exception. @default anyone */
  readonly owners?: readonly string[];
  /** @default none: exceptions need no approval beyond their own fields */
  readonly register?: readonly RegisteredException[];
  readonly breakGlass?: readonly BreakGlass[];
}

export const DEFAULT_OTLP_PORTS: readonly number[] = [4317, 4318];
export const DEFAULT_WARN_DAYS = 14;

export const defaultSettings = (now: IsoDate): Settings => ({
  now,
  otlpPorts: DEFAULT_OTLP_PORTS,
  facts: {},
  maxExceptionDays: MAX_EXCEPTION_DAYS,
  warnDays: DEFAULT_WARN_DAYS,
});
