import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

import { PROJECT } from "../../support/mocks";

/** A day on which the repository's configuration is valid, whatever day it is. */
export const DAY = new Date("2026-11-24T12:00:00Z");

type Keys = Record<string, Record<string, unknown>>;

/** The values of Pulumi.staging.yaml by key without the project's prefix; a fresh copy each time. */
export function stagingValues(): Keys {
  const file = load(readFileSync(join(__dirname, "../../../Pulumi.staging.yaml"), "utf8")) as { config: Keys };
  return Object.fromEntries(Object.entries(file.config).map(([key, value]) => [key.slice(PROJECT.length + 1), value]));
}

/** As the engine stores it: JSON texts. */
export const asTexts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));

/** As the SDK reads it: JSON texts under full keys. */
export const asStackConfig = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(asTexts(values)).map(([key, value]) => [`${PROJECT}:${key}`, value]));
