import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Labels, Problem } from "../mesh";
import type { Source } from "../objects";

/** Collects everything that is wrong with one object, so that one run lists it all; the same thing is listed once. */
export class Report {
  private seen: Set<string> | undefined;

  /**
   * @param object how the object is named in messages: `PeerAuthentication monitoring/default`
   * @param problems where they are added; `undefined` when nobody wants to know
   */
  constructor(
    private readonly object: string,
    private readonly source: Source | undefined,
    private readonly problems: Problem[] | undefined,
  ) {}

  add(path: string, message: string, severity: Problem["severity"] = "error"): void {
    if (this.problems === undefined) return;
    const key = `${path}\n${message}`;
    this.seen ??= new Set();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.problems.push({ severity, object: this.object, path, message, source: this.source });
  }
}

/** A map of fields: no list, and no time, which YAML has as a value of its own. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a time";
  return isMap(value) ? "a map" : `a ${typeof value}`;
};

/** Short scalars as they are: never a whole structure, never a long text. */
const show = (value: unknown): string => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.length <= 40 ? JSON.stringify(value) : kindOf(value);
};

const UNHEARD = new Report("", undefined, undefined);

/**
 * A place in an object that came from outside. Reading never throws: an absent field (or null) is `undefined`, an unknown one is
 * `UNKNOWN`, and one of the wrong type is a listed problem and then `UNKNOWN`, so that it can never count as a pass.
 */
export class Field {
  private constructor(
    readonly value: unknown,
    private readonly report: Report,
    private readonly parent: Field | undefined,
    private readonly key: string | number,
  ) {}

  /** @param path where `value` stands in its object, when it is not the object itself */
  static root(value: unknown, report: Report, path = ""): Field {
    return new Field(value, report, undefined, path);
  }

  /** For looking something up in an object that is read, with its problems, elsewhere. */
  static quietly(value: unknown): Field {
    return new Field(value, UNHEARD, undefined, "");
  }

  /** For example `spec.template.spec.containers[0].ports`. */
  get path(): string {
    if (this.parent === undefined) return String(this.key);
    const before = this.parent.path;
    if (typeof this.key === "number") return `${before}[${this.key}]`;
    return before === "" ? this.key : `${before}.${this.key}`;
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  get isUnknown(): boolean {
    return isUnknown(this.value);
  }

  /** The field below: unknown below something unknown, absent below something absent, a problem below anything but a map. */
  at(key: string): Field {
    return new Field(this.below(key), this.report, this, key);
  }

  /** The same place with what its text says, for configuration inside a string. */
  holding(value: unknown): Field {
    return new Field(value, this.report, this.parent, this.key);
  }

  private below(key: string): unknown {
    const { value } = this;
    if (isUnknown(value)) return UNKNOWN;
    if (value === undefined || value === null) return undefined;
    if (!isMap(value)) return this.wrong("a map", false);
    return Object.hasOwn(value, key) ? value[key] : undefined;
  }

  /** Lists a problem at this place. */
  problem(message: string, severity: Problem["severity"] = "error"): void {
    this.report.add(this.path, message, severity);
  }

  private wrong(expected: string, showValue = true): typeof UNKNOWN {
    const { path } = this;
    this.problem(
      `${path === "" ? "it" : path} is ${showValue ? show(this.value) : kindOf(this.value)}; ${expected} is expected`,
    );
    return UNKNOWN;
  }

  /** The value is left out of messages: it may be a secret. */
  text(): Known<string> | undefined {
    if (this.isAbsent) return undefined;
    return isUnknown(this.value) || typeof this.value === "string" ? this.value : this.wrong("a string", false);
  }

  flag(): Known<boolean> | undefined {
    if (this.isAbsent) return undefined;
    return isUnknown(this.value) || typeof this.value === "boolean" ? this.value : this.wrong("true or false");
  }

  integer(min: number, max: number): Known<number> | undefined {
    if (this.isAbsent) return undefined;
    const { value } = this;
    if (isUnknown(value)) return UNKNOWN;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.wrong(`a whole number from ${min} to ${max}`);
  }

  port(): Known<number> | undefined {
    return this.integer(1, 65535);
  }

  /** A port that an object cannot do without. */
  requiredPort(): Known<number> {
    const port = this.port();
    if (port !== undefined) return port;
    this.problem(`${this.path} is missing; a whole number from 1 to 65535 is expected`);
    return UNKNOWN;
  }

  choice<const T extends string>(allowed: readonly T[]): Known<T> | undefined {
    if (this.isAbsent) return undefined;
    if (isUnknown(this.value)) return UNKNOWN;
    const found = allowed.find((candidate) => candidate === this.value);
    if (found !== undefined) return found;
    this.problem(`${this.path} is ${show(this.value)}; one of ${allowed.join(", ")}`);
    return UNKNOWN;
  }

  items(): Known<readonly Field[]> | undefined {
    if (this.isAbsent) return undefined;
    if (isUnknown(this.value)) return UNKNOWN;
    if (!Array.isArray(this.value)) return this.wrong("a list", false);
    return this.value.map((item: unknown, index) => new Field(item, this.report, this, index));
  }

  /** The fields of a map, in the order of their keys. */
  entries(): Known<readonly (readonly [string, Field])[]> | undefined {
    if (this.isAbsent) return undefined;
    const { value } = this;
    if (isUnknown(value)) return UNKNOWN;
    if (!isMap(value)) return this.wrong("a map", false);
    return Object.keys(value)
      .sort()
      .map((key) => [key, this.at(key)] as const);
  }

  /** Labels, annotations and other maps of strings; an unknown value leaves the others known. */
  texts(): Known<Labels> | undefined {
    const entries = this.entries();
    if (entries === undefined || isUnknown(entries)) return entries;
    return Object.fromEntries(entries.map(([key, field]) => [key, field.text() ?? ""]));
  }

  /** A list of strings; one unknown item makes the list unknown. */
  textList(): Known<readonly string[]> | undefined {
    return this.listOf((field) => field.text() ?? "");
  }

  /** Items read one by one; one unknown item makes the list unknown. */
  listOf<T>(read: (item: Field) => Known<T>): Known<readonly T[]> | undefined {
    const items = this.items();
    if (items === undefined || isUnknown(items)) return items;
    const known: T[] = [];
    let complete = true;
    for (const item of items) {
      const value = read(item);
      if (isUnknown(value)) complete = false;
      else known.push(value);
    }
    return complete ? known : UNKNOWN;
  }

  /** The known items of a list, for lists where an unknown item does not spoil the rest. */
  knownItems(): readonly Field[] {
    const items = this.items();
    return items === undefined || isUnknown(items) ? [] : items.filter((item) => !item.isUnknown);
  }
}

/** What is known, else `undefined`: for fields where unknown counts as unset. */
export const settled = <T>(value: Known<T> | undefined): T | undefined => (isUnknown(value) ? undefined : value);
