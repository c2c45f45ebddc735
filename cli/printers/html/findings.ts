import { describeLocation, type Report, type ReportFinding } from "../../report";
import { html, type Markup } from "./markup";

/** Findings, what is not known, exceptions and what was put aside. */
export const findingsSection = ({ findings }: Report): Markup =>
  html` <section aria-labelledby="findings-title">
    <h2 id="findings-title">Findings</h2>
    ${findings.length === 0 ? html`<p>Nothing was found.</p>` : findings.map(findingDetails)}
  </section>`;

function findingDetails({
  id,
  name,
  severity,
  object,
  path,
  location,
  message,
  why,
  fix,
  docs,
}: ReportFinding): Markup {
  const where = describeLocation(location);
  return html`<details class="finding ${severity}">
    <summary>
      <span class="badge ${severity}"
        ><span aria-hidden="true">${severity === "error" ? "✕" : "!"}</span> ${severity}</span
      >
      <b>${id}</b> ${name} <span class="name">${object}</span>
    </summary>
    <div class="body">
      <p class="message">${message}</p>
      <dl>
        ${
          where === ""
            ? ""
            : html`<dt>where</dt>
                <dd><code>${where}</code></dd>`
        }${
          path === ""
            ? ""
            : html`<dt>field</dt>
                <dd><code>${path}</code></dd>`
        }
        <dt>why</dt>
        <dd>${why}</dd>
        <dt>fix</dt>
        <dd>${fix}</dd>
        <dt>see</dt>
        <dd><code>${docs}</code></dd>
      </dl>
    </div>
  </details> `;
}

export const restSections = ({ exceptions, suppressed, undecided, assumptions }: Report): Markup =>
  html` ${table(
    "Not known",
    ["object", "field", "where", "what cannot be told"],
    undecided.map(({ object, path, location, message }) => [object, path, describeLocation(location), message]),
  )}
  ${table(
    "Exceptions",
    ["exception", "mode", "state", "owner", "approver", "ticket", "until", "days left"],
    exceptions.map(({ namespace, name, mode, state, owner, approver, ticket, expires, daysLeft }) => [
      `${namespace}/${name}`,
      mode ?? "unreadable",
      state,
      owner,
      approver ?? "",
      ticket ?? "",
      expires ?? "",
      daysLeft === null ? "" : String(daysLeft),
    ]),
  )}
  ${table(
    "Suppressed",
    ["rule", "object", "until", "by", "reason"],
    suppressed.map(({ id, name, object, suppression: { until, by, reason } }) => [
      `${id} ${name}`,
      object,
      until,
      by,
      reason,
    ]),
  )}
  ${
    assumptions.length === 0
      ? ""
      : html`<section aria-labelledby="assumed-title">
          <h2 id="assumed-title">Assumed</h2>
          <ul>
            ${assumptions.map((assumption) => html`<li>${assumption}</li>`)}
          </ul>
        </section>`
  }`;

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return html``;
  const id = `${title.toLowerCase().replaceAll(" ", "-")}-title`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((value) => html`<td>${value}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
