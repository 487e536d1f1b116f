/** The rules of a grid, ready to be held against its runs. */

import type { Problem } from "../config/config-error.ts";
import type { Conditions } from "./branches.ts";
import { Exclusions } from "./exclusions.ts";
import type { GridLayers } from "./grid-layers.ts";
import { Matcher, type MatcherContext } from "./matcher.ts";
import type { SectionReader } from "./sections.ts";

type Settings = {
  readonly reader: SectionReader;
  readonly seeds: readonly number[];
  readonly problems: Problem[];
};

export class GridRules {
  readonly exclude: Exclusions;
  readonly when: Conditions;
  readonly #matchers: readonly Matcher[];
  readonly #isSet: GridLayers["isSet"];

  constructor(
    { base, variants, exclude, when, isSet }: GridLayers,
    { reader, seeds, problems }: Settings,
  ) {
    const names = variants.map(({ name }) => name);
    const context: MatcherContext = { reader, base, variants: names, seeds, isSet, problems };
    const rules = exclude.map((rule) => new Matcher(rule, context));
    this.exclude = new Exclusions(rules);
    this.when = new Map(
      when.map(({ key, anyOf }) => [key, anyOf.map((rule) => new Matcher(rule, context))]),
    );
    this.#matchers = [...rules, ...[...this.when.values()].flat()];
    this.#isSet = isSet;
  }

  /** The rules that held for no run, unless the command line gave what they ask for. */
  unused(): Problem[] {
    return this.#matchers
      .filter(
        ({ neverHeld, rule }) => neverHeld && !rule.leaves.some(({ key }) => this.#isSet(key)),
      )
      .map((matcher) => {
        const { message, ...at } = matcher.whyNever();
        const says = matcher.rule.name.startsWith("when") ? "never applies" : "matches no run";
        return { ...at, message: `${matcher.rule.name}: ${says}: ${message}` };
      });
  }
}
