import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Location, ReportFinding, SuppressedFinding } from "../report";
import { VERSION } from "../version";
import type { Printer } from "./index";

/** SARIF 2.1.0 (OASIS), as GitHub code scanning and editors read it. */
const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

const LEVEL = { error: "error", warning: "warning" } as const;

export const printSarif: Printer = (report) => {
  const all: readonly (ReportFinding | SuppressedFinding)[] = [...report.findings, ...report.suppressed];
  const rules = rulesOf(all);
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "meshtls",
            version: VERSION,
            semanticVersion: VERSION,
            rules: rules.map(({ id, name, severity, why, fix }) => ({
              id,
              name,
              shortDescription: { text: why },
              fullDescription: { text: why },
              help: { text: fix },
              defaultConfiguration: { level: LEVEL[severity] },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: all.map((finding) =>
          resultOf(
            finding,
            rules.findIndex(({ id }) => id === finding.id),
          ),
        ),
        properties: { summary: report.summary },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};

function rulesOf(findings: readonly ReportFinding[]): ReportFinding[] {
  const rules = new Map<string, ReportFinding>();
  for (const finding of findings) if (!rules.has(finding.id)) rules.set(finding.id, finding);
  return [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function resultOf(finding: ReportFinding | SuppressedFinding, ruleIndex: number): object {
  const { id, severity, object, path, message, location } = finding;
  return {
    ruleId: id,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: object === "" ? message : `${object}${path === "" ? "" : ` ${path}`}: ${message}` },
    locations: [
      {
        ...physicalLocation(location),
        ...(object === "" ? {} : { logicalLocations: [logicalLocation(object, path, location)] }),
      },
    ],
    // Line numbers move; the object, the field and the rule do not.
    partialFingerprints: { "meshtls/v1": fingerprint(id, object, path) },
    ...("suppression" in finding
      ? { suppressions: [{ kind: "external", status: "accepted", justification: justification(finding) }] }
      : {}),
  };
}

function physicalLocation(location: Location | undefined): object {
  if (location === undefined || !("file" in location)) return {};
  const region = location.line === undefined ? {} : { region: { startLine: location.line } };
  return { physicalLocation: { artifactLocation: { uri: uriOf(location.file) }, ...region } };
}

function logicalLocation(object: string, path: string, location: Location | undefined): object {
  const name = location !== undefined && "urn" in location ? location.urn : object;
  return { fullyQualifiedName: path === "" ? name : `${name} ${path}`, kind: "resource" };
}

/** Relative paths stay relative, so that the viewer's checkout decides where they are. */
const uriOf = (file: string): string =>
  file.startsWith("/") ? pathToFileURL(file).href : file.split("/").map(encodeURIComponent).join("/");

const fingerprint = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);

const justification = ({ suppression: { by, until, reason } }: SuppressedFinding): string =>
  `${reason} (${by}, until ${until})`;
