import { explore, remember, type Settle } from "../../policies/mtls/explore";
import { UNKNOWN } from "../../policies/mtls/known";

const rule = { kind: "DestinationRule", namespace: "apps", name: "otel" };
const same = (a: unknown, b: unknown): boolean => a === b;
const BOOLEANS = [true, false] as const;

const flag = (settle: Settle, path: string): boolean => settle<boolean>(UNKNOWN, BOOLEANS, rule, path);

test("runs once when nothing is unknown", () => {
  let runs = 0;
  const { results, undecided, complete } = explore((settle) => {
    runs += 1;
    return settle(7, [1, 2], rule, "spec.port");
  }, same);
  expect({ runs, results, undecided, complete }).toEqual({ runs: 1, results: [7], undecided: [], complete: true });
});

test("goes every way, and one field goes one way per run", () => {
  const { results } = explore((settle) => [flag(settle, "a"), flag(settle, "b"), flag(settle, "a")].join(), same);
  expect(results).toEqual(["true,true,true", "true,false,true", "false,true,false", "false,false,false"]);
});

test("asks only for what a way comes to", () => {
  const { results } = explore((settle) => (flag(settle, "a") ? flag(settle, "b") : "no b"), same);
  expect(results).toEqual([true, false, "no b"]);
});

test("names the fields that make a difference, and no others", () => {
  const { undecided } = explore((settle) => {
    flag(settle, "irrelevant");
    return flag(settle, "decisive") ? 1 : 2;
  }, same);
  expect(undecided).toEqual([{ object: rule, path: "decisive" }]);
});

test("names nothing when every way comes to the same", () => {
  const { results, undecided } = explore((settle) => (flag(settle, "a") ? "x" : "x"), same);
  expect(results).toEqual(["x", "x"]);
  expect(undecided).toEqual([]);
});

test("a field with too many ways ends its run and is named", () => {
  const { results, undecided } = explore(
    (settle) => (flag(settle, "a") ? settle<string>(UNKNOWN, [], rule, "spec.host") : "known"),
    same,
  );
  expect(results).toEqual([undefined, "known"]);
  expect(undecided).toContainEqual({ object: rule, path: "spec.host" });
});

test("stops where there are more ways than anyone should wait for, and says so", () => {
  const { results, complete, undecided } = explore(
    (settle) => Array.from({ length: 20 }, (_, at) => flag(settle, `field-${at}`)).join(),
    same,
  );
  expect(complete).toBe(false);
  expect(results.length).toBeLessThan(100);
  expect(undecided).toHaveLength(20);
});

test("any other error is not swallowed", () => {
  expect(() =>
    explore(() => {
      throw new TypeError("a bug");
    }, same),
  ).toThrow("a bug");
});

describe("remember", () => {
  const settleNothing: Settle = (value) => value as never;

  test("keeps what was computed from what is known", () => {
    const memory = new Map<string, number>();
    const compute = jest.fn(() => 1);
    expect([remember(memory, "a", settleNothing, compute), remember(memory, "a", settleNothing, compute)]).toEqual([
      1, 1,
    ]);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  test("never keeps what an unknown had a part in", () => {
    const memory = new Map<string, boolean>();
    const { results } = explore((settle) => remember(memory, "a", settle, (asked) => flag(asked, "spec.host")), same);
    expect(results).toEqual([true, false]);
    expect(memory.size).toBe(0);
  });
});
