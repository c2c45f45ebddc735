import { createHash } from "node:crypto";
import { OUTCOMES } from "../../policies/mtls/vocabulary";
import type { Report } from "../report";
import { summarize } from "../summary";
import { findingsSection, restSections } from "./html/findings";
import { flowsSection, numbered } from "./html/flows";
import { graph } from "./html/graph";
import { html, raw, type Markup } from "./html/markup";
import { matrix } from "./html/matrix";
import { badge } from "./html/outcomes";
import { SCRIPT } from "./html/script";
import { STYLE } from "./html/style";
import type { Printer } from "./index";

/** One page that needs nothing else: no network, no other file, and without its script it still says everything. */
export const printHtml: Printer = (report) => {
  const flows = numbered(report);
  return `${
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src '${digest(STYLE)}'; script-src '${digest(SCRIPT)}'; base-uri 'none'; form-action 'none'"
          />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>meshtls report</title>
          ${raw(`<style>${STYLE}</style>`)}
        </head>
        <body>
          <a class="skip" href="#main">Skip to the report</a>
          <header>
            <h1>meshtls report</h1>
            <p>${summarize(report.summary)}</p>
            ${counts(report)}
          </header>
          <main id="main">
            ${tools(report)} ${findingsSection(report)} ${matrix(flows)} ${graph(flows)}
            ${flows.length === 0 ? html`<p>There are no flows: none was declared, and the manifests reveal none.</p>` : flowsSection(flows)}
            ${restSections(report)}
          </main>
          <footer>Made by meshtls.</footer>
          ${raw(`<script>${SCRIPT}</script>`)}
        </body>
      </html>`.text
  }
`;
};

/** What the page's policy lets in; nothing that the input brought along can run. */
const digest = (text: string): Markup => raw(`sha256-${createHash("sha256").update(text).digest("base64")}`);

const outcomesOf = ({ flows }: Report) =>
  OUTCOMES.map((outcome) => ({ outcome, count: flows.filter((flow) => flow.outcome === outcome).length })).filter(
    ({ count }) => count > 0,
  );

const counts = (report: Report): Markup =>
  html`<ul class="counts" aria-label="Outcomes">
    ${outcomesOf(report).map(({ outcome, count }) => html`<li>${badge(outcome)} ${count}</li>`)}
  </ul>`;

const tools = (report: Report): Markup =>
  html`<div class="tools" role="search" aria-label="Flows">
    <label class="search" for="search"
      >Search (press /)<input id="search" type="search" autocomplete="off" placeholder="client, host, object, symptom"
    /></label>
    <fieldset>
      <legend>Show</legend>
      ${outcomesOf(report).map(
        ({ outcome }) =>
          html`<label><input type="checkbox" name="outcome" value="${outcome}" checked /> ${badge(outcome)}</label>`,
      )}
    </fieldset>
    <output id="status" class="faint" aria-live="polite"></output>
  </div>`;
