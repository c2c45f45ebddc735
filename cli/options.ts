/** Every option of every command, once: what help, arguments, environment and configuration file are made from. */
export interface OptionSpec {
  readonly type: "text" | "flag";
  /** May be given more than once. */
  readonly multiple?: true;
  readonly short?: string;
  /** What the value is called in help. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly kind?: "date" | "duration" | "version" | "domain";
  /** Says nothing without this flag, where the command has it. */
  readonly onlyWith?: "live";
  readonly help: string;
}

export const THRESHOLDS = ["error", "unknown", "warning"] as const;
export type Threshold = (typeof THRESHOLDS)[number];

export const OPTIONS = {
  flow: {
    type: "text",
    multiple: true,
    value: "'FROM -> HOST:PORT'",
    help: "answer this flow too; https:// before HOST: the application speaks TLS; grpc:// and tcp:// say its protocol",
  },
  flows: { type: "text", multiple: true, value: "FILE", help: "answer the flows of a YAML file" },
  state: { type: "text", multiple: true, value: "FILE", help: "read the output of `pulumi stack export`" },
  preview: {
    type: "text",
    multiple: true,
    value: "FILE",
    help: "read the output of `pulumi preview --json --show-sames`",
  },
  cluster: {
    type: "text",
    value: "NAME",
    help: "of stacks of several clusters, only this one: the address of its API server, else the context of its provider",
  },
  live: { type: "flag", help: "read the objects of the cluster that kubectl would ask" },
  kubeconfig: {
    type: "text",
    value: "FILE",
    onlyWith: "live",
    help: "ask the cluster of this kubeconfig [KUBECONFIG, else ~/.kube/config]",
  },
  context: {
    type: "text",
    value: "NAME",
    onlyWith: "live",
    help: "ask the cluster of this context of the kubeconfig [its current one]",
  },
  namespace: {
    type: "text",
    multiple: true,
    short: "n",
    value: "NAME",
    help: "report only what starts, ends or stands in this namespace; rules from everywhere still count",
  },
  format: { type: "text", value: "FORMAT", help: "print as" },
  output: { type: "text", short: "o", value: "FILE", help: "write the result to a file instead of standard output" },
  "fail-on": {
    type: "text",
    value: "LEVEL",
    choices: THRESHOLDS,
    help: "exit 1 from this level on: error, unknown, warning (each includes those before it) [error; verify: unknown]",
  },
  rule: { type: "text", multiple: true, value: "NAME", help: "only this rule (name or id)" },
  baseline: { type: "text", value: "FILE", help: "findings in this file do not count until its end date" },
  "write-baseline": { type: "text", value: "FILE", help: "write today's findings as a baseline; needs --until" },
  until: { type: "text", value: "DATE", kind: "date", help: "the last day of the baseline that is written" },
  now: { type: "text", value: "DATE", kind: "date", help: "judge dates as on this day (YYYY-MM-DD) [today, UTC]" },
  "istio-version": { type: "text", value: "X.Y", kind: "version", help: "answer as this version of Istio does" },
  "cluster-domain": { type: "text", value: "DOMAIN", kind: "domain", help: "the cluster's DNS domain [cluster.local]" },
  "collector-image": {
    type: "text",
    multiple: true,
    value: "IMAGE",
    help: "an image that is a collector though its name does not say so, with or without its registry, without its tag",
  },
  evidence: { type: "flag", help: "list every object that was considered, winners and losers" },
  write: { type: "flag", help: "write the first patch of each flow to its file" },
  traces: {
    type: "text",
    value: "KIND=URL",
    help: "ask this trace store for traces of each service: jaeger=URL, tempo=URL or zipkin=URL",
  },
  prometheus: { type: "text", value: "URL", help: "ask this Prometheus whether its targets are up" },
  header: {
    type: "text",
    multiple: true,
    value: "'NAME: VALUE'",
    help: "send this to trace store and Prometheus, for example a tenant or a token; better as MESHTLS_HEADER",
  },
  since: { type: "text", value: "TIME", kind: "duration", help: "how far back logs and traces are looked at [10m]" },
  wait: {
    type: "text",
    value: "TIME",
    kind: "duration",
    help: "look again until everything holds, at most this long [not at all]",
  },
  config: { type: "text", value: "FILE", help: "options from this file [.meshtls.yaml where there is one]" },
  quiet: { type: "flag", short: "q", help: "only findings and problems" },
  help: { type: "flag", short: "h", help: "show help" },
  version: { type: "flag", short: "V", help: "show the version" },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

type NamesOf<T extends OptionSpec["type"]> = {
  [K in OptionName]: (typeof OPTIONS)[K] extends { type: T } ? K : never;
}[OptionName];

export type FlagName = NamesOf<"flag">;
export type ListName = {
  [K in OptionName]: (typeof OPTIONS)[K] extends { multiple: true } ? K : never;
}[OptionName];
export type TextName = Exclude<NamesOf<"text">, ListName>;

export const specOf = (name: OptionName): OptionSpec => OPTIONS[name];

export const isOptionName = (name: string): name is OptionName => Object.hasOwn(OPTIONS, name);

/** `fail-on` → `MESHTLS_FAIL_ON` */
export const variableOf = (name: OptionName): string => `MESHTLS_${name.toUpperCase().replaceAll("-", "_")}`;

/** Options that only make sense on the command line itself. */
export const COMMAND_LINE_ONLY: ReadonlySet<OptionName> = new Set(["help", "version", "config", "write"]);
