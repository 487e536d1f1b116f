/** Expands a config to its cells, each validated. */

import type { Cell, CellConfig, Exclusion } from "../config/config.ts";
import type { Problem } from "../config/config-error.ts";
import { reportUnknown } from "../config/validate.ts";
import {
  type Branch,
  branchesOf,
  includedBranches,
  refusalAfter,
  refusalBefore,
  soundConditions,
} from "./branches.ts";
import { checkTogether, EffectCheck } from "./check-together.ts";
import type { GridLayers } from "./grid-layers.ts";
import { GridRules } from "./grid-rules.ts";
import { SectionReader, type Sections } from "./sections.ts";

export type Expansion = {
  readonly cells: readonly Cell[];
  readonly excluded: readonly Exclusion[];
  /** What was written and changes nothing. */
  readonly warnings: readonly Problem[];
};

export type ExpandOptions = {
  readonly seeds: readonly number[];
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

  const effects = new EffectCheck();
  const cells: Cell[] = [];
  let runs = 0;
  const take = (branch: Branch, seeds: readonly number[]): void => {
    if (seeds.length === 0) return;
    const sections = reader.read(branch.layers);
    problems.push(...checkTogether(sections));
    effects.add(sections);
    runs += seeds.length;
    const config = configOf(sections);
    if (config === null) return;
    const { variant, variantDescription, at, labels: factors } = branch;
    cells.push({ variant, variantDescription, at, factors, config, seeds });
  };
  for (const branch of branchesOf(grid, rules.when)) {
    take(branch, rules.seedsLeft(branch, seeds));
    if (runs > mostRuns) break;
  }
  const hadRuns = runs > 0;
  for (const branch of includedBranches(grid)) {
    take({ ...branch, labels: newLabels(branch, grid, reader) }, seeds);
  }

  if (runs > mostRuns) problems.push(refusalAfter(grid, seeds.length, mostRuns));
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
  for (const { tree } of [...variants, ...options]) reader.read([base, tree]);
}

/** Included runs are called by what they have that the config's base has not. */
function newLabels(
  { labels, layers }: Branch,
  { base }: GridLayers,
  reader: SectionReader,
): Branch["labels"] {
  return labels.filter(({ key }) => reader.textAt(key, layers) !== reader.textAt(key, [base]));
}

function configOf(sections: Sections): CellConfig | null {
  const { data, model, init, train, record, thresholds, engine } = sections;
  if (data.value === null || model.value === null || init.value === null) return null;
  if (train.value === null || record.value === null || engine.value === null) return null;
  if (thresholds.value === null) return null;
  const isUsual = Object.keys(thresholds.value).length === 0;
  return {
    data: data.value,
    model: model.value,
    init: init.value,
    train: train.value,
    record: record.value,
    ...(isUsual ? {} : { thresholds: thresholds.value }),
    engine: engine.value,
  };
}
