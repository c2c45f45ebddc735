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
import { runRules } from "../rules/run";
import { settingsSchema, type PackSettings } from "../settings";
import { assessResource, assessStack } from "./analysis";
import { configurationReader } from "./configuration";
import { docsUrl, NOT_JUDGED, violationOf } from "./violation";

/** A policy of both layers: CrossGuard runs each half where it belongs, under one name and one level. */
type TwoLayers = ResourceValidationPolicy & StackValidationPolicy;

interface Judged {
  readonly pack: PackSettings;
  readonly layer: Layer;
  readonly assessment: Assessment;
}

/** `failure`: a mistake of ours; it is reported once and counts as a violation. */
type Analysis = Judged | { readonly failure: string } | undefined;

/**
 * The part of a request that every policy is handed: the SDK copies the resources for each policy, but not this list. It tells that
 * two policies look at the same request, so that the work is done once.
 */
const requestOf = ({ opts }: Pick<PolicyResource, "opts">): object => opts.ignoreChanges;

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

  const once = (request: object | undefined, analyse: () => Judged | undefined): Analysis => {
    if (request === undefined) return undefined;
    if (!analyses.has(request)) analyses.set(request, attempt(analyse));
    return analyses.get(request);
  };

  const ofStack = ({ resources }: StackValidationArgs): Analysis =>
    once(resources[0] && requestOf(resources[0]), () => ({
      pack: configuration.current(),
      layer: "stack",
      assessment: assessStack(resources, configuration.current()),
    }));

  const ofResource = (args: ResourceValidationArgs): Analysis =>
    once(requestOf(args), () => {
      const assessed = assessResource(args, configuration.current());
      return assessed === undefined ? undefined : { ...assessed, pack: configuration.current() };
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
    const { assessment, layer } = analysis;
    const { findings, failed } = runRules(assessment, analysis.pack.settings, { rules: [rule], layer });
    for (const finding of findings) {
      const { message, urn } = violationOf(finding, hide);
      const key = `${urn ?? ""}\n${message}`;
      // What a resource was told before it was created is not told again for the stack.
      if (layer === "stack" && reported.has(key)) continue;
      if (layer !== "stack") reported.add(key);
      violation(message, urn);
    }
    for (const { id, message } of failed) violation(hide(`${id} could not be checked, ${NOT_JUDGED}: ${message}`));
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
      reportFailure(ofResource(args), violation);
    },
    validateStack: (args, violation) => {
      readConfiguration(args, violation);
      reportFailure(ofStack(args), violation);
    },
  };

  return [
    settingsPolicy,
    ...rules.map((rule): StackValidationPolicy | TwoLayers => {
      const metadata = {
        name: rule.name,
        displayName: `${rule.id} ${rule.name}`,
        description: rule.why,
        enforcementLevel: rule.severity === "error" ? ("mandatory" as const) : ("advisory" as const),
        severity: rule.severity === "error" ? ("high" as const) : ("low" as const),
        remediationSteps: rule.fix,
        url: docsUrl(rule),
        tags: ["istio", "mtls", "opentelemetry"],
        validateStack: (args: StackValidationArgs, violation: ReportViolation) =>
          report(rule, ofStack(args), violation),
      };
      if (rule.layer === "stack" || rule.severity === "warning") return metadata;
      return {
        ...metadata,
        validateResource: (args: ResourceValidationArgs, violation: ReportViolation) =>
          report(rule, ofResource(args), violation),
      };
    }),
  ];
}
