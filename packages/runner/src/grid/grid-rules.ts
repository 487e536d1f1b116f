/** Compares the rules of a grid with its runs, and says of a rule that never held why it did not. */

import { hint } from "@ablate/text";
import type { Exclusion } from "../config/config.ts";
import type { Problem } from "../config/config-error.ts";
import type { Leaf } from "../config/grid.ts";
import { leafTree, type Rule } from "../config/rules.ts";
import { flowText, type MapNode, toValue } from "../config/tree.ts";
import { reportUnknown } from "../config/validate.ts";
import { asNumber } from "../config/value-schemas.ts";
import type { GridLayers } from "./grid-layers.ts";
import type { Layers, SectionReader } from "./sections.ts";

/** For a key of the grid, the rules of which at least one must match for the key to vary. */
export type Conditions = ReadonlyMap<string, readonly Matcher[]>;

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

  /** Reports the rules that held for no run, unless the command line gave what they ask for. */
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

/** Leaves out the runs that a rule of `exclude` matches, and counts them by rule. */
class Exclusions {
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

/** A run, whatever its seed. */
export type Candidate = { readonly variant: string | null; readonly layers: Layers };

type MatcherContext = {
  readonly reader: SectionReader;
  readonly base: MapNode;
  readonly variants: readonly string[];
  readonly seeds: readonly number[];
  /** Whether the command line gives this key. */
  readonly isSet: (key: string) => boolean;
  readonly problems: Problem[];
};

/** A value that a run must have. */
type Wanted = {
  readonly leaf: Leaf;
  readonly textOf: (candidate: Candidate) => string | null;
  readonly text: string | null;
  /** Values that runs had instead, and whether one had this. */
  readonly seen: Set<string>;
};

/** Values that a message lists: one line of them. */
const MOST_LISTED = 6;

/** Compares one rule with runs, and remembers the values it met. */
export class Matcher {
  readonly rule: Rule;
  /** The only seed for which the rule holds; null where it does not ask. */
  readonly seed: number | null;
  readonly #wanted: readonly Wanted[];
  #hasHeld = false;

  constructor(rule: Rule, context: MatcherContext) {
    this.rule = rule;
    const seed = rule.leaves.find(({ key }) => key === "seed");
    this.seed = seed === undefined ? null : readSeed(rule, seed, context);
    this.#wanted = rule.leaves
      .filter((leaf) => leaf !== seed)
      .map((leaf) =>
        leaf.key === "variant" ? variant(rule, leaf, context) : value(rule, leaf, context),
      );
  }

  /** Tells whether a run of some seed has all values. */
  holds(candidate: Candidate): boolean {
    let all = true;
    for (const { textOf, text, seen } of this.#wanted) {
      const actual = textOf(candidate);
      if (actual !== null && seen.size <= MOST_LISTED) seen.add(actual);
      if (actual !== null && actual === text) seen.add(actual);
      else all = false;
    }
    if (all) this.#hasHeld = true;
    return all;
  }

  /** Whether the rule makes sense and held for no run. */
  get neverHeld(): boolean {
    return !this.#hasHeld && this.#wanted.every(({ text }) => text !== null);
  }

  /** Says why it never held, at the place of the value that no run has. */
  whyNever(): Problem {
    const never = this.#wanted.find(({ text, seen }) => text !== null && !seen.has(text));
    if (never === undefined) {
      return { ...this.rule.at, message: "no run has all of these values" };
    }
    const { leaf, seen } = never;
    const others = [...seen].slice(0, MOST_LISTED).map(show);
    const only = others.length === 0 ? "" : `, only ${others.join(", ")}`;
    const message = `${leaf.key} is never ${flowText(leaf.value)}${only}`;
    return { ...leaf.value.at, message };
  }
}

function value({ extra }: Rule, leaf: Leaf, { reader, base, problems }: MatcherContext): Wanted {
  const { key } = leaf;
  const tree = leafTree(leaf);
  reportUnknown(tree, problems, extra);
  return {
    leaf,
    textOf: ({ layers }) => reader.textAt(key, layers),
    text: reader.textAt(key, [base, tree]),
    seen: new Set(),
  };
}

function variant(rule: Rule, leaf: Leaf, { variants, problems }: MatcherContext): Wanted {
  const name = leaf.value.kind === "scalar" ? String(leaf.value.value) : "";
  const isKnown = variants.includes(name);
  if (!isKnown) {
    const why =
      variants.length === 0 ? ", there are no variants" : hint(flowText(leaf.value), variants);
    const message = `${rule.name}.variant: no variant ${flowText(leaf.value)}${why}`;
    problems.push({ ...leaf.value.at, message });
  }
  const text = isKnown ? name : null;
  return { leaf, textOf: (candidate) => candidate.variant, text, seen: new Set() };
}

function readSeed(rule: Rule, leaf: Leaf, { seeds, isSet, problems }: MatcherContext): number {
  const seed = asNumber(toValue(leaf.value));
  if (typeof seed === "number" && (seeds.includes(seed) || isSet("seeds"))) return seed;
  const message = `${rule.name}.seed: ${flowText(leaf.value)} is none of the seeds ${seeds.slice(0, MOST_LISTED).join(", ")}`;
  problems.push({ ...leaf.value.at, message });
  return Number.NaN;
}

/** Canonical JSON as YAML writes it; a rate that never changes is a number. */
function show(text: string): string {
  const plain = /^\{"0":([^,]*)\}$/.exec(text)?.[1] ?? text;
  const flow = plain.replace(/"([^"]*)"/g, "$1").replace(/([:,])(?=\S)/g, "$1 ");
  return flow.length > 60 ? `${flow.slice(0, 57)}...` : flow;
}
