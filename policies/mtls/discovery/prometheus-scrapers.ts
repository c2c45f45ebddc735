import { isUnknown, type Known } from "../known";
import type { Container, Mesh, Workload } from "../mesh";
import { parseYaml } from "../yaml";
import { collectors } from "./collector";
import { scrapeConfigsOf } from "./collector-flows";
import { flowFrom, type Discovery } from "./discovered";
import { environmentOf } from "./environment";
import { field } from "./fields";
import { perMesh } from "./lookup";
import { mountedFile } from "./mounted-file";
import { hole, knownText } from "./partial-text";
import { readScrapeConfigs, type AnnotationJob } from "./prometheus-scrape-configs";

/** A workload that scrapes others. */
export interface Scraper {
  readonly workload: Workload;
  /** Jobs that go by annotations. */
  readonly jobs: readonly AnnotationJob[];
  /** True when PodMonitors and ServiceMonitors say what it scrapes. */
  readonly followsMonitors: boolean;
}

interface Scrapers extends Discovery {
  readonly scrapers: readonly Scraper[];
}

const PROMETHEUS_IMAGE = /(?:^|\/)(?:prom|prometheus)\/prometheus(?::[^/]*)?$/;
const DEFAULT_FILE = "/etc/prometheus/prometheus.yml";

const isPrometheus = ({ image, init }: Container): boolean =>
  !init && image !== undefined && !isUnknown(image) && PROMETHEUS_IMAGE.test(image.replace(/@.*$/, ""));

const settled = (list: Known<readonly string[]>): readonly string[] => (isUnknown(list) ? [] : list);

function configFile(mesh: Mesh, workload: Workload, container: Container): string {
  const { expand } = environmentOf(mesh, workload, container);
  const line = [...settled(container.command), ...settled(container.args)].map((text) => expand(text).text);
  const flag = /^--config\.file=(.+)$/;
  return line.map((text) => flag.exec(text)?.[1]).find((path) => path !== undefined) ?? DEFAULT_FILE;
}

/** What everyone's Prometheus does whose jobs nobody can see: annotated pods and Services, and monitors where there are any. */
const customary = (workload: Workload): Scrapers => ({
  scrapers: [
    {
      workload,
      jobs: [
        { of: "pods", namespaces: undefined },
        { of: "services", namespaces: undefined },
      ],
      followsMonitors: true,
    },
  ],
  flows: [],
  undiscovered: [],
});

function prometheusServer(mesh: Mesh, workload: Workload, container: Container): Scrapers {
  const mounted = mountedFile(mesh, workload, container, configFile(mesh, workload, container));
  if (mounted === undefined || "problem" in mounted) return customary(workload);
  const parsed = parseYaml(mounted.content);
  if ("error" in parsed)
    return {
      scrapers: [],
      flows: [],
      undiscovered: [{ object: mounted.object, path: mounted.path, reason: `it is no YAML: ${parsed.error}` }],
    };
  const { flows, undiscovered, jobs } = readScrapeConfigs(field(parsed.value, "scrape_configs"), {
    from: flowFrom(workload.ref),
    namespace: workload.ref.namespace,
    text: (value) =>
      isUnknown(value) ? hole("it is not known yet") : typeof value === "string" ? knownText(value) : undefined,
    place: (path) => ({ object: mounted.object, path: `${mounted.path}#scrape_configs${path}` }),
  });
  return { scrapers: [{ workload, jobs, followsMonitors: false }], flows, undiscovered };
}

/** The operator's target allocator turns monitors into targets of a collector. */
const followsAllocator = ({ raw }: Workload): boolean =>
  field(raw, "spec", "targetAllocator", "enabled") === true &&
  field(raw, "spec", "targetAllocator", "prometheusCR", "enabled") === true;

const collectorScrapers = (mesh: Mesh): readonly Scraper[] =>
  [...collectors(mesh).values()].flatMap((collector) => {
    if (collector.configuration === undefined) return [];
    const { workload } = collector;
    const jobs = scrapeConfigsOf(collector).flatMap((configs) => configs.jobs);
    const followsMonitors = followsAllocator(workload);
    return jobs.length > 0 || followsMonitors ? [{ workload, jobs, followsMonitors }] : [];
  });

/**
 * Prometheus servers, by their image, and collectors that discover their targets; with the flows that static targets mean.
 * A Prometheus whose configuration is not among the objects is taken to do what is customary.
 */
export const scrapersOf = perMesh((mesh): Scrapers => {
  const servers = mesh.workloads.flatMap((workload) => {
    const { containers } = workload;
    const container = isUnknown(containers) ? undefined : containers.find(isPrometheus);
    return container === undefined ? [] : [prometheusServer(mesh, workload, container)];
  });
  return {
    scrapers: [...servers.flatMap(({ scrapers }) => scrapers), ...collectorScrapers(mesh)],
    flows: servers.flatMap(({ flows }) => flows),
    undiscovered: servers.flatMap(({ undiscovered }) => undiscovered),
  };
});
