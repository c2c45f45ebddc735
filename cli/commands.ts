import type { Arguments } from "./arguments";
import type { Io } from "./io";
import type { OptionName } from "./options";

/** A command as help, argument checking and the launcher see it; its code is loaded only when it runs. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Positional arguments as help shows them. */
  readonly positionals: string;
  /** How many positional arguments there may be. */
  readonly count: readonly [least: number, most: number];
  readonly options: readonly OptionName[];
  /** Values of `--format`; the first is the default. */
  readonly formats: readonly string[];
  readonly details: string;
  readonly examples: readonly string[];
  load(): Promise<Run>;
}

/** Runs a command and gives its exit code. */
export type Run = (args: Arguments, io: Io) => Promise<number>;

const ANY = Number.POSITIVE_INFINITY;
const FLOWS: readonly OptionName[] = ["flow", "flows"];
const CLUSTER: readonly OptionName[] = ["kubeconfig", "context"];
const SOURCES: readonly OptionName[] = ["state", "preview", "cluster", "live", ...CLUSTER];
const FACTS: readonly OptionName[] = ["now", "istio-version", "cluster-domain", "collector-image"];
const GENERAL: readonly OptionName[] = ["config", "quiet", "help", "version"];

const PATH = `PATH is a file, a folder (searched for .yaml, .yml and .json) or - for standard input: YAML or JSON, any number of
documents, kubectl's lists and helm's output included. --live reads a cluster instead (docs/verify.md: what it asks, which
privileges it needs); it changes nothing there and lists no Secrets.`;

const FROM = `FROM is namespace/name or namespace/Kind/name of a workload or Pod, or cidr:10.0.0.0/24 for hosts outside the mesh.
HOST is as the client writes it: a short name is looked up from the client's namespace.`;

export const COMMANDS: readonly Command[] = [
  {
    name: "check",
    summary: "say what every client sends, what every port accepts, and what is wrong",
    positionals: "[PATH…]",
    count: [0, ANY],
    options: [
      ...FLOWS,
      ...SOURCES,
      "namespace",
      "format",
      "output",
      "fail-on",
      "rule",
      "baseline",
      "write-baseline",
      "until",
      ...FACTS,
      "evidence",
      ...GENERAL,
    ],
    formats: ["text", "json", "markdown", "sarif", "junit", "github", "html"],
    details: `${PATH}

Flows are found in the manifests (OTLP endpoints, exporters, scrape jobs, telemetry providers) besides those you declare.
Everything that is given is one mesh: several stacks, say, in which clients of one send to a collector of another.
${FROM}

A finding is suppressed on its object, with a reason and an end date:
  meshtls.dev/ignore: "RULE[,RULE]; until=2027-02-01; reason=…"

Exit codes: 0 nothing at or above --fail-on · 1 findings, or a declared flow that is refused · 2 wrong usage · 3 input that
cannot be read (nothing is judged then).`,
    examples: [
      "meshtls check k8s/",
      "helm template shop ./chart | meshtls check -",
      "kubectl get -A -o json ns,deploy,sts,ds,svc,cm,peerauthentication,destinationrule | meshtls check -",
      "meshtls check --flow 'shop/orders -> otel-collector.monitoring:4317' k8s/",
      "meshtls check --live --context staging --namespace shop",
      "meshtls check --preview preview.json --format sarif --output meshtls.sarif",
      "meshtls check --state platform.json --state shop.json",
    ],
    load: async () => (await import("./check")).check,
  },
  {
    name: "explain",
    summary: "say what led to one verdict, and the smallest change that would alter it",
    positionals: "FROM HOST:PORT [PATH…]",
    count: [2, ANY],
    options: [...SOURCES, "format", "output", ...FACTS, ...GENERAL],
    formats: ["text", "json", "markdown", "mermaid"],
    details: `${FROM}
https:// before HOST: the application itself speaks TLS.

${PATH}

Exit codes: 0 explained · 2 wrong usage, or FROM is not found or ambiguous · 3 input that cannot be read.`,
    examples: [
      "meshtls explain shop/orders otel-collector.monitoring:4317 k8s/",
      "meshtls explain shop/orders otel-collector.monitoring:4317 --live",
      "meshtls explain shop/orders otel-collector.monitoring:4317 --format mermaid k8s/",
    ],
    load: async () => (await import("./explain")).explain,
  },
  {
    name: "fix",
    summary: "offer patches that make refused flows work, each checked by asking again",
    positionals: "[PATH…]",
    count: [0, ANY],
    options: [...FLOWS, ...SOURCES, "namespace", "format", "output", "write", ...FACTS, ...GENERAL],
    formats: ["text", "json"],
    details: `Offers are ranked: injecting a sidecar before removing a wildcard rule before opening one port. Each was applied to the
objects and asked again; none makes another flow worse. Nothing is written without --write.

${PATH}
${FROM}

Exit codes: 0 answered · 2 wrong usage · 3 input that cannot be read.`,
    examples: ["meshtls fix k8s/", "meshtls fix --write k8s/", "helm template shop ./chart | meshtls fix -"],
    load: async () => (await import("./fix")).fix,
  },
  {
    name: "diff",
    summary: "show which verdicts change between two sets of objects",
    positionals: "BEFORE AFTER",
    count: [2, 2],
    options: [...FLOWS, "cluster", "kubeconfig", "format", "output", ...FACTS, ...GENERAL],
    formats: ["text", "json", "markdown"],
    details: `BEFORE and AFTER are each a file or a folder of manifests, a \`pulumi stack export\`, a \`pulumi preview --json --show-sames\`, or a
cluster: live: is that of the current context, live:NAME that of another one.

Exit codes: 0 no verdict got worse · 1 one did · 2 wrong usage · 3 input that cannot be read.`,
    examples: [
      "meshtls diff main/k8s k8s",
      "meshtls diff --format markdown state.json preview.json",
      "meshtls diff live:staging live:production",
    ],
    load: async () => (await import("./diff")).diff,
  },
  {
    name: "diagnose",
    summary: "read an error log back to its causes; with manifests, to the object that is the cause",
    positionals: "[FILE|-] [PATH…]",
    count: [0, ANY],
    options: [...FLOWS, ...SOURCES, "format", "output", ...FACTS, ...GENERAL],
    formats: ["text", "json"],
    details: `FILE is a log, or - (the default) for standard input: lines of proxies, agents, exporters and collectors, wrapped, quoted or
interleaved as they come. What is not recognised is passed over; nothing is guessed from it.
With PATH, --state or --preview the flows in there that end just as the log says are named, with the objects that decide.

${PATH}
${FROM}

Exit codes: 0 answered, also when nothing is recognised · 2 wrong usage · 3 input that cannot be read.`,
    examples: [
      "kubectl logs deploy/order-core -n staging-webs --all-containers | meshtls diagnose",
      "meshtls diagnose error.log k8s/",
      "kubectl logs deploy/order-core -n staging-webs --all-containers | meshtls diagnose --live",
      "meshtls diagnose --format json error.log",
    ],
    load: async () => (await import("./diagnose")).diagnose,
  },
  {
    name: "verify",
    summary: "after a deployment: whether what runs in a cluster is what was meant; exit 0 only when everything holds",
    positionals: "",
    count: [0, 0],
    options: [
      ...CLUSTER,
      "namespace",
      ...FLOWS,
      "traces",
      "prometheus",
      "header",
      "since",
      "wait",
      "fail-on",
      "format",
      "output",
      ...FACTS,
      ...GENERAL,
    ],
    formats: ["text", "json", "markdown", "junit"],
    details: `One row per check and object: it holds, it does not hold, or it is unknown, with why and what to do.
  rollout   what was deployed is what runs
  pods      the pods are ready
  sidecar   pods have the proxy that they should have (classic or native), and it is ready
  verdict   what clients send, their servers accept: the same answers as \`check --live\` gives
  logs      of agents, collectors and proxies, read as \`diagnose\` reads them: no failed export, no refused connection
  traces    the store has recent traces of each service that sends some (with --traces)
  targets   Prometheus reaches what it scrapes (with --prometheus)

Unknown is never a pass: it fails like what does not hold, unless --fail-on error says that it is to stop nothing.
Give --namespace for what was deployed; without it every namespace is looked at. An error in a log counts until it is older
than --since: in a pipeline take --since shorter than --wait. docs/verify.md has the privileges, and a pipeline.

Exit codes: 0 everything holds · 1 something does not, or is unknown · 2 wrong usage · 3 the cluster cannot be reached, or does
not let everything be listed that decides (nothing is judged then).`,
    examples: [
      "meshtls verify --namespace shop --wait 5m --since 2m",
      "meshtls verify -n shop --traces tempo=http://localhost:3200 --prometheus http://localhost:9090",
      "MESHTLS_HEADER='Authorization: Bearer …' meshtls verify --traces jaeger=https://jaeger.example --format junit -o verify.xml",
    ],
    load: async () => (await import("./verify")).verify,
  },
  {
    name: "rules",
    summary: "list the rules, or show one with its examples",
    positionals: "[NAME]",
    count: [0, 1],
    options: ["format", ...GENERAL],
    formats: ["text", "json"],
    details: "NAME is the name or the id of a rule.",
    examples: ["meshtls rules", "meshtls rules mesh-wide-tls-rule"],
    load: async () => (await import("./rules")).rules,
  },
];
