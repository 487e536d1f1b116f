import { FilterError } from "./filter-error.ts";
import { type Term, type Token, tokens } from "./tokens.ts";

export type Expression =
  | Term
  | { readonly kind: "not"; readonly inner: Expression }
  | { readonly kind: "all" | "any"; readonly of: readonly Expression[] };

/** Parentheses within parentheses; nobody writes more, and each takes room on the stack. */
const DEEPEST = 100;

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
  const { next } = parser;
  if (next !== undefined)
    throw new FilterError(`"${wordOf(next)}" at ${next.at} closes nothing`, next.at);
  return expression;
}

class Parser {
  readonly #tokens: Generator<Token, undefined>;
  next: Token | undefined;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
    this.#advance();
  }

  either(before?: Token): Expression {
    const of = [this.#both(before)];
    while (this.next?.kind === "or") of.push(this.#both(this.#advance()));
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "any", of };
  }

  #both(before?: Token): Expression {
    const of = [this.#negated(before)];
    while (this.next !== undefined && this.next.kind !== "or" && this.next.kind !== ")") {
      of.push(this.#negated(this.next.kind === "and" ? this.#advance() : undefined));
    }
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "all", of };
  }

  #negated(before?: Token): Expression {
    let last = before;
    let isNegated = false;
    while (this.next?.kind === "not") {
      last = this.#advance();
      isNegated = !isNegated;
    }
    const inner = this.#term(last);
    return isNegated ? { kind: "not", inner } : inner;
  }

  /** A term or a group; `before` is the sign that wants one. */
  #term(before?: Token): Expression {
    const { next } = this;
    if (next?.kind === "word" || next?.kind === "has" || next?.kind === "field") {
      this.#advance();
      return next;
    }
    if (next?.kind === "(") return this.#group(next);
    if (before !== undefined) {
      throw new FilterError(`"${wordOf(before)}" at ${before.at} has no term after it`, before.at);
    }
    const at = next?.at ?? 0;
    const sign = next === undefined ? "" : wordOf(next);
    const reason = next?.kind === ")" ? "closes nothing" : "has no term before it";
    throw new FilterError(`"${sign}" at ${at} ${reason}`, at);
  }

  #group(open: Token): Expression {
    if (++this.#depth > DEEPEST) {
      throw new FilterError(`"(" at ${open.at} is nested more than ${DEEPEST} deep`, open.at);
    }
    this.#advance();
    if (this.next === undefined) throw new FilterError(`"(" at ${open.at} is not closed`, open.at);
    const inner = this.either(open);
    if (this.next?.kind !== ")") throw new FilterError(`"(" at ${open.at} is not closed`, open.at);
    this.#advance();
    this.#depth -= 1;
    return inner;
  }

  /** Takes the token that comes next. */
  #advance(): Token | undefined {
    const taken = this.next;
    this.next = this.#tokens.next().value;
    return taken;
  }
}

function wordOf(token: Token): string {
  return "text" in token ? token.text : "";
}
