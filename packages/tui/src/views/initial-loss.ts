/** Where the loss of a run or a group began, and that of guessing: the same number in every view. */
import { momentsOf } from "@ablate/store";
import type { RunReader } from "../data/run-reader.ts";
import type { ShownRun } from "../data/shown-run.ts";

type InitialLoss = {
  /** Null where no run has one. */
  readonly mean: number | null;
  /** The loss of guessing, as `ln 27 = 3.296`; empty where it is not known. */
  readonly guess: string;
};

/** Runs of a group whose loss at initialisation is read: of more, a mean would be slow. */
const MOST_READ = 16;

/** Returns the loss at initialisation, the mean of a group's. */
export function initialLossOf(stored: RunReader, runs: readonly ShownRun[]): InitialLoss {
  const [first] = runs;
  if (first === undefined || runs.length > MOST_READ) return { mean: null, guess: "" };
  const { n, mean } = momentsOf(runs.map((run) => stored.facts(run).initialLoss ?? Number.NaN));
  const { vocabulary } = stored.facts(first);
  const guess = vocabulary === null ? "" : `ln ${vocabulary} = ${Math.log(vocabulary).toFixed(3)}`;
  return { mean: n === 0 ? null : mean, guess };
}
