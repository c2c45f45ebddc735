import { setTimeout as sleep } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  pause(ms: number): Promise<unknown>;
}

export const realClock: Clock = { now: () => performance.now(), pause: (ms) => sleep(ms) };

const PAUSE_MS = 5000;

/**
 * Looks again and again until what is seen will do, or the time is over; at least once, and a last time at the very end.
 * @param budgetMs 0: just once
 * @returns what was seen last
 */
export async function until<T>(
  look: () => Promise<T>,
  willDo: (seen: T) => boolean,
  budgetMs: number,
  { clock = realClock, onWait = () => {} }: { clock?: Clock; onWait?: (seen: T, leftMs: number) => void } = {},
): Promise<T> {
  const end = clock.now() + budgetMs;
  for (;;) {
    const seen = await look();
    const left = end - clock.now();
    if (willDo(seen) || left <= 0) return seen;
    onWait(seen, left);
    await clock.pause(Math.min(PAUSE_MS, left));
  }
}
