/** Walks the combinations of a grid. */
import type { Factor as Chosen } from "../config/config.ts";
import type { Position, Problem } from "../config/config-error.ts";
import type { Variant } from "../config/grid.ts";
import type { Condition } from "../config/rules.ts";
import { hint } from "../config/suggest.ts";
import { type Factor, type GridLayers, isWithin, type Option } from "./grid-layers.ts";
import type { Candidate, Matcher } from "./matcher.ts";
import type { Layers } from "./sections.ts";

/** One combination: a cell that is not read yet. */
export type Branch = Candidate & {
  readonly variantDescription: string;
  /** The most special place that made it. */
  readonly at: Position;
  readonly labels: readonly Chosen[];
};

/** By key of the grid, the rules of which one must hold for the key to vary. */
export type Conditions = ReadonlyMap<string, readonly Matcher[]>;

/**
 * The combinations of variants, rows of zip and the grid's keys, the first slowest. A key whose
 * condition does not hold is left as it is below the grid, once.
 */
export function* branchesOf(grid: GridLayers, when: Conditions): Generator<Branch> {
  const { base, variants, rows, factors, values } = grid;
  for (const variant of variants.length === 0 ? [null] : variants) {
    for (const row of rows.length === 0 ? [null] : rows) {
      yield* combine(startAt(base, variant, row), { factors, when, values });
    }
  }
}

/** An included entry, for each combination of the command line's factors. */
export function includedBranches(
  { base, setFactors: factors, values }: GridLayers,
  { at, tree, labels }: Option,
): Generator<Branch> {
  const start = {
    variant: null,
    variantDescription: "",
    at,
    labels,
    layers: [base, tree],
  } as const;
  return combine(start, { factors, when: new Map(), values });
}

function startAt(base: GridLayers["base"], variant: Variant | null, row: Option | null): Branch {
  const layers: Layers = [
    base,
    ...(variant === null ? [] : [variant.tree]),
    ...(row === null ? [] : [row.tree]),
  ];
  return {
    variant: variant?.name ?? null,
    variantDescription: variant?.description ?? "",
    at: row?.at ?? variant?.at ?? base.at,
    labels: row?.labels ?? [],
    layers,
  };
}

type Rest = Pick<GridLayers, "factors" | "values"> & { readonly when: Conditions };

function* combine(branch: Branch, { factors, when, values }: Rest): Generator<Branch> {
  const [factor, ...rest] = factors;
  const all: Layers = [...branch.layers, values];
  if (factor === undefined) {
    yield { ...branch, layers: all };
    return;
  }
  const further = { factors: rest, when, values };
  const rules = when.get(factor.key);
  const applies = rules === undefined || anyHolds(rules, { ...branch, layers: all });
  if (!applies) yield* combine(branch, further);
  else for (const option of factor.options) yield* combine(choose(branch, option), further);
}

/** Asks every rule, since each notes what it met. */
function anyHolds(rules: readonly Matcher[], candidate: Candidate): boolean {
  return rules.filter((rule) => rule.holds(candidate)).length > 0;
}

function choose(branch: Branch, { at, tree, labels }: Option): Branch {
  return {
    ...branch,
    at,
    layers: [...branch.layers, tree],
    labels: [...branch.labels, ...labels],
  };
}

/**
 * The conditions that can be decided: each is about a key of the grid, and asks for what is decided
 * before that key. The others are reported.
 */
export function soundConditions({ when, factors }: GridLayers, problems: Problem[]): Condition[] {
  const keys = factors.map(({ key }) => key);
  return when.filter(({ key, keyAt, anyOf }) => {
    const own = keys.indexOf(key);
    if (own < 0) {
      const allowed = keys.length === 0 ? "" : hint(key, keys);
      problems.push({ ...keyAt, message: `when.${key}: is no key of the grid${allowed}` });
      return false;
    }
    const undecided = keys.slice(own);
    const wrong = anyOf
      .flatMap(({ leaves }) => leaves)
      .flatMap((leaf) => {
        const later = undecided.find((one) => isWithin(one, leaf.key) || isWithin(leaf.key, one));
        return later === undefined ? [] : [{ leaf, later }];
      });
    for (const { leaf, later } of wrong) {
      const why =
        later === key ? "asks for itself" : `asks for ${later}, which the grid has after it`;
      problems.push({ ...leaf.keyAt, message: `when.${key}: ${why}` });
    }
    return wrong.length === 0;
  });
}

/** How many combinations there are at most; seeds not counted. */
export function countBranches({
  variants,
  rows,
  factors,
  include,
  setFactors,
}: GridLayers): number {
  const product = (parts: readonly Factor[], first: number): number =>
    parts.reduce((count, { options }) => count * options.length, first);
  const bases = Math.max(1, variants.length) * Math.max(1, rows.length);
  return product(factors, bases) + product(setFactors, include.length);
}
