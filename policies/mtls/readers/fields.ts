import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Labels, Problem } from "../mesh";
import { describeRef, type ObjectRef, type Source } from "../objects";

/** Collects everything that is wrong with one object, so that one run lists it all; the same thing is listed once. */
export class Report {
  private seen: Set<string> | undefined;

  /** @param problems where they are added; `undefined` when nobody wants to know */
  constructor(
    private readonly ref: ObjectRef,
    private readonly source: Source | undefined,
    private readonly problems: Problem[] | undefined,
  ) {}

  add(path: string, message: string): void {
    if (this.problems === undefined) return;
    const key = `${path}\n${message}`;
    this.seen ??= new Set();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.problems.push({ severity: "error", object: describeRef(this.ref), path, message, source: this.source });
  }
}

const NOBODY: ObjectRef = { kind: "", namespace: "", name: "" };
const UNHEARD = new Report(NOBODY, undefined, undefined);

type Fields = Readonly<Record<string, unknown>>;

/** A map of fields: no list, and no time, which YAML has as a value of its own. */
export const isMap = (value: unknown): value is Fields =>
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

const isLabel = (value: unknown): value is Known<string> => typeof value === "string" || isUnknown(value);

/**
 * A place in an object that came from outside, and a way to read the fields below it. Reading never throws: an absent field (or null) is
 * `undefined`, an unknown one is `UNKNOWN`, and one of the wrong type is a listed problem and then `UNKNOWN`, so that it can never count
 * as a pass.
 */
export class Field {
  private readonly map: Fields | undefined;

  private constructor(
    readonly value: unknown,
    private readonly report: Report,
    private readonly parent: Field | undefined,
    private readonly key: string | number,
  ) {
    this.map = isMap(value) ? value : undefined;
  }

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
    const { map, value } = this;
    if (map === undefined)
      return value === undefined || value === null || value === UNKNOWN ? value : this.wrong("a map", false);
    const found = map[key];
    return found === undefined || Object.hasOwn(map, key) ? found : undefined;
  }

  /** Lists a problem at this place. */
  problem(message: string): void {
    this.report.add(this.path, message);
  }

  private wrong(expected: string, showValue = true): typeof UNKNOWN {
    const { path } = this;
    this.problem(
      `${path === "" ? "it" : path} is ${showValue ? show(this.value) : kindOf(this.value)}; ${expected} is expected`,
    );
    return UNKNOWN;
  }

  /** The value is left out of messages: it may be a secret. */
  text(key: string): Known<string> | undefined {
    const value = this.below(key);
    if (isLabel(value)) return value;
    return value === undefined || value === null ? undefined : this.at(key).wrong("a string", false);
  }

  flag(key: string): Known<boolean> | undefined {
    const value = this.below(key);
    if (typeof value === "boolean" || isUnknown(value)) return value;
    return value === undefined || value === null ? undefined : this.at(key).wrong("true or false");
  }

  integer(key: string, min = 0, max = Number.MAX_SAFE_INTEGER): Known<number> | undefined {
    const value = this.below(key);
    if (value === undefined || value === null) return undefined;
    if (isUnknown(value)) return UNKNOWN;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `not below ${min}` : `from ${min} to ${max}`;
    return this.at(key).wrong(`a whole number ${range}`);
  }

  port(key: string): Known<number> | undefined {
    return this.integer(key, 1, 65535);
  }

  /** A port for which 0 means none. */
  optionalPort(key: string): Known<number> | undefined {
    const port = this.integer(key, 0, 65535);
    return port === 0 ? undefined : port;
  }

  /** A port that an object cannot do without. */
  requiredPort(key: string): Known<number> {
    const port = this.port(key);
    if (port !== undefined) return port;
    const field = this.at(key);
    field.problem(`${field.path} is missing; a whole number from 1 to 65535 is expected`);
    return UNKNOWN;
  }

  choice<const T extends string>(key: string, allowed: readonly T[]): Known<T> | undefined {
    const value = this.below(key);
    if (value === undefined || value === null) return undefined;
    if (isUnknown(value)) return UNKNOWN;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    const field = this.at(key);
    field.problem(`${field.path} is ${show(value)}; one of ${allowed.join(", ")}`);
    return UNKNOWN;
  }

  /** Labels, annotations and other maps of strings; an unknown value leaves the others known. */
  texts(key: string): Known<Labels> | undefined {
    const value = this.below(key);
    if (value === undefined || value === null) return undefined;
    if (isUnknown(value)) return UNKNOWN;
    const field = this.at(key);
    if (!isMap(value)) return field.wrong("a map", false);
    if (Object.values(value).every(isLabel)) return value as Labels;
    return Object.fromEntries(Object.keys(value).map((name) => [name, field.text(name) ?? ""]));
  }

  /** A list of strings; one unknown item makes the list unknown. */
  textList(key: string): Known<readonly string[]> | undefined {
    return this.listOf(key, (item) => {
      if (isLabel(item.value)) return item.value;
      return item.isAbsent ? "" : item.wrong("a string", false);
    });
  }

  items(key: string): Known<readonly Field[]> | undefined {
    const value = this.below(key);
    if (value === undefined || value === null) return undefined;
    if (isUnknown(value)) return UNKNOWN;
    const field = this.at(key);
    if (!Array.isArray(value)) return field.wrong("a list", false);
    return value.map((item: unknown, index) => new Field(item, this.report, field, index));
  }

  /** Items read one by one; one unknown item makes the list unknown. */
  listOf<T>(key: string, read: (item: Field) => Known<T>): Known<readonly T[]> | undefined {
    const items = this.items(key);
    if (items === undefined || isUnknown(items)) return items;
    const values = items.map((item) => (item.isUnknown ? UNKNOWN : read(item)));
    return areKnown(values) ? values : UNKNOWN;
  }

  /** The known items of a list, for lists where an unknown item does not spoil the rest. */
  knownItems(key: string): readonly Field[] {
    const items = this.items(key);
    return items === undefined || isUnknown(items) ? [] : items.filter((item) => !item.isUnknown);
  }

  /** The names of the fields of a map, in their order. */
  keys(): Known<readonly string[]> {
    if (this.isAbsent) return [];
    if (this.isUnknown) return UNKNOWN;
    return isMap(this.value) ? Object.keys(this.value).sort() : this.wrong("a map", false);
  }
}

const areKnown = <T>(values: readonly Known<T>[]): values is readonly T[] => !values.some(isUnknown);

/** What is known, else `undefined`: for fields where unknown counts as unset. */
export const settled = <T>(value: Known<T> | undefined): T | undefined => (isUnknown(value) ? undefined : value);
