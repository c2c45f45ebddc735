import { sameRef } from "../../../policies/mtls/objects";
import { OUTCOMES } from "../../../policies/mtls/vocabulary";
import { describeFlow, isNotable } from "../words";
import type { Numbered } from "./flows";
import { html, type Markup } from "./markup";
import { signOf } from "./outcomes";

/** More lines than this are a tangle; then only the flows that do not work are drawn. */
const MOST = 60;
const ROW = 34;
const WIDTH = 960;
const LEFT = 300;
const RIGHT = 600;
const LONGEST_NAME = 40;

/** Clients on the left, ports on the right, a line per flow. */
export function graph(flows: readonly Numbered[]): Markup {
  const drawn = flows.length <= MOST ? flows : worstFirst(flows.filter(({ flow }) => isNotable(flow))).slice(0, MOST);
  if (drawn.length === 0) return html``;
  const clients = places(drawn.map(({ flow }) => clientName(flow)));
  const ports = places(drawn.map(({ flow }) => portName(flow)));
  const edges = drawn.map((one, at) => edgeOf(one, countBefore(drawn, at), clients, ports));
  const height = Math.max(clients.size, ports.size) * ROW + 16;
  const node =
    (at: "start" | "end", x: number) =>
    ([name, y]: readonly [string, number]): Markup =>
      html`<text x="${x}" y="${y + 4}" text-anchor="${at}">${clip(name)}<title>${name}</title></text>`;
  return html` <section aria-labelledby="graph-title">
    <h2 id="graph-title">Who talks to whom</h2>
    ${drawn.length < flows.length ? html`<p>${drawn.length} of ${flows.length} flows are drawn: of those that were declared or do not work, the worst.</p>` : ""}
    <div class="scroll">
      <svg
        viewBox="0 0 ${WIDTH} ${height}"
        width="${WIDTH}"
        height="${height}"
        role="group"
        aria-labelledby="graph-title"
      >
        ${edges.map(line)} ${edges.map(sign)} ${[...clients].map(node("end", LEFT - 10))}
        ${[...ports].map(node("start", RIGHT + 10))}
      </svg>
    </div>
  </section>`;
}

const worstFirst = (flows: readonly Numbered[]): readonly Numbered[] =>
  [...flows].sort((a, b) => OUTCOMES.indexOf(a.flow.outcome) - OUTCOMES.indexOf(b.flow.outcome));

/** How many flows of the same client come before this one. */
const countBefore = (drawn: readonly Numbered[], at: number): number =>
  drawn.slice(0, at).filter(({ flow }) => sameRef(flow.from, drawn[at]?.flow.from ?? flow.from)).length;

type Places = ReadonlyMap<string, number>;

const places = (names: readonly string[]): Places =>
  new Map([...new Set(names)].sort().map((name, at) => [name, at * ROW + ROW / 2 + 8]));

/** Names that begin alike end otherwise: both ends stay. */
const clip = (name: string): string =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME / 2)}…${name.slice(1 - LONGEST_NAME / 2)}`;

/** Where on its line a flow's sign stands: those of one client one after the other, so that none covers another. */
const SIGN_AT = [0.12, 0.2, 0.28, 0.36, 0.44, 0.52, 0.6, 0.68, 0.76] as const;

/** A point of the Bézier curve that is drawn below, at 0…1 of it. */
function onCurve(t: number, start: number, end: number): readonly [x: number, y: number] {
  const middle = (LEFT + RIGHT) / 2;
  const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  const at = (points: readonly number[]): number =>
    Math.round(points.reduce((sum, point, index) => sum + point * (weights[index] ?? 0), 0) * 10) / 10;
  return [at([LEFT, middle, middle, RIGHT]), at([start, start, end, end])];
}

interface Edge extends Numbered {
  readonly start: number;
  readonly end: number;
  readonly sign: readonly [x: number, y: number];
}

function edgeOf({ flow, anchor }: Numbered, nth: number, clients: Places, ports: Places): Edge {
  const start = clients.get(clientName(flow)) ?? 0;
  const end = ports.get(portName(flow)) ?? 0;
  return { flow, anchor, start, end, sign: onCurve(SIGN_AT[nth % SIGN_AT.length] ?? 0.2, start, end) };
}

/** Lines come before all signs, so that none is drawn over a sign. */
function line({ flow, anchor, start, end }: Edge): Markup {
  const middle = (LEFT + RIGHT) / 2;
  return html`<path
    class="line ${flow.outcome}"
    data-flow="${anchor}"
    d="M${LEFT} ${start} C${middle} ${start} ${middle} ${end} ${RIGHT} ${end}"
  />`;
}

function sign({ flow, anchor, sign: [x, y] }: Edge): Markup {
  const { outcome, symptom } = flow;
  const label = `${describeFlow(flow)}: ${outcome}${symptom === undefined ? "" : `, ${symptom}`}`;
  return html`<a href="#${anchor}" class="edge ${outcome}" data-flow="${anchor}" aria-label="${label}">
    <title>${label}</title>
    <circle cx="${x}" cy="${y}" r="9" />
    <text x="${x}" y="${y + 4}" text-anchor="middle">${signOf(outcome)}</text>
  </a>`;
}

const clientName = ({ from }: Numbered["flow"]): string =>
  from.namespace === "" ? from.name : `${from.namespace}/${from.name}`;
const portName = ({ to }: Numbered["flow"]): string => `${to.host.replace(/\.svc\..*$/, "")}:${to.port}`;
