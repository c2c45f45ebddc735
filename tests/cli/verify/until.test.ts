import { until } from "../../../cli/verify/until";

/** A clock that only goes on when somebody waits. */
function clockOf() {
  let now = 0;
  return {
    now: () => now,
    pause: async (ms: number): Promise<void> => {
      now += ms;
    },
  };
}

async function looks(good: number, budgetMs: number): Promise<{ looks: number; seen: number; waits: number[] }> {
  let count = 0;
  const waits: number[] = [];
  const seen = await until(
    async () => ++count,
    (number) => number >= good,
    budgetMs,
    { clock: clockOf(), onWait: (_, left) => waits.push(left) },
  );
  return { looks: count, seen, waits };
}

test("looks once when that will do, or when there is no time", async () => {
  expect(await looks(1, 60_000)).toEqual({ looks: 1, seen: 1, waits: [] });
  expect(await looks(9, 0)).toEqual({ looks: 1, seen: 1, waits: [] });
});

test("looks again until it will do", async () => {
  expect(await looks(3, 60_000)).toEqual({ looks: 3, seen: 3, waits: [60_000, 55_000] });
});

test("looks a last time at the end, and gives what was seen last", async () => {
  expect(await looks(99, 12_000)).toEqual({ looks: 4, seen: 4, waits: [12_000, 7_000, 2_000] });
});

test("what goes wrong while looking is passed on", async () => {
  await expect(
    until(
      () => Promise.reject(new Error("broken")),
      () => true,
      0,
    ),
  ).rejects.toThrow("broken");
});
