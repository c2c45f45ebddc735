import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acts, INCIDENT_ERROR } from "../../lab/rehearsal/acts";
import { captured, shownIn } from "../../lab/rehearsal/capture";
import { playIncident } from "../../lab/rehearsal/play";
import { printerOn } from "../../lab/rehearsal/printer";
import { README } from "../../lab/rehearsal/repository";

const folder = mkdtempSync(join(tmpdir(), "meshtls-incident-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function played(which: typeof acts) {
  const written: string[] = [];
  const code = await playIncident(which, printerOn({ write: (text: string) => written.push(text) }), folder);
  return { code, output: written.join("") };
}

test("each act of the incident ends as it has to, and the README shows it", async () => {
  const { code, output } = await played(acts);
  const [, incident = "", withoutException = "", fix = ""] = output.split(/^Act \d: /m);
  expect(incident).toContain("client-and-collector-disagree");
  expect(incident).toContain(`"${INCIDENT_ERROR}"`);
  expect(withoutException).toContain("strict-only-collector-without-exception");
  expect(fix).toContain("=> passes");
  expect(code).toBe(0);
  // `npm run incident -- --update-readme` makes it so.
  expect(shownIn(readFileSync(README, "utf8"))).toBe(captured(output));
});

test("an act that ends otherwise is a failure", async () => {
  const [, , fix] = acts;
  if (fix === undefined) throw new Error("there is a third act");
  const blockedBy = { policy: "client-and-collector-disagree", saying: "" };
  const { code, output } = await played([{ ...fix, blockedBy }]);
  expect(output).toContain("1 of 1 acts did not end as they should.");
  expect(code).toBe(1);
});
