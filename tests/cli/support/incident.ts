import { readFileSync } from "node:fs";
import { join } from "node:path";

export const INCIDENT = join(__dirname, "..", "fixtures", "incident.yaml");
export const INCIDENT_YAML = readFileSync(INCIDENT, "utf8");

/** The flow of the incident, as `--flow` takes it. */
export const FLOW = "staging-webs/order-core -> otel-collector.monitoring:4317";

/** The incident without the rule that causes it: the collector gets plaintext. */
export const REPAIRED_YAML = INCIDENT_YAML.replace(/---\napiVersion: networking[^]*?(?=---)/, "");
