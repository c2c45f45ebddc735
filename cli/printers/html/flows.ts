import { describeRef } from "../../../policies/mtls/objects";
import type { Report, ReportFlow } from "../../report";
import { describeFlow, describeServers } from "../words";
import { html, type Markup } from "./markup";
import { badge } from "./outcomes";

/** A flow with its place in the report, which names it within the page. */
export interface Numbered {
  readonly flow: ReportFlow;
  readonly anchor: string;
}

export const numbered = ({ flows }: Report): Numbered[] =>
  flows.map((flow, at) => ({ flow, anchor: `flow-${at + 1}` }));

/** Every flow; what led to it opens on a click. */
export const flowsSection = (flows: readonly Numbered[]): Markup =>
  html` <section aria-labelledby="flows-title">
    <h2 id="flows-title">Flows</h2>
    <p class="none" id="nothing" hidden>No flow fits the search.</p>
    ${flows.map(flowDetails)}
  </section>`;

function flowDetails({ flow, anchor }: Numbered): Markup {
  const { outcome, symptom, because, evidence = [], assumptions, undecided = [], origin } = flow;
  return html`<details class="flow" id="${anchor}" data-outcome="${outcome}">
    <summary>
      ${badge(outcome)}
      <span class="name">${describeFlow(flow)}</span>${symptom === undefined ? "" : html` <code>${symptom}</code>`}
    </summary>
    <div class="body">
      <p>
        ${describeRef(flow.from)} → <code>${flow.to.host}:${flow.to.port}</code>,
        ${flow.protocol}${flow.tls ? " over the application's own TLS" : ""};
        ${origin === "declared" ? "declared" : html`found in ${origin.object} <code>${origin.path}</code>`}
      </p>
      <ul>
        ${describeServers(flow).map((line) => html`<li>${line}</li>`)}
      </ul>
      ${list(
        "Because",
        because.map(({ object, says }) => html`${object === undefined ? "" : html`<b>${object}</b>: `}${says}`),
      )}
      ${list(
        "Not known",
        undecided.map(({ object, path }) => html`<b>${object}</b> <code>${path}</code>`),
      )}
      ${list(
        "Assumed",
        assumptions.map((assumption) => html`${assumption}`),
      )}
      ${
        evidence.length === 0
          ? ""
          : html`<table>
              <caption>
                Looked at
              </caption>
              <thead>
                <tr>
                  <th scope="col">result</th>
                  <th scope="col">step</th>
                  <th scope="col">object</th>
                  <th scope="col">says</th>
                </tr>
              </thead>
              <tbody>
                ${evidence.map(
                  ({ won, step, object, says }) =>
                    html`<tr>
                      <td>${won ? "won" : "lost"}</td>
                      <td>${step}</td>
                      <td>${object}</td>
                      <td>${says}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
    </div>
  </details> `;
}

const list = (title: string, items: readonly Markup[]): Markup =>
  items.length === 0
    ? html``
    : html`<h3>${title}</h3>
        <ul>
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>`;
