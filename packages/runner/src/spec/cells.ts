/** What a config expands to, each cell validated. */

import { checkTogether } from "./check-together.ts";
import type { Cell, CellConfig } from "./config.ts";
import type { Position, Problem } from "./config-error.ts";
import type { GridFactor, Variant } from "./grid.ts";
import { mapOf, merge } from "./merge.ts";
import { type MapNode, type Node, toLabelText } from "./tree.ts";
import { validate } from "./validate.ts";

/** More is a mistake in the config: it would take longer to list than anybody waits. */
const MOST_CELLS = 1_000_000;

export type Layers = {
  readonly base: MapNode;
  readonly variants: readonly Variant[];
  readonly factors: readonly GridFactor[];
  /** On top of everything. */
  readonly values: MapNode;
};

/** One combination of the grid's values. */
type Choice = readonly { readonly factor: GridFactor; readonly item: Node }[];

/** Variants slowest, then the grid's keys, the first slowest. */
export function expandCells(
  { base, variants, factors, values }: Layers,
  problems: Problem[],
): Cell[] {
  const bases: readonly { readonly variant: Variant | null; readonly tree: MapNode }[] =
    variants.length === 0
      ? [{ variant: null, tree: base }]
      : variants.map((variant) => ({ variant, tree: merge(base, variant.tree) }));
  const count = factors.reduce((product, { items }) => product * items.length, bases.length);
  if (count > MOST_CELLS) {
    problems.push({ ...at(factors, base), message: `${count} runs a seed, at most ${MOST_CELLS}` });
    return [];
  }
  const choices = combine(factors);
  return bases.flatMap(({ variant, tree }) =>
    choices.flatMap((choice) => {
      const chosen = choice.reduce(
        (below, { factor, item }) => merge(below, mapOf(factor.key, item, factor.keyAt)),
        tree,
      );
      const config = readCell(merge(chosen, values), problems);
      if (config === null) return [];
      return [
        {
          variant: variant?.name ?? null,
          variantDescription: variant?.description ?? "",
          factors: choice
            .filter(({ factor }) => factor.items.length > 1)
            .map(({ factor, item }) => ({ key: factor.key, text: toLabelText(item) })),
          config,
        },
      ];
    }),
  );
}

function readCell(tree: MapNode, problems: Problem[]): CellConfig | null {
  problems.push(...checkTogether(tree));
  const config = validate(tree, problems);
  if (config === null) return null;
  const { data, model, init, train, record, engine } = config;
  return { data, model, init, train, record, engine };
}

function combine(factors: readonly GridFactor[]): Choice[] {
  return factors.reduce<Choice[]>(
    (choices, factor) =>
      choices.flatMap((choice) => factor.items.map((item) => [...choice, { factor, item }])),
    [[]],
  );
}

function at([first]: readonly GridFactor[], base: MapNode): Position {
  return first?.keyAt ?? base.at;
}
