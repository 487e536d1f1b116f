/** Holds rules against runs, and says of a rule that never held why it did not. */
import type { Problem } from "../config/config-error.ts";
import { flowText } from "../config/flow-text.ts";
import type { Leaf } from "../config/grid-keys.ts";
import { readNumber } from "../config/number.ts";
import { leafTree, type Rule } from "../config/rules.ts";
import { hint } from "../config/suggest.ts";
import { type MapNode, toValue } from "../config/tree.ts";
import { reportUnknown } from "../config/validate.ts";
import type { Layers, SectionReader } from "./sections.ts";

/** A run, whatever its seed. */
export type Candidate = { readonly variant: string | null; readonly layers: Layers };

export type MatcherContext = {
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

/** Values that a message lists. */
const MOST_LISTED = 6;

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

  /** Whether a run of some seed has all values. */
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

  /** Why it never held, with the place of the value that no run has. */
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
  const seed = readNumber(toValue(leaf.value));
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
