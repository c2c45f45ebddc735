import type {
  Policies,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Assessment } from "../mtls/assess";
import type { Layer, Rule } from "../rules/rule";
import { runRules, type RuleFinding } from "../rules/run";
import { settingsSchema, type PackSettings } from "../settings";
import { assessResource, assessStack } from "./analysis";
import { configurationReader } from "./configuration";
import { requestsInHand } from "./in-hand";
import { docsUrl, NOT_JUDGED, violationOf } from "./violation";

/** A policy of both layers: CrossGuard runs each half where it belongs, under one name and one level. */
type TwoLayers = ResourceValidationPolicy & StackValidationPolicy;

interface Judged {
  readonly layer: Layer;
  /** What each rule that has something to say found, by its name. */
  readonly findings: ReadonlyMap<string, readonly RuleFinding[]>;
  /** Why a rule could not be checked, by its name. */
  readonly failed: ReadonlyMap<string, string>;
}

/** `failure`: a mistake of ours; it is reported once and counts as a violation. */
type Analysis = Judged | { readonly failure: string } | undefined;

/**
 * The part of a request that every policy is handed: the SDK copies the resources for each policy, but not this list. It tells that
 * two policies look at the same request, so that the work is done once.
 */
const requestOf = ({ opts }: Pick<PolicyResource, "opts">): object => opts.ignoreChanges;

/** A rule that one resource can break is asked before that resource is created, too. */
const isAskedAlone = ({ layer, severity }: Rule): boolean => layer !== "stack" && severity === "error";

function groupByName(findings: readonly RuleFinding[]): ReadonlyMap<string, readonly RuleFinding[]> {
  const groups = new Map<string, RuleFinding[]>();
  for (const finding of findings) groups.set(finding.name, [...(groups.get(finding.name) ?? []), finding]);
  return groups;
}

const speakersOf = (analysis: Analysis): ReadonlySet<string> =>
  analysis === undefined || "failure" in analysis
    ? new Set()
    : new Set([...analysis.findings.keys(), ...analysis.failed.keys()]);

const attempt = (analyse: () => Judged | undefined): Analysis => {
  try {
    return analyse();
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
};

export interface PolicyOptions {
  /** The moment at which dates are judged. */
  readonly clock: () => Date;
  /** Clears a message of secrets. */
  readonly hide: (text: string) => string;
}

/** Makes the policies of a pack from its rules. */
export function policiesOf(rules: readonly Rule[], { clock, hide }: PolicyOptions): Policies {
  const analyses = new WeakMap<object, Analysis>();
  const configuration = configurationReader(clock);
  const inHand = requestsInHand();
  const askedAlone = rules.filter(isAskedAlone);

  const judge = (assessments: readonly Assessment[], layer: Layer, { settings }: PackSettings): Judged => {
    const runs = assessments.map((assessment) =>
      runRules(assessment, settings, { rules: layer === "stack" ? rules : askedAlone, layer }),
    );
    return {
      layer,
      findings: groupByName(runs.flatMap(({ findings }) => findings)),
      failed: new Map(runs.flatMap(({ failed }) => failed.map(({ name, message }) => [name, message]))),
    };
  };

  const once = (request: object | undefined, analyse: () => Judged | undefined): Analysis => {
    if (request === undefined) return undefined;
    if (!analyses.has(request)) analyses.set(request, attempt(analyse));
    return analyses.get(request);
  };

  const ofStack = ({ resources }: StackValidationArgs): Analysis =>
    once(resources[0] && requestOf(resources[0]), () =>
      judge(assessStack(resources, configuration.current()), "stack", configuration.current()),
    );

  const ofResource = (args: ResourceValidationArgs): Analysis =>
    once(requestOf(args), () => {
      const assessed = assessResource(args, configuration.current());
      return assessed === undefined ? undefined : judge([assessed.assessment], assessed.layer, configuration.current());
    });

  const reported = new Set<string>();

  const failures = new WeakSet<object>();

  /** By the first policy that is not switched off: a failure must not be silent because one policy is. */
  const reportFailure = (analysis: Analysis, violation: ReportViolation): void => {
    if (analysis === undefined || !("failure" in analysis) || failures.has(analysis)) return;
    failures.add(analysis);
    violation(hide(`This could not be judged, ${NOT_JUDGED}: ${analysis.failure}`));
  };

  const report = (rule: Rule, analysis: Analysis, violation: ReportViolation): void => {
    reportFailure(analysis, violation);
    if (analysis === undefined || "failure" in analysis) return;
    const { layer, findings, failed } = analysis;
    for (const finding of findings.get(rule.name) ?? []) {
      const { message, urn } = violationOf(finding, hide);
      const key = `${urn ?? ""}\n${message}`;
      // What a resource was told before it was created is not told again for the stack.
      if (layer === "stack" && reported.has(key)) continue;
      if (layer !== "stack") reported.add(key);
      violation(message, urn);
    }
    const failure = failed.get(rule.name);
    if (failure !== undefined) violation(hide(`${rule.id} could not be checked, ${NOT_JUDGED}: ${failure}`));
  };

  const readConfiguration = (args: Pick<StackValidationArgs, "getConfig">, violation: ReportViolation): void => {
    for (const problem of configuration.read(args.getConfig())) violation(`Configuration of the pack: ${problem}`);
  };

  const settingsPolicy: TwoLayers = {
    name: "meshtls",
    displayName: "meshtls",
    description: "The pack is configured rightly and could judge what it was given.",
    enforcementLevel: "mandatory",
    configSchema: { properties: settingsSchema() },
    validateResource: (args, violation) => {
      readConfiguration(args, violation);
      const analysis = ofResource(args);
      reportFailure(analysis, violation);
      inHand.begin(speakersOf(analysis));
    },
    validateStack: (args, violation) => {
      readConfiguration(args, violation);
      const analysis = ofStack(args);
      reportFailure(analysis, violation);
      inHand.begin(speakersOf(analysis));
    },
  };

  return [
    settingsPolicy,
    ...rules.map((rule): TwoLayers => {
      const validateStack = (args: StackValidationArgs, violation: ReportViolation): void =>
        report(rule, ofStack(args), violation);
      const validateResource = (args: ResourceValidationArgs, violation: ReportViolation): void =>
        report(rule, ofResource(args), violation);
      const isAlone = isAskedAlone(rule);
      return {
        name: rule.name,
        displayName: `${rule.id} ${rule.name}`,
        description: rule.why,
        enforcementLevel: rule.severity === "error" ? "mandatory" : "advisory",
        severity: rule.severity === "error" ? "high" : "low",
        remediationSteps: rule.fix,
        url: docsUrl(rule),
        tags: ["istio", "mtls", "opentelemetry"],
        // The SDK passes over a policy that has no function to call.
        get validateStack() {
          return inHand.isSilent(rule.name) ? undefined : validateStack;
        },
        get validateResource() {
          return !isAlone || inHand.isSilent(rule.name) ? undefined : validateResource;
        },
      } as TwoLayers;
    }),
  ];
}
