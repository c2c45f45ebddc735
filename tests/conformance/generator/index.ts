import type { Case, Features, Json } from "../case";
import { destinationRules } from "./destination-rules";
import { entries as someEntries, workloadEntry } from "./entries";
import { appsOf, flows, type World } from "./flows";
import { peerAuthentications } from "./peer-authentications";
import { pods as somePods } from "./pods";
import { Random } from "./random";
import { sidecars, virtualServices } from "./routing";
import { services as someServices } from "./services";
import type { Setting } from "./setting";
import { installations, namespaces, templates } from "./templates";

/**
 * Random meshes, small and full of collisions: few names, few ports, few moments, so that the rules of Istio meet in every order. The same
 * seed and number give the same mesh on every machine.
 */

/** `running`: pods as they are. `created`: templates that meet webhooks. `ambient`: the same with ztunnels. */
type Family = "running" | "created" | "ambient";

const family = (random: Random): Family =>
  random.weighted<Family>([
    [80, "running"],
    [9, "created"],
    [11, "ambient"],
  ]);

function setting(random: Random): Setting {
  const root = random.chance(0.1) ? "istio-config" : "istio-system";
  const isSameForAll = random.chance(0.08);
  return {
    random,
    namespaces: isSameForAll ? ["apps", "apps", "other"] : ["apps", "monitoring", "other"],
    root,
    domain: random.chance(0.06) ? "corp.local" : "cluster.local",
    hasClosedPorts: random.chance(0.15),
  };
}

const meshConfig = ({ random, root }: Setting): Json => ({
  ...(root === "istio-system" ? {} : { rootNamespace: root }),
  ...random.maybe(0.1, "enableAutoMtls", () => false),
  ...random.maybe(0.12, "outboundTrafficPolicy", () => ({ mode: random.pick(["REGISTRY_ONLY", "ALLOW_ANY"]) })),
  ...random.maybe(0.08, "defaultDestinationRuleExportTo", () => ["."]),
  ...random.maybe(0.05, "defaultServiceExportTo", () => [random.pick([".", "*"])]),
  ...random.maybe(0.05, "defaultVirtualServiceExportTo", () => [random.pick([".", "*"])]),
});

/** Only some namespaces are istiod's to watch. */
const DISCOVERED: Json = { discoverySelectors: [{ matchLabels: { mesh: "yes" } }] };

const watched = ({ random, namespaces, root }: Setting): readonly Json[] =>
  [...new Set([...namespaces, root])].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: name === root || random.chance(0.7) ? { mesh: "yes" } : {} },
  }));

function world(of: Setting, kind: Family): World {
  const hasAddresses = kind === "running";
  const pods = hasAddresses ? somePods(of) : templates(of, kind === "ambient");
  const services = someServices(of, pods);
  return { pods, services, entries: hasAddresses ? someEntries(of, pods, services) : [], hasAddresses };
}

/** A machine behind a Kubernetes Service. */
const machines = (of: Setting): readonly Json[] =>
  of.random.chance(0.08) ? [workloadEntry(of, of.namespaces[1], "otel", 8)] : [];

const featuresOf = (of: Setting, kind: Family): Features => ({
  ...(kind === "ambient" ? { ambient: true } : {}),
  ...of.random.maybe(0.06, "edsForHeadless", () => true),
});

/** Ages are distinct where istiod itself does not say which of two equally old policies counts. */
function distinctAges(objects: readonly Json[]): readonly Json[] {
  return objects.map((object, at) => {
    const meta = object["metadata"] as Json;
    return { ...object, metadata: { ...meta, creationTimestamp: `2026-01-01T00:00:${String(at).padStart(2, "0")}Z` } };
  });
}

/** The mesh of a number in the sequence of a seed. */
export function generate(seed: string, at: number): Case {
  const random = new Random(`${seed}/${at}`);
  const of = setting(random);
  const kind = family(random);
  const features = featuresOf(of, kind);
  const { pods, services, entries, hasAddresses } = world(of, kind);
  const policies = peerAuthentications(of, pods);
  const isWatchful = hasAddresses && random.chance(0.05);
  const config = { ...meshConfig(of), ...(isWatchful ? DISCOVERED : {}) };
  return {
    name: `${seed}/${at}`,
    ...(Object.keys(config).length === 0 ? {} : { meshConfig: config }),
    ...(of.domain === "cluster.local" ? {} : { clusterDomain: of.domain }),
    ...(Object.keys(features).length === 0 ? {} : { features }),
    ...(hasAddresses
      ? {}
      : {
          installations: installations(
            of,
            services.some(({ isHeadless }) => isHeadless),
          ),
        }),
    objects: [
      ...(hasAddresses ? [] : namespaces(of, kind === "ambient")),
      ...(isWatchful ? watched(of) : []),
      ...pods.map(({ object }) => object),
      ...services.flatMap(({ objects }) => objects),
      ...entries.flatMap(({ objects }) => objects),
      ...(hasAddresses ? machines(of) : []),
      ...(kind === "ambient" ? distinctAges(policies) : policies),
      ...destinationRules(of, services, entries, pods),
      ...sidecars(of, services, pods),
      ...virtualServices(of, services, pods),
    ],
    apps: appsOf({ pods }),
    flows: flows(of, { pods, services, entries, hasAddresses }),
  };
}
