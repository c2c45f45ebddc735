import type { Mesh } from "../mesh";
import { flowFrom, type DiscoveredFlow, type Discovery, type Undiscovered } from "./discovered";
import { monitored } from "./prometheus-monitors";
import { podHost } from "./pod-host";
import { annotatedPods, annotatedServices, type ScrapedPort } from "./prometheus-annotations";
import { scrapersOf, type Scraper } from "./prometheus-scrapers";

const isIn = ({ workload }: ScrapedPort, namespaces: readonly string[] | undefined): boolean =>
  namespaces === undefined || namespaces.includes(workload.ref.namespace);

/** Everything that one scraper scrapes; each port by the address of the pod, as Prometheus dials it. */
function portsFor(mesh: Mesh, { jobs, followsMonitors }: Scraper): readonly ScrapedPort[] {
  return [
    ...jobs.flatMap(({ of, namespaces }) =>
      (of === "pods" ? annotatedPods(mesh) : annotatedServices(mesh)).filter((port) => isIn(port, namespaces)),
    ),
    ...(followsMonitors ? monitored(mesh).ports : []),
  ];
}

/**
 * Flows of Prometheus servers, and of collectors that discover their targets, to what they scrape. None when no scraper is among the
 * objects: nobody knows then whence the pods are scraped.
 */
export function prometheusFlows(mesh: Mesh): Discovery {
  const { scrapers, flows: fixed, undiscovered: unread } = scrapersOf(mesh);
  const flows: DiscoveredFlow[] = [...fixed];
  const undiscovered: Undiscovered[] = [...unread];
  for (const scraper of scrapers) {
    const from = flowFrom(scraper.workload.ref);
    for (const scraped of portsFor(mesh, scraper))
      if ("reason" in scraped) undiscovered.push({ ...scraped.origin, reason: scraped.reason });
      else
        flows.push({
          flow: { from, host: podHost(scraped.workload), port: scraped.port, protocol: "http", tls: scraped.tls },
          origin: scraped.origin,
        });
    if (scraper.followsMonitors) undiscovered.push(...monitored(mesh).unclear);
  }
  return { flows, undiscovered };
}
