import { parseAllDocuments } from "yaml";
import { assess } from "../../../policies/mtls/assess";
import { readMesh } from "../../../policies/mtls/manifests";
import type { Manifest } from "../../../policies/mtls/objects";
import { EXAMPLE_DAY, exampleYaml, type Example, type Layer, type Rule } from "../../../policies/rules/rule";
import { runRules, type RuleRun } from "../../../policies/rules/run";
import { defaultSettings } from "../../../policies/rules/settings";

/** The documents of a YAML text as manifests; broken YAML is a mistake of the example. */
export const manifestsOf = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return { object: document.toJS() as unknown };
  });

/** Runs rules over an example, on the day and with the settings it asks for. */
export function judge(example: Example, rules: readonly Rule[], layer: Layer = "stack"): RuleRun {
  const settings = { ...defaultSettings(example.now ?? EXAMPLE_DAY), ...example.settings };
  const mesh = readMesh(manifestsOf(exampleYaml(example)), settings.facts);
  return runRules(assess(mesh, { now: settings.now }), settings, { rules, layer });
}
