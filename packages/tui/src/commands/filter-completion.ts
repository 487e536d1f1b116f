/** What can be typed in a filter: fields by the heads of their columns, operators, and values. */
import { type KnownField, knownFields } from "@ablate/store";
import type { StoreSnapshot } from "../data/feed.ts";
import type { FilterField } from "../state/state.ts";
import type { Candidate, Place, Seen } from "./command.ts";

/** The word that is typed: a field, or a field with an operator and the beginning of a value. */
const TERM = /(?:^|[\s(])(-?)((?:"[^"]*"|[^\s():<>=!"'])*)(:|<=|>=|==|!=|<|>|=)?("[^"]*|[^\s()]*)$/;

const OPERATORS: readonly (readonly [string, string])[] = [
  [":", "is, or has in it"],
  ["<", "less than"],
  ["<=", "at most"],
  [">", "more than"],
  [">=", "at least"],
  ["=", "exactly"],
  ["!=", "anything but"],
];

const OTHER_WORDS: readonly Candidate[] = [
  { text: "has:", what: "has a value of a field" },
  { text: "not", what: "the next term does not match" },
  { text: "or", what: "one of two terms matches" },
  { text: "and", what: "both terms match, as with a space" },
];

/** Returns what is looked for at the end of a filter. */
export function filterPlace(
  before: string,
  { setting }: Pick<FilterField, "setting">,
  { scene }: Seen,
): Place | null {
  const [, , name = "", operator, value = ""] = TERM.exec(before) ?? [];
  const fields = setting === "filter" ? fieldsOf(scene.snapshot) : FINDING_FIELDS;
  if (operator !== undefined) {
    const isHas = name === "has" && operator === ":";
    const all = isHas ? namesOf(fields) : valuesOf(fields, name);
    return { from: before.length - value.length, word: value, all };
  }
  const word = `${name}${value}`;
  const from = before.length - word.length;
  const field = fields.find((one) => isNamed(one, word));
  if (field !== undefined && word !== "") {
    const all = OPERATORS.map(([sign, what]) => ({
      text: `${word}${sign}`,
      what,
      value: briefly(field),
    }));
    return { from, word, all };
  }
  return { from, word, all: word === "" ? [] : [...namesOf(fields), ...OTHER_WORDS] };
}

const FINDING_FIELDS: readonly KnownField[] = [
  { name: "level", aliases: [], values: ["error", "warning", "info"] },
  { name: "rule", aliases: [], values: [] },
  { name: "layer", aliases: [], values: [] },
  { name: "step", aliases: [], values: [] },
  { name: "value", aliases: [], values: [] },
];

const KNOWN = new WeakMap<StoreSnapshot["runs"], readonly KnownField[]>();

/** The fields of all runs, found once for each state of the store. */
function fieldsOf({ runs }: StoreSnapshot): readonly KnownField[] {
  const known = KNOWN.get(runs) ?? knownFields(runs);
  KNOWN.set(runs, known);
  return known;
}

function isNamed({ name, aliases }: KnownField, word: string): boolean {
  return name === word || aliases.includes(word);
}

/** Proposes each field by its shortest names, which are those of columns. */
function namesOf(fields: readonly KnownField[]): Candidate[] {
  return fields.flatMap((field) => {
    const { name, aliases } = field;
    const value = briefly(field);
    const short = aliases.map((text) => ({ text, what: name, value }));
    return [
      ...short,
      { text: name, what: aliases.length === 0 ? "" : `also ${aliases[0]}`, value },
    ];
  });
}

function valuesOf(fields: readonly KnownField[], name: string): Candidate[] {
  const field = fields.find((one) => isNamed(one, name));
  return field?.values.map((text) => ({ text, what: field.name })) ?? [];
}

const MOST_VALUES = 4;

function briefly({ values }: KnownField): string {
  const some = values.slice(0, MOST_VALUES).join(", ");
  return values.length > MOST_VALUES ? `${some}, …` : some;
}
