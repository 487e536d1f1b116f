/** Compares a run's values with what a filter asks for. */
import { closest, folded } from "@ablate/text";
import { compareSeeds } from "../seed.ts";
import { type Expression, type Operator, parseExpression } from "./parse.ts";
import type { Pattern } from "./pattern.ts";

/** What a filter looks at. */
export type FilterSubject = {
  readonly name: string;
  readonly label: string | null;
  readonly tags: readonly string[];
  /** Returns undefined where the run has no such field, null where the field has no value. */
  readonly field: (name: string) => unknown;
  /** Returns the names of its fields, for who mistypes one; left out where nobody is helped. */
  readonly fields?: () => readonly string[];
};

export type Filter = {
  readonly text: string;
  /** Names of the fields that it asks for. */
  readonly fields: readonly string[];
  readonly matches: (subject: FilterSubject) => boolean;
};

/**
 * Reads a filter, as docs/filter.md explains it; an empty one matches everything.
 *
 * @throws FilterError - with the place of the first mistake
 */
export function parseFilter(text: string): Filter {
  const expression = parseExpression(text);
  return { text, fields: fieldsOf(expression), matches: (subject) => matches(expression, subject) };
}

/**
 * Returns the filter with the keys that are meant by names which end several keys, where only one of these differs among
 * the subjects: a table of these subjects heads that one so.
 */
export function boundFilter(filter: Filter, subjects: readonly FilterSubject[]): Filter {
  const meant = new Map(
    unknownFields(filter, subjects).flatMap((field): [string, string][] => {
      const keys = longerNames(field, subjects);
      const [only, ...others] = keys.filter((key) => differs(key, subjects));
      return only === undefined || others.length > 0 ? [] : [[field, only]];
    }),
  );
  if (meant.size === 0) return filter;
  return {
    text: filter.text,
    fields: filter.fields.map((field) => meant.get(field) ?? field),
    matches: (subject) =>
      filter.matches({ ...subject, field: (name) => subject.field(meant.get(name) ?? name) }),
  };
}

/** Returns the fields that the filter asks for and none of the subjects has; without subjects none. */
export function unknownFields(filter: Filter, subjects: readonly FilterSubject[]): string[] {
  if (subjects.length === 0) return [];
  return filter.fields.filter((field) =>
    subjects.every((subject) => subject.field(field) === undefined),
  );
}

/** Says that no subject has a field, and which one may be meant. */
export function unknownText(
  field: string,
  noun: string,
  subjects: readonly FilterSubject[],
): string {
  const longer = longerNames(field, subjects);
  if (longer.length > 1) {
    return `"${field}" could be any of ${longer.join(", ")}; write one of them`;
  }
  const guess = closest(field, namesOf(subjects));
  const hint =
    guess === null ? "quote characters that are part of a name" : `did you mean "${guess}"?`;
  return `no ${noun} has a field "${field}"; ${hint}`;
}

function namesOf(subjects: readonly FilterSubject[]): readonly string[] {
  return [...new Set(subjects.flatMap(({ fields }) => fields?.() ?? []))];
}

/** Returns the names that end in this one, but those that end in another of them. */
function longerNames(field: string, subjects: readonly FilterSubject[]): readonly string[] {
  const endings = namesOf(subjects).filter((name) => name.endsWith(`.${field}`));
  return endings.filter((name) => !endings.some((other) => other.endsWith(`.${name}`)));
}

function differs(key: string, [first, ...others]: readonly FilterSubject[]): boolean {
  const text = JSON.stringify(first?.field(key));
  return others.some(({ field }) => JSON.stringify(field(key)) !== text);
}

/** Returns the name of each field that an expression asks for, once. */
function fieldsOf(expression: Expression): string[] {
  if ("of" in expression) return [...new Set(expression.of.flatMap(fieldsOf))];
  if ("inner" in expression) return fieldsOf(expression.inner);
  return "field" in expression ? [expression.field] : [];
}

function matches(expression: Expression, subject: FilterSubject): boolean {
  switch (expression.kind) {
    case "all":
      return expression.of.every((part) => matches(part, subject));
    case "any":
      return expression.of.some((part) => matches(part, subject));
    case "not":
      return !matches(expression.inner, subject);
    case "word": {
      const { name, label, tags } = subject;
      return [name, label ?? name, ...tags].some(expression.pattern.isIn);
    }
    case "has":
      return hasValue(subject.field(expression.field));
    case "field":
      return fits(subject.field(expression.field), expression.operator, expression.pattern);
  }
}

const NUMERIC: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  ":": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** Compares numbers as numbers where the pattern is one; of a list or map one member is enough. */
function fits(value: unknown, operator: Operator, pattern: Pattern): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === "object") {
    return (
      Object.values(value).some((member) => fits(member, operator, pattern)) ||
      (operator === ":" && pattern.isIn(JSON.stringify(value)))
    );
  }
  // True and false are 1 and 0.
  const number = typeof value === "number" || typeof value === "boolean" ? Number(value) : null;
  if (number !== null && pattern.number !== null) return NUMERIC[operator](number, pattern.number);
  if (operator !== ":" && isSeedOfDigits(value) && pattern.number !== null) {
    const isExact = /^-?\d+$/.test(pattern.text);
    return isExact
      ? NUMERIC[operator](compareSeeds(value, pattern.text), 0)
      : NUMERIC[operator](Number(value), pattern.number);
  }
  if (operator === ":") return pattern.isIn(String(value));
  const isEqual = folded(String(value)) === folded(pattern.text);
  return operator === "=" ? isEqual : operator === "!=" && !isEqual;
}

/** Whether a value is a seed that a number does not hold. */
function isSeedOfDigits(value: unknown): value is string {
  return typeof value === "string" && /^-?\d{16,20}$/.test(value);
}

function hasValue(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
