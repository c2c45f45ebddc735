import type { Policies } from "@pulumi/policy";
import { type AnalyzeResponse, AnalyzeStackRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { stringify } from "yaml";
import { judge } from "../../cli/judge";
import { keepPropertiesEncoded } from "../../policies/crossguard/encoded";
import { policiesOf } from "../../policies/crossguard/policies";
import { secretsSeen } from "../../policies/crossguard/secrets";
import { violationOf } from "../../policies/crossguard/violation";
import { unpackOnce } from "../../policies/crossguard/unpack";
import { RULES } from "../../policies/rules";
import { readSettings } from "../../policies/settings";
import { CASES_NOW, caseNames, readCase } from "../support/cases";
import { resourcesOf } from "./support/resources";
import { diagnosticsOf, stackRequest, urnOf } from "./support/wire";

/** A raw program gets the same findings, in the same words and at the same resources, as its manifests through the command: the whole corpus. */

type Analyze = (
  call: { readonly request: AnalyzeStackRequest },
  done: (error: Error | null, response: AnalyzeResponse) => void,
) => void;

const server = jest.requireActual<{
  makeAnalyzeStackRpcFun: (pack: string, version: string, level: string, policies: Policies) => Analyze;
}>("@pulumi/policy/server");

const clock = () => new Date(CASES_NOW);

const secrets = secretsSeen();
unpackOnce(secrets, keepPropertiesEncoded());

const analyze = server.makeAnalyzeStackRpcFun(
  "meshtls",
  "0.0.0",
  "advisory",
  policiesOf(RULES, { clock, hide: secrets.hide }),
);

/** By the SDK's own handler, from the bytes that the engine would send. */
const byPack = async (yaml: string): Promise<string[]> => {
  const request = AnalyzeStackRequest.deserializeBinary(stackRequest(resourcesOf(yaml)).serializeBinary());
  const response = await new Promise<AnalyzeResponse>((resolve, reject) =>
    analyze({ request }, (error, found) => (error === null || error === undefined ? resolve(found) : reject(error))),
  );
  return diagnosticsOf(response)
    .map(({ policy, urn, message }) => [policy, urn, ...message.split("\n").slice(1)].join("\n"))
    .sort();
};

const byCommand = (yaml: string): string[] => {
  const read = readSettings({}, clock());
  if ("problems" in read) throw new Error(read.problems.join());
  const manifests = resourcesOf(yaml).map((resource) => ({ object: resource.props, source: { urn: urnOf(resource) } }));
  const { run } = judge(manifests, { now: read.settings.now, facts: read.settings.facts });
  return run.findings
    .map((finding) => {
      const { urn, message } = violationOf(finding, (text) => text);
      return [finding.name, urn, message].join("\n");
    })
    .sort();
};

const yamlOf = (name: string): string =>
  readCase(name)
    .manifests.map(({ object }) => stringify(object))
    .join("---\n");

test.each(caseNames())("%s", async (name) => {
  const yaml = yamlOf(name);
  expect(await byPack(yaml)).toEqual(byCommand(yaml));
});

test("the two have something to say at all", () => {
  expect(byCommand(yamlOf("cause-a-mesh-wide-rule-and-naked-collector"))).toHaveLength(2);
});
