import { docsOfSignature } from "../symptoms/index";
import { DIRECTIONS, WRITERS } from "../symptoms/signature";
import { carrierOf, endpointOf, type Endpoint } from "./carrier";
import { addressed } from "./commands";
import type { Finding } from "./diagnosis";
import type { Hit } from "./record";

const LONGEST_TEXT = 480;

interface Group {
  readonly carrier: string | undefined;
  readonly hits: [Hit, ...Hit[]];
}

/** Groups what says the same thing in the same place; a mention that does not tell its place joins the others. */
export function findingsOf(hits: readonly Hit[]): Finding[] {
  const groups: Group[] = [];
  const saying = new Map<string, Group[]>();
  for (const hit of hits) {
    const says = `${hit.signature.id}|${hit.detail ?? ""}`;
    const carrier = carrierOf(hit.record);
    const alike = saying.get(says) ?? [];
    saying.set(says, alike);
    const group = alike.find((one) => carrier === undefined || one.carrier === carrier);
    if (group !== undefined) group.hits.push(hit);
    else {
      const added: Group = { carrier, hits: [hit] };
      groups.push(added);
      alike.push(added);
    }
  }
  return groups.map((group) => findingOf(group.hits));
}

function findingOf(hits: readonly [Hit, ...Hit[]]): Finding {
  const [{ signature, detail, line, record }] = hits;
  const { id, title, writer, direction, meaning, causes, commands, symptoms } = signature;
  const carrier = carrierOf(record);
  const endpoints = distinct(hits.flatMap((hit) => endpointOf(hit.record) ?? []));
  return {
    id,
    title,
    count: hits.length,
    firstLine: line,
    writer: { id: writer, says: WRITERS[writer] },
    ...(carrier === undefined ? {} : { carrier }),
    direction: { id: direction, says: DIRECTIONS[direction] },
    ...(detail === undefined ? {} : { detail }),
    meaning,
    causes,
    commands: commands.map((command) => addressed(command, endpoints)),
    symptoms,
    endpoints,
    text: shorten(record.text),
    docs: docsOfSignature(signature),
  };
}

const distinct = (endpoints: readonly Endpoint[]): Endpoint[] => [
  ...new Map(endpoints.map((endpoint) => [`${endpoint.host}:${endpoint.port}`, endpoint])).values(),
];

/** Keeps both ends: who speaks stands at the beginning, the reason at the end. */
function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  const half = LONGEST_TEXT / 2;
  return flat.length <= LONGEST_TEXT ? flat : `${flat.slice(0, half)} … ${flat.slice(-half)}`;
}
