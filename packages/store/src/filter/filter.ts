import { type FilterSubject, fieldsOf, matches } from "./match.ts";
import { parseExpression } from "./parse.ts";

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
  return {
    text,
    fields: fieldsOf(expression),
    matches: (subject) => matches(expression, subject),
  };
}

/** Returns the fields that the filter asks for and none of the subjects has; without subjects none. */
export function unknownFields(filter: Filter, subjects: readonly FilterSubject[]): string[] {
  if (subjects.length === 0) return [];
  return filter.fields.filter((field) =>
    subjects.every((subject) => subject.field(field) === undefined),
  );
}
