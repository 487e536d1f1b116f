/** Walks the combinations of a grid and makes a cell of each, validated. */
import type { Seed } from "@ablate/store";
import { count, hint } from "@ablate/text";
import type { Cell, Factor as Chosen, Exclusion } from "../config/config.ts";
import type { Position, Problem } from "../config/config-error.ts";
import { hasSettingsAlone } from "../config/merge.ts";
import type { Condition } from "../config/rules.ts";
import { reportUnknown } from "../config/validate.ts";
import { CellConfigs } from "./cell-configs.ts";
import { TogetherCheck } from "./check-together.ts";
import { EffectCheck } from "./effects.ts";
import { type Factor, type GridLayers, isWithin } from "./grid-layers.ts";
import { type Candidate, type Conditions, GridRules, type Matcher } from "./grid-rules.ts";
import { Networks } from "./networks.ts";
import { type Layers, SectionReader } from "./sections.ts";

export type Expansion = {
  readonly cells: readonly Cell[];
  readonly excluded: readonly Exclusion[];
  /** What was written and changes nothing. */
  readonly warnings: readonly Problem[];
};

export type ExpandOptions = {
  readonly seeds: readonly Seed[];
  /** More are refused, seeds counted. */
  readonly mostRuns: number;
  readonly problems: Problem[];
};

/**
 * Returns the cells of a config, slowest first: variants, rows of zip, the grid's keys in order; then what
 * is included.
 */
export function expandCells(given: GridLayers, options: ExpandOptions): Expansion {
  const { seeds, mostRuns, problems } = options;
  const grid = { ...given, when: soundConditions(given, problems) };
  const refusal = refusalBefore(grid, seeds.length, mostRuns);
  if (refusal !== null) {
    problems.push(refusal);
    return { cells: [], excluded: [], warnings: [] };
  }
  const reader = new SectionReader(problems);
  const rules = new GridRules(grid, { reader, seeds, problems });
  checkValues(grid, reader, problems);

  const networks = new Networks();
  const [together, effects] = [new TogetherCheck(networks), new EffectCheck(networks)];
  const configs = new CellConfigs();
  const cells: Cell[] = [];
  let runs = 0;
  const take = (branch: Branch, seeds: readonly Seed[], isIncluded: boolean): void => {
    if (seeds.length === 0) return;
    const sections = reader.read(branch.layers);
    problems.push(...together.problems(sections));
    effects.add(sections);
    runs += seeds.length;
    const config = configs.of(sections);
    if (config === null) return;
    const { variant, variantDescription, at, labels: factors } = branch;
    cells.push({ variant, variantDescription, at, factors, config, seeds, isIncluded });
  };
  for (const branch of branchesOf(grid, rules.when)) {
    take(branch, rules.seedsLeft(branch, seeds), false);
    if (runs > mostRuns) break;
  }
  const hadRuns = runs > 0;
  for (const branch of includedBranches(grid)) {
    take({ ...branch, labels: newLabels(branch, grid, reader) }, seeds, true);
  }

  const most = `up to ${many(countBranches(grid) * seeds.length)} runs`;
  problems.push(...together.unmatchedGroups);
  if (runs > mostRuns) problems.push(tooMany(grid, most, mostRuns));
  else problems.push(...rules.unused());
  if (!hadRuns && grid.exclude.length > 0 && grid.include.length === 0) {
    problems.push({ ...(grid.exclude[0]?.at ?? grid.base.at), message: "exclude: leaves no run" });
  }
  return { cells, excluded: rules.excluded, warnings: effects.warnings };
}

/** Checks each value of the grid by itself: another may be on top of it in all runs. */
function checkValues(grid: GridLayers, reader: SectionReader, problems: Problem[]): void {
  const { base, variants, rows, factors, include } = grid;
  const options = [...rows, ...factors.flatMap((factor) => factor.options), ...include];
  for (const { tree } of variants) reportUnknown(tree, problems, ["description"]);
  for (const { tree } of options) reportUnknown(tree, problems);
  for (const { tree } of [...variants, ...options]) {
    const layers: Layers = [base, tree];
    // What is taken from elsewhere is known of whole runs only.
    if (!hasSettingsAlone(tree) && !reader.refers(layers)) reader.read(layers);
  }
}

/** Included runs are called by what they have that the config's base has not. */
function newLabels(
  { labels, layers }: Branch,
  { base }: GridLayers,
  reader: SectionReader,
): Branch["labels"] {
  return labels.filter(({ key }) => reader.textAt(key, layers) !== reader.textAt(key, [base]));
}

/** A combination: a cell whose config is not read yet. */
type Branch = Candidate & {
  readonly variantDescription: string;
  /** The most special place that made it. */
  readonly at: Position;
  readonly labels: readonly Chosen[];
};

/**
 * Yields the combinations of variants, rows of zip and the grid's keys, the first slowest. A key whose
 * condition does not hold is left as it is below the grid, once.
 */
function* branchesOf(grid: GridLayers, when: Conditions): Generator<Branch> {
  const { base, variants, rows, factors, values } = grid;
  for (const variant of variants.length === 0 ? [null] : variants) {
    for (const row of rows.length === 0 ? [null] : rows) {
      const parts = [variant, row].filter((part) => part !== null);
      const start: Branch = {
        variant: variant?.name ?? null,
        variantDescription: variant?.description ?? "",
        at: row?.at ?? variant?.at ?? base.at,
        labels: row?.labels ?? [],
        layers: [base, ...parts.map(({ tree }) => tree)],
      };
      yield* combine(start, { factors, when, values });
    }
  }
}

/** Combines each included entry with each combination of the command line's factors. */
function* includedBranches(grid: GridLayers): Generator<Branch> {
  const { base, include, setFactors: factors, values } = grid;
  for (const { at, tree, labels } of include) {
    const start: Branch = {
      variant: null,
      variantDescription: "",
      at,
      labels,
      layers: [base, tree],
    };
    yield* combine(start, { factors, when: new Map(), values });
  }
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
  if (rules !== undefined && !anyHolds(rules, { ...branch, layers: all })) {
    yield* combine(branch, further);
    return;
  }
  for (const { at, tree, labels: own } of factor.options) {
    const layers: Layers = [...branch.layers, tree];
    yield* combine({ ...branch, at, layers, labels: [...branch.labels, ...own] }, further);
  }
}

/** Asks every rule, since each notes the values it met. */
function anyHolds(rules: readonly Matcher[], candidate: Candidate): boolean {
  return rules.filter((rule) => rule.holds(candidate)).length > 0;
}

/**
 * Returns the conditions that can be decided: each is about a key of the grid, and asks for what is
 * decided before that key. The others are reported.
 */
function soundConditions({ when, factors }: GridLayers, problems: Problem[]): Condition[] {
  const keys = factors.map(({ key }) => key);
  return when.filter(({ key, keyAt, anyOf }) => {
    const own = keys.indexOf(key);
    if (own < 0) {
      const allowed = keys.length === 0 ? "" : hint(key, keys);
      problems.push({ ...keyAt, message: `when.${key}: is no key of the grid${allowed}` });
      return false;
    }
    let isSound = true;
    for (const leaf of anyOf.flatMap(({ leaves }) => leaves)) {
      const later = keys
        .slice(own)
        .find((one) => isWithin(one, leaf.key) || isWithin(leaf.key, one));
      if (later === undefined) continue;
      isSound = false;
      const why =
        later === key ? "asks for itself" : `asks for ${later}, which the grid has after it`;
      problems.push({ ...leaf.keyAt, message: `when.${key}: ${why}` });
    }
    return isSound;
  });
}

/** Counts the combinations there may be at most, seeds not counted. */
function countBranches({ variants, rows, factors, include, setFactors }: GridLayers): number {
  const product = (parts: readonly Factor[], first: number): number =>
    parts.reduce((count, { options }) => count * options.length, first);
  const bases = Math.max(1, variants.length) * Math.max(1, rows.length);
  return product(factors, bases) + product(setFactors, include.length);
}

/** More is a mistake in the config: it would take longer to list than anybody waits. */
const MOST_COMBINATIONS = 1_000_000;

/** Why a grid is too large to be walked at all, or null. */
function refusalBefore(grid: GridLayers, seeds: number, mostRuns: number): Problem | null {
  const combinations = countBranches(grid);
  if (combinations > MOST_COMBINATIONS) {
    const message = `${many(combinations)} combinations, at most ${many(MOST_COMBINATIONS)}`;
    return { ...placeOf(grid), message };
  }
  const isExact = grid.exclude.length === 0 && grid.when.length === 0;
  const runs = combinations * seeds;
  return isExact && runs > mostRuns ? tooMany(grid, `${many(runs)} runs`, mostRuns) : null;
}

function tooMany(grid: GridLayers, what: string, mostRuns: number): Problem {
  const message = `${what}; more than ${many(mostRuns)} need --yes`;
  return { ...placeOf(grid), message };
}

function placeOf({ factors, rows, variants, include, base }: GridLayers): Position {
  const [first] = [
    ...factors.map(({ keyAt }) => keyAt),
    ...[...rows, ...variants, ...include].map(({ at }) => at),
  ];
  return first ?? base.at;
}

function many(branches: number): string {
  return branches < 1e15 ? count(branches) : branches.toPrecision(3);
}
