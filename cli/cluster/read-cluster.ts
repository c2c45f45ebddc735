import type { Manifest, Source } from "../../policies/mtls/objects";
import { UnreadableInput } from "../sources/index";
import { withoutBallast } from "../sources/ballast";
import { configMapsNamedBy, isNeeded, namespacedName } from "./config-maps";
import { Unanswered } from "./http-get";
import { inParallel } from "./in-parallel";
import { bag, isBag, parseJson, type Bag } from "./json";
import { CONFIG_MAPS, LIVE_KINDS, resourceName, type LiveKind } from "./kinds";
import { unreadable, type ApiServer } from "./kubeconfig";
import { describeStatus, JSON_OBJECTS, listAll, patiently, type Listing, type ListOptions } from "./list";
import { pathsOf, servedGroups, type Served } from "./served";

/** The objects of a cluster, as they stood while they were listed. */
export interface ClusterObjects {
  readonly manifests: readonly Manifest[];
  /** What is not there and changes what the answers mean. */
  readonly assumptions: readonly string[];
}

export interface ReadOptions extends Pick<ListOptions, "pause"> {
  /** Told what is being read, for progress. */
  readonly onProgress?: (what: string) => void;
  /** Sees every object whole, before what no verdict needs is taken off it. */
  readonly onObject?: (object: unknown) => void;
}

/** The API server's own limits on one client are well above this. */
const PARALLEL = 6;
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/**
 * Lists every kind that the engine reads, in the whole cluster: rules of Istio reach across namespaces.
 * @throws UnreadableInput with everything that could not be read; nothing of it may be taken for empty
 */
export async function readCluster(server: ApiServer, options: ReadOptions = {}): Promise<ClusterObjects> {
  const served = await groupsOf(server);
  const source: Source = { cluster: server.context };
  const manifests: Manifest[] = [];
  const referenced = new Set<string>();
  const problems: string[] = [];
  const take = (object: unknown): void => {
    for (const name of configMapsNamedBy(object)) referenced.add(name);
    manifests.push({ object, source });
  };

  const listings = await inParallel(LIVE_KINDS, PARALLEL, async (kind) => ({
    kind,
    listing: await listKind(server, served, kind, options),
  }));
  const configMaps: unknown[] = [];
  for (const { kind, listing } of listings) {
    if ("problem" in listing) problems.push(problemOf(kind, "list", listing.problem));
    if (!("items" in listing)) continue;
    if (kind === CONFIG_MAPS) for (const item of listing.items) configMaps.push(metadataOf(item));
    else listing.items.forEach(take);
  }
  const needed = configMaps.filter((metadata) => isNeeded(metadata, referenced)).map(namespacedName);
  const contents = await inParallel(needed, PARALLEL, (name) => getConfigMap(server, name, options));
  for (const content of contents)
    if (typeof content === "string") problems.push(problemOf(CONFIG_MAPS, "get", content));
    else if (content !== undefined) take(content);

  if (problems.length > 0)
    throw unreadable(...new Set(problems.map((problem) => `context ${server.context}: ${problem}`)));
  return { manifests, assumptions: assumptionsOf(served) };
}

async function groupsOf(server: ApiServer): Promise<Served> {
  let problem: string;
  try {
    const served = await servedGroups(server);
    if (!("problem" in served)) return served;
    problem = `asking ${server.address} for its API groups ${served.problem}`;
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    problem = `the API server ${server.address} ${error.message}`;
  }
  throw new ClusterUnreachable(unreadable(`context ${server.context}: ${problem}`).problems);
}

/** The cluster does not answer, or lets nobody in: it may later. */
export class ClusterUnreachable extends UnreadableInput {}

/** A group may serve an older version of some kind only. */
async function listKind(
  server: ApiServer,
  served: Served,
  kind: LiveKind,
  { onProgress = () => {}, onObject = () => {}, pause }: ReadOptions,
): Promise<Listing> {
  let count = 0;
  for (const { apiVersion, path } of pathsOf(served, kind)) {
    const listing = await listAll(server, path, {
      accept: kind === CONFIG_MAPS ? METADATA_ONLY : JSON_OBJECTS,
      keep: (item) => {
        onProgress(`listing ${resourceName(kind)}: ${++count}`);
        const object = kind === CONFIG_MAPS ? item : typed(item, apiVersion, kind);
        onObject(object);
        return withoutBallast(object);
      },
      ...(pause === undefined ? {} : { pause }),
    });
    if (!("absent" in listing)) return listing;
  }
  return { absent: true };
}

/** Items of a list name no type of their own. */
const typed = (item: unknown, apiVersion: string, { kind }: LiveKind): unknown =>
  isBag(item) ? Object.assign(item, { apiVersion, kind }) : item;

const metadataOf = (item: unknown): unknown => bag(item)["metadata"];

/** @returns the object; `undefined` when it has gone since; a text when it may not be read */
async function getConfigMap(
  server: ApiServer,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { pause }: ReadOptions,
): Promise<Bag | string | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`;
  const answer = await patiently(() => server.get(path, JSON_OBJECTS), pause);
  if (typeof answer === "string") return answer;
  if (answer.status === 404) return undefined;
  const object = parseJson(answer.body);
  return answer.status === 200 && isBag(object) ? object : describeStatus(answer);
}

const DOING = { list: "listing", get: "reading" } as const;

const problemOf = (kind: LiveKind, verb: keyof typeof DOING, problem: string): string =>
  `${DOING[verb]} ${resourceName(kind)} ${problem}: without them nobody can tell ${kind.decides}` +
  (problem.includes("403")
    ? `; allow "${verb}" on them in all namespaces (docs/meshtls-reader.yaml is the whole role)`
    : "");

const ISTIO = ["networking.istio.io", "security.istio.io"];

const assumptionsOf = (served: Served): string[] => {
  const missing = ISTIO.filter((group) => !served.has(group));
  return missing.length === 0
    ? []
    : [`the cluster serves no ${missing.join(" and no ")}: there is no such rule in it, as in a cluster without Istio`];
};
