/** Tells when grids end, to whom follows the runs of a store. */
import type { RunSummary } from "../reading/history.ts";
import type { RunState } from "../writing/plan.ts";

type RunOfGrid = Pick<RunSummary, "grid" | "state" | "endedAt">;

const ORDER: readonly RunState[] = [
  ...(["finished", "failed", "diverged", "interrupted", "stopped", "pending", "running"] as const),
];

/** States in which a run waits for a process that trains its grid. */
export const WAITING_STATES: readonly RunState[] = ["pending", "stopped", "interrupted"];

/** Says how many runs are in which state: `18 finished, 1 diverged`. */
export function statesText(runs: readonly Pick<RunSummary, "state">[]): string {
  return ORDER.flatMap((state) => {
    const count = runs.filter((run) => run.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  }).join(", ");
}

/** Says of a grid whose training has ended what came of its runs. */
export function endText(grid: string, runs: readonly Pick<RunSummary, "state">[]): string {
  return `ablate: ${grid} ended: ${statesText(runs)}`;
}

export class GridEnds {
  /** Up to when what has ended is no news, by grid; of the others up to the first call. */
  readonly #told: Map<string, string> = new Map();
  readonly #since: string;
  #runs: readonly RunOfGrid[] = [];
  /** Grids of which something has happened that was not told yet, with their runs. */
  #open: Map<string, readonly RunOfGrid[]> = new Map();

  /** @param since - in ISO 8601: what ended before is not told */
  constructor(since: string) {
    this.#since = since;
  }

  /**
   * Returns a sentence for each grid that has ended since the last call.
   *
   * @param runs - the same array as long as none has changed
   * @param isAttended - says whether a process is at a grid, or about to be
   */
  follow(runs: readonly RunOfGrid[], isAttended: (grid: string) => boolean): string[] {
    this.note(runs);
    const said: string[] = [];
    for (const [grid, own] of this.#open) {
      if (own.some(({ state }) => state === "running")) continue;
      const isWaiting = own.some(({ state }) => WAITING_STATES.includes(state));
      if (isWaiting && isAttended(grid)) continue;
      this.#open.delete(grid);
      this.#told.set(grid, lastEnd(own));
      said.push(endText(grid, own));
    }
    return said;
  }

  /** Notes what is running, and tells nothing: what ends after it without a word of its own is told by `follow`. */
  note(runs: readonly RunOfGrid[]): void {
    if (runs === this.#runs) return;
    this.#runs = runs;
    const before = this.#open;
    this.#open = new Map();
    for (const [grid, own] of Map.groupBy(runs, (run) => run.grid)) {
      if (grid === null) continue;
      const isRunning = own.some(({ state }) => state === "running");
      const hasEnded = lastEnd(own) > (this.#told.get(grid) ?? this.#since);
      if (isRunning || hasEnded || before.has(grid)) this.#open.set(grid, own);
    }
  }
}

/** Returns when the last of some runs ended; times of one form are in the order of their texts. */
function lastEnd(runs: readonly RunOfGrid[]): string {
  let last = "";
  for (const { endedAt } of runs) if (endedAt !== null && endedAt > last) last = endedAt;
  return last;
}
