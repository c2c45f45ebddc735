import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load, loadAll } from "js-yaml";

import type { DeclaredFlow } from "../../policies/mtls/flow";
import type { Manifest } from "../../policies/mtls/objects";
import type { Outcome, Symptom } from "../../policies/mtls/vocabulary";

export const CASES_DIRECTORY = join(__dirname, "..", "cases");

/** Appended to the name of the folder that shows the same situation put right. */
export const FIXED = "-fixed";

/** The day on which every case is judged. */
export const CASES_NOW = "2026-11-24";

/** One flow of `expect.yaml`: the flows document of the command plus what is expected. */
export interface ExpectedFlow extends Omit<DeclaredFlow, "host" | "port"> {
  readonly to: string;
  readonly outcome: Outcome;
  readonly symptom?: Symptom;
}

export interface Expectation {
  readonly title: string;
  /** Public threads: `owner/repo#number`. */
  readonly references?: readonly string[];
  readonly flows: readonly ExpectedFlow[];
  /** Names of the rules that must fire; a fixed twin has none. */
  readonly findings?: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly expect: Expectation;
  readonly manifests: readonly Manifest[];
}

export const caseNames = (): string[] => readdirSync(CASES_DIRECTORY).sort();

export const readText = (name: string, file: "mesh.yaml" | "expect.yaml"): string =>
  readFileSync(join(CASES_DIRECTORY, name, file), "utf8");

export function readCase(name: string): Case {
  return {
    name,
    expect: load(readText(name, "expect.yaml")) as Expectation,
    manifests: loadAll(readText(name, "mesh.yaml")).map((object) => ({ object })),
  };
}

/** The question that an expected flow asks. */
export function declared(flow: ExpectedFlow): DeclaredFlow {
  const { from, to, protocol, tls, serverSpeaks } = flow;
  const at = to.lastIndexOf(":");
  return {
    from,
    host: to.slice(0, at),
    port: Number(to.slice(at + 1)),
    ...(protocol === undefined ? {} : { protocol }),
    ...(tls === undefined ? {} : { tls }),
    ...(serverSpeaks === undefined ? {} : { serverSpeaks }),
  };
}
