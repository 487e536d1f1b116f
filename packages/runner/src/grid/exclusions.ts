/** Leaves out the runs that a rule of `exclude` matches, and counts them by rule. */
import type { Exclusion } from "../config/config.ts";
import type { Candidate, Matcher } from "./matcher.ts";

export class Exclusions {
  readonly #rules: readonly { readonly matcher: Matcher; count: number }[];

  constructor(matchers: readonly Matcher[]) {
    this.#rules = matchers.map((matcher) => ({ matcher, count: 0 }));
  }

  /** The seeds with which a combination is left in; each other counts at the first rule that holds. */
  left(candidate: Candidate, seeds: readonly number[]): readonly number[] {
    let left = seeds;
    for (const rule of this.#rules) {
      const { seed } = rule.matcher;
      if (!rule.matcher.holds(candidate)) continue;
      const kept = seed === null ? [] : left.filter((one) => one !== seed);
      rule.count += left.length - kept.length;
      left = kept;
    }
    return left;
  }

  get counts(): Exclusion[] {
    return this.#rules.map(({ matcher: { rule }, count }) => ({
      rule: rule.text,
      position: rule.at,
      count,
    }));
  }
}
