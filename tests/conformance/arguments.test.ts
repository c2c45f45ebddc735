import { parseArguments, USAGE } from "./arguments";

test("defaults, and every option", () => {
  expect(parseArguments([])).toMatchObject({
    seed: "1",
    count: 200,
    from: 0,
    writeCoverage: false,
    writeAnswers: false,
  });
  const all = "--seed x --count 5 --from 7 --jobs 3 --write-coverage --write-answers".split(" ");
  expect(parseArguments(all)).toEqual({
    ...{ seed: "x", count: 5, from: 7, jobs: 3 },
    ...{ writeCoverage: true, writeAnswers: true },
  });
  expect(parseArguments(["--help"])).toBe("help");
});

test.each([
  [["--cout", "3"], "--cout is no option of this command"],
  [["--count"], "--count (nothing): a whole number from 1 is needed"],
  [["--count", "0"], "--count 0: a whole number from 1 is needed"],
  [["--from", "-1"], "--from -1: a whole number from 0 is needed"],
  [["--jobs", "many"], "--jobs many: a whole number from 1 is needed"],
  [["--seed"], "--seed (nothing): any text is needed"],
])("%j is refused", (args, message) => {
  expect(() => parseArguments(args)).toThrow(message);
});

test("the usage names every option", () => {
  for (const option of ["seed", "count", "from", "jobs", "write-coverage", "write-answers"])
    expect(USAGE).toContain(`--${option}`);
});
