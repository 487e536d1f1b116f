/** Reads the text of a filter into an expression. A field with its operator and value is one token. */
import { TITLE_OF_WORDS } from "./headers.ts";
import { type Char, type Pattern, patternOf } from "./pattern.ts";

/** A filter is mistyped. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  /** Place of the first mistake, counted from 0. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(`filter: ${message}`);
    this.at = at;
  }
}

const OPERATORS = [":", "<", "<=", ">", ">=", "=", "!="] as const;
export type Operator = (typeof OPERATORS)[number];

type Term = { readonly at: number } & (
  | { readonly kind: "word"; readonly pattern: Pattern }
  | { readonly kind: "has"; readonly field: string }
  | {
      readonly kind: "field";
      readonly field: string;
      readonly operator: Operator;
      readonly pattern: Pattern;
    }
);

type Sign = {
  readonly kind: "(" | ")" | "and" | "or" | "not";
  readonly at: number;
  /** The token as it is written. */
  readonly text: string;
};

type Token = Sign | Term;

export type Expression =
  | Term
  | { readonly kind: "not"; readonly inner: Expression }
  | { readonly kind: "all" | "any"; readonly of: readonly Expression[] };

/**
 * Reads a filter: `not` binds tighter than `and`, which is also what stands between two terms, and
 * `and` tighter than `or`. A text without a term matches everything.
 *
 * @throws FilterError - for the first mistake
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  if (parser.next === undefined) return { kind: "all", of: [] };
  const expression = parser.either();
  if (parser.next !== undefined) throw mistake(parser.next, "closes nothing");
  return expression;
}

/** Parentheses within parentheses; nobody writes more, and each takes room on the stack. */
const DEEPEST = 100;

/** Asks for tokens one by one, so that what comes first is complained about first. */
class Parser {
  readonly #scanner: Scanner;
  next: Token | undefined;
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
    this.next = this.#scanner.next();
  }

  /** @param before - the sign that wants a term */
  either(before?: Sign): Expression {
    const of = [this.#both(before)];
    while (this.next?.kind === "or") of.push(this.#both(this.#take(this.next)));
    return joined("any", of);
  }

  #both(before?: Sign): Expression {
    const of = [this.#negated(before)];
    while (this.next !== undefined && this.next.kind !== "or" && this.next.kind !== ")") {
      of.push(this.#negated(this.next.kind === "and" ? this.#take(this.next) : undefined));
    }
    return joined("all", of);
  }

  #negated(before?: Sign): Expression {
    let last = before;
    let isNegated = false;
    while (this.next?.kind === "not") {
      last = this.#take(this.next);
      isNegated = !isNegated;
    }
    const inner = this.#term(last);
    return isNegated ? { kind: "not", inner } : inner;
  }

  #term(before?: Sign): Expression {
    const { next } = this;
    if (next?.kind === "(") return this.#group(this.#take(next));
    if (next !== undefined && !("text" in next)) return this.#take(next);
    if (before !== undefined) throw mistake(before, "has no term after it");
    const sign = next ?? { text: "", at: 0 };
    throw mistake(sign, next?.kind === ")" ? "closes nothing" : "has no term before it");
  }

  #group(open: Sign): Expression {
    if (++this.#depth > DEEPEST) throw mistake(open, `is nested more than ${DEEPEST} deep`);
    if (this.next === undefined) throw mistake(open, "is not closed");
    const inner = this.either(open);
    if (this.next?.kind !== ")") throw mistake(open, "is not closed");
    this.#take(this.next);
    this.#depth -= 1;
    return inner;
  }

  /** Goes on to the token after this one. */
  #take<T extends Token>(token: T): T {
    this.next = this.#scanner.next();
    return token;
  }
}

function joined(kind: "all" | "any", of: readonly Expression[]): Expression {
  const [only, ...others] = of;
  return only !== undefined && others.length === 0 ? only : { kind, of };
}

function mistake({ text = "", at }: { text?: string; at: number }, what: string): FilterError {
  return new FilterError(`"${text}" at ${at} ${what}`, at);
}

const SPACE = /\s*/y;
/** Matches a parenthesis, or a minus with a term after it. */
const SIGN = /[()]|-(?=[^\s)])/y;
const KEYWORDS = ["and", "or", "not"] as const;
const OPERATOR = /:|<=|>=|==|!=|<|>|=/y;
/** Matches what follows the name of a field; only a comparison may have space before it. */
const AFTER_FIELD = /:|\s*(?:<=|>=|==|!=|<|>|=)/y;
/** Matches up to the end of a bare word; an operator ends it. */
const WORD = /(?:(?!!=)[^\s():<>=])*/y;
/** Matches up to the end of a bare value; operators are part of it. */
const VALUE = /[^\s()]*/y;
const QUOTE = /["']/y;

/** Cuts the text of a filter into tokens. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | undefined {
    this.#read(SPACE);
    const at = this.#at;
    if (at === this.#text.length) return undefined;
    const sign = this.#read(SIGN);
    if (sign === "(" || sign === ")") return { kind: sign, at, text: sign };
    if (sign === "-") return { kind: "not", at, text: sign };
    if (this.#peek(QUOTE) !== "") {
      const pattern = this.#quoted();
      const isField = this.#peek(AFTER_FIELD) !== "" && pattern.text !== "";
      return isField ? this.#field(at, pattern.text) : { kind: "word", at, pattern };
    }
    const title = this.#read(TITLE_OF_WORDS);
    if (title !== "") return this.#field(at, title);
    const word = this.#read(WORD);
    const keyword = KEYWORDS.find((known) => known === word.toLowerCase());
    if (keyword !== undefined && this.#peek(OPERATOR) === "") {
      return { kind: keyword, at, text: word };
    }
    if (this.#peek(AFTER_FIELD) !== "") return this.#field(at, word);
    return { kind: "word", at, pattern: bare(word) };
  }

  /** Reads the rest of `field:pattern`, of a comparison, or of `has:field`. */
  #field(at: number, field: string): Term {
    this.#read(SPACE);
    const sign = { at: this.#at, text: this.#read(OPERATOR) };
    if (field === "") throw mistake({ ...sign, at }, "has no field before it");
    const operator = OPERATORS.find((one) => one === sign.text) ?? "="; // which may be written ==
    const isHas = operator === ":" && field.toLowerCase() === "has";
    if (operator !== ":") this.#read(SPACE);
    const start = this.#at;
    const pattern = this.#peek(QUOTE) === "" ? bare(this.#read(VALUE)) : this.#quoted();
    if (this.#at === start) {
      if (isHas) throw mistake({ text: "has:", at }, "needs the name of a field after it");
      throw mistake(sign, `needs ${operator === ":" ? "a pattern" : "a value"} after it`);
    }
    if (isHas) return { kind: "has", at, field: pattern.text };
    return { kind: "field", at, field, operator, pattern };
  }

  #quoted(): Pattern {
    const at = this.#at;
    const quote = this.#read(QUOTE);
    const chars: Char[] = [];
    let isEscaped = false;
    for (const char of this.#text.slice(this.#at)) {
      this.#at += char.length;
      if (!isEscaped && char === quote) return patternOf(chars);
      if (isEscaped || char !== "\\") chars.push({ char, isWild: !isEscaped && isWild(char) });
      isEscaped = !isEscaped && char === "\\";
    }
    throw new FilterError(`the quote ${quote} at ${at} is not closed`, at);
  }

  /** Takes what a sticky expression finds here. */
  #read(expression: RegExp): string {
    const found = this.#peek(expression);
    this.#at += found.length;
    return found;
  }

  #peek(expression: RegExp): string {
    expression.lastIndex = this.#at;
    return expression.exec(this.#text)?.[0] ?? "";
  }
}

function bare(word: string): Pattern {
  return patternOf(Array.from(word, (char) => ({ char, isWild: isWild(char) })));
}

function isWild(char: string): boolean {
  return char === "*" || char === "?";
}
