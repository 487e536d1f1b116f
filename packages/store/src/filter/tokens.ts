/** The text of a filter as tokens. A field with its operator and value is one of them. */
import { FilterError } from "./filter-error.ts";
import { type Char, type Pattern, patternOf } from "./pattern.ts";

export type Operator = ":" | "<" | "<=" | ">" | ">=" | "=" | "!=";

export type Sign = {
  readonly kind: "(" | ")" | "and" | "or" | "not";
  readonly at: number;
  /** As it is written. */
  readonly text: string;
};

export type Term =
  | { readonly kind: "word"; readonly at: number; readonly pattern: Pattern }
  | { readonly kind: "has"; readonly at: number; readonly field: string }
  | {
      readonly kind: "field";
      readonly at: number;
      readonly field: string;
      readonly operator: Operator;
      readonly pattern: Pattern;
    };

export type Token = Sign | Term;

const SPACE = /\s*/y;
const OPERATOR = /:|<=|>=|==|!=|<|>|=/y;
const COMPARISON = /\s*(?:<=|>=|==|!=|<|>|=)/y;
/** Matches up to the end of a bare word; an operator ends it. */
const WORD = /(?:(?!!=)[^\s():<>=])*/y;
/** Matches up to the end of a bare value; operators are part of it. */
const VALUE = /[^\s()]*/y;
const KEYWORDS = ["and", "or", "not"] as const;

/** Yields the tokens one by one, so that what comes first is complained about first. */
export function* tokens(text: string): Generator<Token, undefined> {
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const { token, end } = tokenAt(text, at);
    yield token;
    at = skipSpace(text, end);
  }
}

type Found<T> = { readonly token: T; readonly end: number };

function tokenAt(text: string, at: number): Found<Token> {
  const char = text[at];
  if (char === "(" || char === ")") return { token: { kind: char, at, text: char }, end: at + 1 };
  if (char === "-" && /^[^\s)]/.test(text.slice(at + 1, at + 2))) {
    return { token: { kind: "not", at, text: "-" }, end: at + 1 };
  }
  if (isQuote(char)) {
    const { pattern, end } = quoted(text, at);
    return { token: { kind: "word", at, pattern }, end };
  }
  const word = read(WORD, text, at);
  const end = at + word.length;
  const keyword = KEYWORDS.find((known) => known === word.toLowerCase());
  if (keyword !== undefined && read(OPERATOR, text, end) === "") {
    return { token: { kind: keyword, at, text: word }, end };
  }
  const isTerm = text[end] === ":" || read(COMPARISON, text, end) !== "";
  if (isTerm) return fieldTerm(text, { at, field: word });
  return { token: { kind: "word", at, pattern: patternOf(bareChars(word)) }, end };
}

/** `field:pattern`, a comparison, which may have space around its operator, or `has:field`. */
function fieldTerm(
  text: string,
  { at, field }: { readonly at: number; readonly field: string },
): Found<Term> {
  const operatorAt = skipSpace(text, at + field.length);
  const written = read(OPERATOR, text, operatorAt);
  if (field === "") throw new FilterError(`"${written}" at ${at} has no field before it`, at);
  const operator = operatorOf(written);
  const isHas = operator === ":" && field.toLowerCase() === "has";
  const after = operatorAt + written.length;
  const start = operator === ":" ? after : skipSpace(text, after);
  const { pattern, end } = valueAt(text, start);
  if (end === start) {
    const wanted = isHas ? "the name of a field" : operator === ":" ? "a pattern" : "a value";
    const message = `"${isHas ? "has:" : written}" at ${isHas ? at : operatorAt} needs ${wanted} after it`;
    throw new FilterError(message, isHas ? at : operatorAt);
  }
  if (isHas) return { token: { kind: "has", at, field: pattern.text }, end };
  return { token: { kind: "field", at, field, operator, pattern }, end };
}

function operatorOf(written: string): Operator {
  const known = ([":", "<", "<=", ">", ">=", "!="] as const).find((one) => one === written);
  return known ?? "=";
}

function valueAt(text: string, at: number): { readonly pattern: Pattern; readonly end: number } {
  if (isQuote(text[at])) return quoted(text, at);
  const value = read(VALUE, text, at);
  return { pattern: patternOf(bareChars(value)), end: at + value.length };
}

function quoted(text: string, at: number): { readonly pattern: Pattern; readonly end: number } {
  const chars: Char[] = [];
  let isEscaped = false;
  let end = at + 1;
  for (const char of text.slice(end)) {
    end += char.length;
    if (!isEscaped && char === text[at]) return { pattern: patternOf(chars), end };
    if (isEscaped || char !== "\\") chars.push({ char, isWild: !isEscaped && isWild(char) });
    isEscaped = !isEscaped && char === "\\";
  }
  throw new FilterError(`the quote ${text[at]} at ${at} is not closed`, at);
}

function bareChars(word: string): Char[] {
  return Array.from(word, (char) => ({ char, isWild: isWild(char) }));
}

function isWild(char: string): boolean {
  return char === "*" || char === "?";
}

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'";
}

function skipSpace(text: string, at: number): number {
  return at + read(SPACE, text, at).length;
}

/** Returns what a sticky expression finds at this place. */
function read(expression: RegExp, text: string, at: number): string {
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? "";
}
