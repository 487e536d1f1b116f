/** Compares a run's values with what a filter asks for. */
import type { Expression } from "./parse.ts";
import type { Pattern } from "./pattern.ts";
import type { Operator } from "./tokens.ts";

/** What a filter looks at. */
export type FilterSubject = {
  readonly name: string;
  readonly label: string | null;
  readonly tags: readonly string[];
  /** Returns undefined where the run has no such field, null where the field has no value. */
  readonly field: (name: string) => unknown;
};

export function matches(expression: Expression, subject: FilterSubject): boolean {
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
    case "field": {
      const { operator, pattern } = expression;
      const value = subject.field(expression.field);
      return operator === ":" ? fits(value, pattern) : compares(value, operator, pattern);
    }
  }
}

/** Returns the name of each field that an expression asks for, once. */
export function fieldsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case "all":
    case "any":
      return [...new Set(expression.of.flatMap(fieldsOf))];
    case "not":
      return fieldsOf(expression.inner);
    case "word":
      return [];
    case "has":
    case "field":
      return [expression.field];
  }
}

/** Compares numbers as numbers where the pattern is one; of a list or map one member is enough. */
function fits(value: unknown, pattern: Pattern): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === "object") {
    return (
      Object.values(value).some((member) => fits(member, pattern)) ||
      pattern.isIn(JSON.stringify(value))
    );
  }
  const number = numberOf(value);
  return number !== null && pattern.number !== null
    ? number === pattern.number
    : pattern.isIn(String(value));
}

type Comparison = Exclude<Operator, ":">;

const NUMERIC: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

function compares(value: unknown, operator: Comparison, pattern: Pattern): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === "object") {
    return Object.values(value).some((member) => compares(member, operator, pattern));
  }
  const number = numberOf(value);
  if (number !== null && pattern.number !== null) return NUMERIC[operator](number, pattern.number);
  const isEqual = String(value).toLowerCase() === pattern.text.toLowerCase();
  return operator === "=" ? isEqual : operator === "!=" && !isEqual;
}

/** Returns a value as a number; true and false are 1 and 0. */
function numberOf(value: unknown): number | null {
  return typeof value === "number" || typeof value === "boolean" ? Number(value) : null;
}

function hasValue(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
