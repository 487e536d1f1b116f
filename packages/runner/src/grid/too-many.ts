import type { Position, Problem } from "../config/config-error.ts";
import { countBranches } from "./branches.ts";
import type { GridLayers } from "./grid-layers.ts";

/** More is a mistake in the config: it would take longer to list than anybody waits. */
const MOST_COMBINATIONS = 1_000_000;

/** Why a grid is too large to be walked at all, or null. */
export function refusalBefore(grid: GridLayers, seeds: number, mostRuns: number): Problem | null {
  const combinations = countBranches(grid);
  if (combinations > MOST_COMBINATIONS) {
    const message = `${many(combinations)} combinations, at most ${many(MOST_COMBINATIONS)}`;
    return { ...placeOf(grid), message };
  }
  const isExact = grid.exclude.length === 0 && grid.when.length === 0;
  const runs = combinations * seeds;
  return isExact && runs > mostRuns ? tooMany(grid, `${many(runs)} runs`, mostRuns) : null;
}

/** What to say where the walk met more runs than are wanted. */
export function refusalAfter(grid: GridLayers, seeds: number, mostRuns: number): Problem {
  return tooMany(grid, `up to ${many(countBranches(grid) * seeds)} runs`, mostRuns);
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

function many(count: number): string {
  return count < 1e15 ? count.toLocaleString("en-US") : count.toPrecision(3);
}
