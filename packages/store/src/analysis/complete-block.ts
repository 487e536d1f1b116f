/** The largest part of a table of two factors in which every seed has every result. */
import type { Seed } from "../seed.ts";
import { LEAST_SEEDS } from "./pairs.ts";

/** A result and where it stands: its values of the two factors, and of all else. */
type Entry = {
  readonly row: string;
  readonly column: string;
  readonly cell: string;
  readonly seed: Seed | null;
  readonly value: number | null;
};

export type CompleteBlock = {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly string[];
  readonly seeds: readonly Seed[];
  /** The results of a row and column, one for each seed: the mean over the cells. */
  readonly values: (row: string, column: string) => readonly number[];
};

const NO_BLOCK: CompleteBlock = { rows: [], columns: [], cells: [], seeds: [], values: () => [] };

type Part = Pick<CompleteBlock, "columns" | "cells" | "seeds">;

/**
 * Chooses columns, cells and seeds so that nothing is missing: rows that have results in two columns, columns that have
 * results in each of them. Cells, then columns, with the fewest complete seeds are left out until three seeds are
 * complete, if that can be.
 */
export function completeBlock(entries: readonly Entry[]): CompleteBlock {
  const found = entries.filter(({ seed, value }) => seed !== null && Number.isFinite(value));
  const columnsOf = Map.groupBy(found, ({ row }) => row);
  const rows = [...columnsOf].flatMap(([row, own]) =>
    new Set(own.map(({ column }) => column)).size < 2 ? [] : [row],
  );
  const inRows = found.filter(({ row }) => rows.includes(row));
  const columns = distinct(inRows.map(({ column }) => column)).filter((column) =>
    rows.every((row) => columnsOf.get(row)?.some((one) => one.column === column)),
  );
  if (rows.length < 2 || columns.length < 2) return NO_BLOCK;
  const byPlace = Map.groupBy(inRows, ({ row, column, cell, seed }) =>
    placeOf([row, column, cell], seed),
  );
  const allSeeds = distinct(inRows.flatMap(({ seed }) => seed ?? []));
  const complete: Complete = (some, cells) =>
    allSeeds.filter((seed) =>
      rows.every((row) =>
        some.every((column) =>
          cells.every((cell) => byPlace.has(placeOf([row, column, cell], seed))),
        ),
      ),
    );
  const part = largestPart({ columns, cells: distinct(inRows.map(({ cell }) => cell)) }, complete);
  if (part.seeds.length === 0) return NO_BLOCK;
  const at = (row: string, column: string, cell: string, seed: Seed): number =>
    mean((byPlace.get(placeOf([row, column, cell], seed)) ?? []).map(({ value }) => value ?? 0));
  return {
    ...part,
    rows,
    values: (row, column) =>
      part.seeds.map((seed) => mean(part.cells.map((cell) => at(row, column, cell, seed)))),
  };
}

function placeOf(names: readonly string[], seed: Seed | null): string {
  return JSON.stringify([...names, String(seed)]);
}

/** Leaves out cells, then columns, with the fewest complete seeds, until enough are complete. */
function largestPart({ columns, cells }: Omit<Part, "seeds">, complete: Complete): Part {
  const parts: Part[] = [];
  for (let left = columns; left.length >= 2; left = withoutFewest(left, cells, complete)) {
    const full = fullest(cells, (cell) => complete(left, [cell]).length);
    for (let n = full.length; n > 0; n--) {
      const some = full.slice(0, n);
      const part = { columns: left, cells: some, seeds: complete(left, some) };
      parts.push(part);
      if (part.seeds.length >= LEAST_SEEDS) return part;
    }
  }
  const most = Math.max(0, ...parts.map(({ seeds }) => seeds.length));
  const found = parts.find(({ seeds }) => seeds.length === most);
  return found ?? { columns, cells, seeds: [] };
}

type Complete = (columns: readonly string[], cells: readonly string[]) => readonly Seed[];

/** Returns those that have any complete seed, those with most first. */
function fullest(all: readonly string[], seedsOf: (one: string) => number): string[] {
  const counts = all.map((one) => ({ one, count: seedsOf(one) }));
  const some = counts.filter(({ count }) => count > 0);
  return some.sort((a, b) => b.count - a.count).map(({ one }) => one);
}

/** Leaves out columns that the fullest cell does not have, else the one that has the fewest complete seeds there. */
function withoutFewest(
  columns: readonly string[],
  cells: readonly string[],
  complete: Complete,
): readonly string[] {
  const byCell = cells.map((cell) => columns.map((column) => complete([column], [cell]).length));
  const sums = byCell.map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const counts = byCell[sums.indexOf(Math.max(...sums))] ?? [];
  const least = Math.min(...counts);
  const at = counts.lastIndexOf(least);
  return columns.filter((_, i) => (least === 0 ? (counts[i] ?? 0) > 0 : i !== at));
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
