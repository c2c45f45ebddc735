import { RULES } from "../../policies/rules/index";
import { meshtls } from "./support/meshtls";

test("every rule, with its severity and why", async () => {
  const { code, stdout } = await meshtls(["rules"]);
  expect(code).toBe(0);
  for (const { id, name, why } of RULES) for (const text of [id, name, why]) expect(stdout).toContain(text);
  expect(stdout).toContain(`${RULES.length} rules`);
});

test.each(RULES.map(({ name, id }) => [name, id]))("%s, by name and by id, with its examples", async (name, id) => {
  const byName = await meshtls(["rules", name]);
  expect(byName.code).toBe(0);
  expect((await meshtls(["rules", id.toLowerCase()])).stdout).toBe(byName.stdout);
  const rule = RULES.find((candidate) => candidate.name === name);
  for (const { title } of [...(rule?.good ?? []), ...(rule?.bad ?? [])]) expect(byName.stdout).toContain(title);
});

test("JSON", async () => {
  const all = JSON.parse((await meshtls(["rules", "--format", "json"])).stdout) as { id: string; docs: string }[];
  expect(all.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id));
  expect(all[0]?.docs).toMatch(/^docs\/rules\.md#mtls\d+$/);
});

test("2 for one that does not exist", async () => {
  const { code, stderr } = await meshtls(["rules", "mesh-wide-tls"]);
  expect(code).toBe(2);
  expect(stderr).toContain("no rule");
});
