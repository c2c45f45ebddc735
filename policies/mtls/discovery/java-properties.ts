import { isUnknown, type Known } from "../known";
import type { Container, Workload } from "../mesh";
import { originOf, type Origin } from "./discovered";
import type { Environment, Setting } from "./environment";
import { HOLE, hole, substitute, type PartialText } from "./partial-text";

/** The OpenTelemetry Java agent that a JVM loads, by its `-javaagent:` option. */
export interface LoadedAgent extends Origin {
  /** Path of the jar; parts that are not known are left out. */
  readonly jar: string;
}

/** What the options of a container's JVM say. */
export interface JvmOptions {
  /** System properties by name: `otel.exporter.otlp.endpoint`. */
  readonly properties: ReadonlyMap<string, Setting>;
  /** `undefined` when no option loads one. */
  readonly agent: LoadedAgent | undefined;
}

/**
 * Variables with JVM options, the weakest first: a later `-D` of the same property wins. The JVM reads the first and the last, the
 * `java` launcher JDK_JAVA_OPTIONS, start scripts (Tomcat, Spring Boot, most images) the others.
 * Source: Java SE "java" command; JEP 293; JVM TI specification, "The JAVA_TOOL_OPTIONS Environment Variable".
 */
const BEFORE_COMMAND = ["JAVA_TOOL_OPTIONS", "CATALINA_OPTS", "JAVA_OPTS", "JDK_JAVA_OPTIONS"];
const AFTER_COMMAND = ["_JAVA_OPTIONS"];

const TOKEN = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;
const SHELL_TOKEN = /[;&|]+|(?:[^\s"';&|]|"[^"]*"|'[^']*')+/g;
const SHELL_REFERENCE = /\$\{(\w+)\}|\$(\w+)/g;
const NEXT_COMMAND = /^[;&|]+$/;

/** Words as the JVM or a shell split them; quotes group and disappear. */
const words = ({ text, missing }: PartialText, token: RegExp): PartialText[] =>
  (text.match(token) ?? []).map((word) => ({
    text: word.replace(/["']/g, ""),
    missing: word.includes(HOLE) ? missing : [],
  }));

/** Whatever follows `-jar file` is for the program, not for the JVM. */
function jvmWords(line: readonly PartialText[]): PartialText[] {
  const kept: PartialText[] = [];
  let jar: "before" | "next" | "after" = "before";
  for (const word of line) {
    if (NEXT_COMMAND.test(word.text)) jar = "before";
    else if (jar === "next") jar = "after";
    else if (jar === "before") {
      if (word.text === "-jar") jar = "next";
      kept.push(word);
    }
  }
  return kept;
}

/** An OpenTelemetry agent by its jar; `javaagent.jar` is the name that the operator's image gives it. */
const isOtelJar = (jar: string): boolean =>
  /(^|[^a-z])(otel|opentelemetry)/i.test(jar) || /(^|\/)javaagent\.jar$/.test(jar);

interface Option extends Origin {
  readonly word: PartialText;
}

function optionsIn(environment: Environment, names: readonly string[]): Option[] {
  return names.flatMap((name) => {
    const setting = environment.variables.get(name);
    if (setting === undefined) return [];
    return words(setting.value, TOKEN).map((word) => ({ word, object: setting.object, path: setting.path }));
  });
}

/** `$NAME` and `${NAME}` in a line that a shell runs. */
const shellExpand = (text: PartialText, environment: Environment): PartialText =>
  substitute(text, SHELL_REFERENCE, ([, braced, bare]) => {
    const name = braced ?? bare ?? "";
    return environment.variables.get(name)?.value ?? hole(`$${name} is set when the container starts`);
  });

/** `command` and `args` are one line; a string that is no option itself may be a script with options in it. */
function commandOptions(workload: Workload, container: Container, environment: Environment): Option[] {
  const line: Option[] = [];
  for (const name of ["command", "args"] as const) {
    const list = container[name];
    if (isUnknown(list)) continue;
    for (const [index, text] of list.entries()) {
      const origin = originOf(workload.ref, `${container.path}.${name}[${index}]`);
      const expanded = environment.expand(text);
      const parts = /^-(D|javaagent:)/.test(text) ? [expanded] : words(shellExpand(expanded, environment), SHELL_TOKEN);
      line.push(...parts.map((word) => ({ word, ...origin })));
    }
  }
  const kept = new Set(jvmWords(line.map(({ word }) => word)));
  return line.filter(({ word }) => kept.has(word));
}

/** Properties and agent that `JAVA_TOOL_OPTIONS` and its like, `command` and `args` give to the JVM of a container. */
export function jvmOptionsOf(workload: Workload, container: Container, environment: Environment): JvmOptions {
  const options = [
    ...optionsIn(environment, BEFORE_COMMAND),
    ...commandOptions(workload, container, environment),
    ...optionsIn(environment, AFTER_COMMAND),
  ];
  const properties = new Map<string, Setting>();
  let agent: LoadedAgent | undefined;
  for (const { word, object, path } of options) {
    const [, name, value] = /^-D([^=]+)=?([^]*)$/.exec(word.text) ?? [];
    if (name !== undefined) properties.set(name, { value: { text: value ?? "", missing: word.missing }, object, path });
    const [, jar] = /^-javaagent:([^=]+)/.exec(word.text) ?? [];
    if (jar !== undefined && isOtelJar(jar)) agent = { jar: jar.replaceAll(HOLE, ""), object, path };
  }
  return { properties, agent };
}

/** Why system properties may say something else than what can be seen; `undefined` when all options are known. */
export function unknownOptions(container: Container): { readonly path: string; readonly reason: string } | undefined {
  const name = (["command", "args"] as const).find((list) => isUnknown(container[list]));
  return name === undefined
    ? undefined
    : { path: `${container.path}.${name}`, reason: "it is not known yet, and system properties in it would win" };
}

const VERSION = String.raw`v?(\d+\.\d+\.\d+)`;
const JAR_VERSION = new RegExp(`opentelemetry-javaagent(?:-all)?-${VERSION}`);
const DOWNLOAD_VERSION = new RegExp(`opentelemetry-java-instrumentation/releases/download/${VERSION}/`);
const IMAGE_VERSION = new RegExp(`(?:autoinstrumentation-java|opentelemetry-javaagent):${VERSION}`);

/** Version in the name of an image that carries the agent, the operator's above all; its tags are the agent's versions. */
export const agentVersionOfImage = (image: string): string | undefined => IMAGE_VERSION.exec(image)?.[1];

const known = (list: Known<readonly string[]>): readonly string[] => (isUnknown(list) ? [] : list);

/**
 * Version of the agent as the pod tells it: in the jar's name, in the tag of the image that an init container copies it from, or in
 * the address that one downloads it from; `undefined` when nothing tells.
 */
export function agentVersion(agent: LoadedAgent, containers: readonly Container[]): string | undefined {
  const inName = JAR_VERSION.exec(agent.jar)?.[1];
  if (inName !== undefined) return inName;
  for (const container of containers) {
    const { image } = container;
    const tagged = image === undefined || isUnknown(image) ? undefined : agentVersionOfImage(image);
    if (tagged !== undefined) return tagged;
    const line = [...known(container.command), ...known(container.args)].join(" ");
    const downloaded = DOWNLOAD_VERSION.exec(line)?.[1];
    if (downloaded !== undefined) return downloaded;
  }
  return undefined;
}
