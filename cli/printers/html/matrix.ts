import { worstOutcome } from "../../../policies/mtls/vocabulary";
import { describeFlow } from "../words";
import type { Numbered } from "./flows";
import { html, type Markup } from "./markup";
import { signOf } from "./outcomes";

const clientOf = ({ flow: { from } }: Numbered): string =>
  from.namespace === "" ? from.name : `${from.namespace}/${from.name}`;
const portOf = ({ flow: { to } }: Numbered): string => `${to.host}:${to.port}`;

/** The part of a host that tells it apart; its whole name stands in the title. */
const short = (port: string): string => port.replace(/\.svc\.[\w.-]+(?=:)/, "");

/** Clients × ports; each cell says how it ends in a sign, a word and a colour, and leads to the flow. */
export function matrix(flows: readonly Numbered[]): Markup {
  if (flows.length === 0) return html``;
  const ports = sorted(flows.map(portOf));
  const rows = new Map<string, Map<string, Numbered[]>>();
  for (const flow of flows) {
    const row = rows.get(clientOf(flow)) ?? new Map<string, Numbered[]>();
    rows.set(clientOf(flow), row);
    row.set(portOf(flow), [...(row.get(portOf(flow)) ?? []), flow]);
  }
  return html` <section aria-labelledby="matrix-title">
    <h2 id="matrix-title">Clients and ports</h2>
    <div class="window" tabindex="0" role="region" aria-labelledby="matrix-title">
      <table class="matrix">
        <caption>
          How each client's traffic to each port ends. ✕ refused, ? unknown, ○ plaintext, ◐ tls, ● mtls.
        </caption>
        <thead>
          <tr>
            <th scope="col">client</th>
            ${ports.map((port) => html`<th scope="col" title="${port}">${short(port)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${sorted([...rows.keys()]).map(
            (client) =>
              html`<tr>
                <th scope="row">${client}</th>
                ${ports.map((port) => cell(rows.get(client)?.get(port) ?? []))}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** Flows of one client to one port may differ in protocol; the worst shows. */
function cell(flows: readonly Numbered[]): Markup {
  const outcome = worstOutcome(flows.map(({ flow }) => flow.outcome));
  const shown = flows.find(({ flow }) => flow.outcome === outcome);
  if (shown === undefined) return html`<td class="empty"><span aria-label="no flow">·</span></td>`;
  const { symptom } = shown.flow;
  const label = `${describeFlow(shown.flow)}: ${outcome}${symptom === undefined ? "" : `, ${symptom}`}`;
  return html`<td class="${outcome}" data-flow="${flows.map(({ anchor }) => anchor).join(" ")}">
    <a href="#${shown.anchor}" aria-label="${label}" title="${label}"
      ><span aria-hidden="true">${signOf(outcome)}</span> ${outcome}</a
    >
  </td>`;
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
