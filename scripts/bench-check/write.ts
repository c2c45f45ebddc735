import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { dump, loadAll } from "js-yaml";
import { pods, type EstateFile } from "./estate";

const list = (items: readonly unknown[]): object => ({ apiVersion: "v1", items, kind: "List", metadata: {} });

/** Writes files below a folder. @returns its path and their size in MB */
export function writeFolder(path: string, files: Iterable<EstateFile>): Written {
  let bytes = 0;
  for (const file of files) {
    const target = join(path, file.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.text);
    bytes += file.text.length;
  }
  return { path, megabytes: bytes / 1e6 };
}

export interface Written {
  readonly path: string;
  readonly megabytes: number;
}

function writeFile(path: string, parts: Iterable<string>): Written {
  const file = openSync(path, "w");
  for (const part of parts) writeSync(file, part);
  closeSync(file);
  return { path, megabytes: statSync(path).size / 1e6 };
}

/** The files of an estate one after another, as `helm template` prints them. */
export const writeStream = (path: string, files: readonly EstateFile[]): Written =>
  writeFile(
    path,
    files.map(({ text }) => (text.startsWith("---") ? text : `---\n${text}`)),
  );

/** Their objects as `kubectl get -o yaml` prints them. */
export const writeYamlList = (path: string, files: readonly EstateFile[]): Written =>
  writeFile(path, [
    dump(list(objectsOf(files)), { seqNoIndent: true, lineWidth: -1, noRefs: true, quoteStyle: "double" }),
  ]);

/** Their objects as `kubectl get -o json` prints them. */
export const writeJsonList = (path: string, files: readonly EstateFile[]): Written =>
  writeFile(path, [`${JSON.stringify(list(objectsOf(files)), null, 4)}\n`]);

const objectsOf = (files: readonly EstateFile[]): unknown[] => files.flatMap(({ text }) => loadAll(text));

export const writePodsJson = (path: string, count: number, seed: number): Written =>
  writeFile(path, podsAsJson(count, seed));

export const writePodsYaml = (path: string, count: number, seed: number): Written =>
  writeFile(path, podsAsYaml(count, seed));

function* podsAsJson(count: number, seed: number): Iterable<string> {
  let before = '{"apiVersion":"v1","items":[';
  for (const pod of pods(count, seed)) {
    yield before + JSON.stringify(pod);
    before = ",\n";
  }
  yield '],"kind":"List","metadata":{}}\n';
}

function* podsAsYaml(count: number, seed: number): Iterable<string> {
  for (const pod of pods(count, seed))
    yield `---\n${dump(pod, { seqNoIndent: true, lineWidth: -1, quoteStyle: "double" })}`;
}
