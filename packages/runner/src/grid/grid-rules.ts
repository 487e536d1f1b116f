/** Compares the rules of a grid with its runs, and says of a rule that never held why it did not. */

import type { Seed } from "@ablate/store";
import { hint } from "@ablate/text";
import { canonicalJson } from "../config/canonical-json.ts";
import type { Exclusion } from "../config/config.ts";
import type { Problem } from "../config/config-error.ts";
import type { Leaf } from "../config/grid.ts";
import { withoutReferring } from "../config/references.ts";
import { leafTree, type Rule } from "../config/rules.ts";
import { isNamed, NAME } from "../config/schema.ts";
import { flowText, toValue } from "../config/tree.ts";
import { reportUnknown } from "../config/validate.ts";
import { asNumber, seed } from "../config/value-schemas.ts";
import type { GridLayers } from "./grid-layers.ts";
import type { Layers, SectionReader } from "./sections.ts";

/** For a key of the grid, the rules of which at least one must match for the key to vary. */
export type Conditions = ReadonlyMap<string, readonly Matcher[]>;

type Settings = {
  readonly reader: SectionReader;
  readonly seeds: readonly Seed[];
  readonly problems: Problem[];
};

type Context = Settings & Pick<GridLayers, "base" | "variants" | "isSet">;

export class GridRules {
  readonly when: Conditions;
  readonly #exclude: readonly { readonly matcher: Matcher; count: number }[];

  constructor(grid: GridLayers, settings: Settings) {
    const context = { ...grid, ...settings, base: withoutReferring(grid.base) };
    this.#exclude = grid.exclude.map((rule) => ({ matcher: new Matcher(rule, context), count: 0 }));
    this.when = new Map(
      grid.when.map(({ key, anyOf }) => [key, anyOf.map((rule) => new Matcher(rule, context))]),
    );
  }

  /** Returns the seeds that no rule excludes from a combination; each other counts at the first that does. */
  seedsLeft(candidate: Candidate, seeds: readonly Seed[]): readonly Seed[] {
    let left = seeds;
    for (const rule of this.#exclude) {
      const { seed } = rule.matcher;
      if (!rule.matcher.holds(candidate)) continue;
      const kept = seed === null ? [] : left.filter((one) => one !== seed);
      rule.count += left.length - kept.length;
      left = kept;
    }
    return left;
  }

  /** The entries of `exclude`, with the number of runs that each leaves out. */
  get excluded(): Exclusion[] {
    return this.#exclude.map(({ matcher: { rule }, count }) => ({
      rule: rule.text,
      position: rule.at,
      count,
    }));
  }

  /** Reports the rules that held for no run, unless the command line gave what they ask for. */
  unused(): Problem[] {
    const excluding = this.#exclude.map(({ matcher }) => matcher);
    return [...excluding, ...[...this.when.values()].flat()].flatMap(
      (matcher) => matcher.whyNever() ?? [],
    );
  }
}

/** A run, whatever its seed. */
export type Candidate = { readonly variant: string | null; readonly layers: Layers };

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
  readonly seed: Seed | null;
  readonly #wanted: readonly Wanted[];
  readonly #isSet: boolean;
  #hasHeld = false;

  constructor(rule: Rule, context: Context) {
    this.rule = rule;
    const seed = rule.leaves.find(({ key }) => key === "seed");
    this.seed = seed === undefined ? null : readSeed(rule, seed, context);
    this.#wanted = rule.leaves
      .filter((leaf) => leaf !== seed)
      .map((leaf) => (leaf.key === "variant" ? variant : value)(rule, leaf, context));
    this.#isSet = rule.leaves.some(({ key }) => context.isSet(key));
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

  /**
   * Says why the rule never held, at the place of the value that no run has; null where it has, makes no
   * sense, or asks for what the command line gives.
   */
  whyNever(): Problem | null {
    const isSound = this.#wanted.every(({ text }) => text !== null);
    if (this.#hasHeld || this.#isSet || !isSound) return null;
    const { name, at } = this.rule;
    const says = `${name}: ${name.startsWith("when") ? "never applies" : "matches no run"}`;
    const never = this.#wanted.find(({ text, seen }) => text !== null && !seen.has(text));
    if (never === undefined) {
      return { ...at, message: `${says}: no run has all of these values` };
    }
    const { leaf, seen } = never;
    const others = [...seen].slice(0, MOST_LISTED).map(show);
    const only = others.length === 0 ? "" : `, only ${others.join(", ")}`;
    const message = `${says}: ${leaf.key} is never ${flowText(leaf.value)}${only}`;
    return { ...leaf.value.at, message };
  }
}

function value({ extra }: Rule, leaf: Leaf, { reader, base, problems }: Context): Wanted {
  const { key } = leaf;
  const tree = leafTree(leaf);
  reportUnknown(tree, problems, extra);
  // Whether a setting is one of the named value that runs have is not known here.
  const text = isSettingOfNamed(key)
    ? canonicalJson(asNumbers(toValue(leaf.value)))
    : reader.textAt(key, [base, tree]);
  return { leaf, textOf: ({ layers }) => reader.textAt(key, layers), text, seen: new Set() };
}

function isSettingOfNamed(key: string): boolean {
  const end = key.lastIndexOf(".");
  return isNamed(key.slice(0, end)) && key.slice(end + 1) !== NAME;
}

function asNumbers(value: unknown): unknown {
  return Array.isArray(value) ? value.map(asNumbers) : asNumber(value);
}

function variant(rule: Rule, leaf: Leaf, { variants, problems }: Context): Wanted {
  const names = variants.map(({ name }) => name);
  const name = leaf.value.kind === "scalar" ? String(leaf.value.value) : "";
  const text = names.includes(name) ? name : null;
  if (text === null) {
    const given = flowText(leaf.value);
    const why = names.length === 0 ? ", there are no variants" : hint(given, names);
    problems.push({ ...leaf.value.at, message: `${rule.name}.variant: no variant ${given}${why}` });
  }
  return { leaf, textOf: (candidate) => candidate.variant, text, seen: new Set() };
}

function readSeed(rule: Rule, leaf: Leaf, { seeds, isSet, problems }: Context): Seed {
  const { data: found } = seed.safeParse(toValue(leaf.value));
  if (found !== undefined && (seeds.includes(found) || isSet("seeds"))) return found;
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
