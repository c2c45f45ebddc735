import { requestsInHand } from "../../policies/crossguard/in-hand";

/** Everything that is left to run of this turn, promises and ticks. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("nobody is silent as long as no request is at hand", () => {
  expect(requestsInHand().isSilent("a")).toBe(false);
});

test("who has nothing to say of the request is silent until its promises have run", async () => {
  const inHand = requestsInHand();
  inHand.begin(new Set(["a"]));
  expect([inHand.isSilent("a"), inHand.isSilent("b")]).toEqual([false, true]);
  for (let at = 0; at < 50; at += 1) await Promise.resolve();
  expect(inHand.isSilent("b")).toBe(true);
  await turn();
  expect(inHand.isSilent("b")).toBe(false);
});

test("who has something to say of one request at hand is asked about all", async () => {
  const inHand = requestsInHand();
  inHand.begin(new Set(["a"]));
  inHand.begin(new Set(["b"]));
  expect(["a", "b", "c"].map(inHand.isSilent)).toEqual([false, false, true]);
  await turn();
  expect(inHand.isSilent("c")).toBe(false);
});
