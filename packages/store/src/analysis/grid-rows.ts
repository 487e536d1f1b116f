/** What the runs of each grid come to: how far it is, how long it will take, which run is the best. */
import type { RunSummary } from "../reading/history.ts";
import type { RunState } from "../writing/plan.ts";
import { isLost, type Losable } from "./lost.ts";
import { type Metric, usualMetric } from "./metrics.ts";
import { mean, timeLeft, type Work } from "./time-left.ts";

type Timed = Pick<
  RunSummary,
  "grid" | "steps" | "stepsPerS" | "startedAt" | "endedAt" | "errors" | "warnings"
>;

/** A run as far as a list of grids goes; interrupted where its process is gone. */
export type RunOfGrids = Timed & Omit<Losable, keyof Timed> & { readonly state: RunState };

/** A row of a list of grids. */
export type GridRow<R extends RunOfGrids> = {
  readonly grid: string;
  readonly runs: readonly [R, ...R[]];
  /** How many runs are in each state; states without a run are left out. */
  readonly states: ReadonlyMap<RunState, number>;
  /** Runs that diverged, failed or finished on a loss that is no number. */
  readonly lost: number;
  /** Runs of which a rule says that something is wrong, by the worst of it. */
  readonly errors: number;
  readonly warnings: number;
  /** Share of the steps that are made, 0 to 1; where a run's end is open, of the runs that have ended. */
  readonly progress: number;
  /** Null where nothing is trained, or nothing is measured yet. */
  readonly secondsLeft: number | null;
  /** What runs are compared by. */
  readonly metric: Metric;
  /** The run that is best by it; null where none has come to a result, or no number is better than another. */
  readonly best: R | null;
  /** When a run was last started or has ended, in ISO 8601; null: none ever was. */
  readonly changedAt: string | null;
};

type Options<R> = {
  /** Steps per second now; of its training so far unless given. */
  readonly speedOf?: (run: R) => number | null;
};

/** Returns a row for each grid, in the order in which the runs name them; runs in no grid are left out. */
export function gridRows<R extends RunOfGrids>(
  runs: readonly R[],
  options: Options<R> = {},
): GridRow<R>[] {
  const members = new Map<string, [R, ...R[]]>();
  for (const run of runs) {
    if (run.grid === null) continue;
    const known = members.get(run.grid);
    if (known === undefined) members.set(run.grid, [run]);
    else known.push(run);
  }
  return [...members].map(([grid, own]) => gridRow(grid, own, options));
}

function gridRow<R extends RunOfGrids>(
  grid: string,
  runs: readonly [R, ...R[]],
  { speedOf = ({ stepsPerS }) => stepsPerS }: Options<R>,
): GridRow<R> {
  const metric = usualMetric(runs);
  const states = new Map<RunState, number>();
  for (const { state } of runs) states.set(state, (states.get(state) ?? 0) + 1);
  const count = (is: (run: R) => boolean): number =>
    runs.reduce((sum, run) => sum + Number(is(run)), 0);
  const hasErrors = ({ errors }: R): boolean => (errors ?? 0) > 0;
  return {
    grid,
    runs,
    states,
    lost: count((run) => isLost(run, metric)),
    errors: count(hasErrors),
    warnings: count((run) => !hasErrors(run) && (run.warnings ?? 0) > 0),
    progress: progressOf(runs),
    secondsLeft: states.has("running") ? timeLeft(workOf(runs, speedOf)) : null,
    metric,
    best: bestOf(runs, metric),
    changedAt: changedAt(runs),
  };
}

/** Whether a run will make no more steps unless somebody wants it anew. */
function isOver({ state }: RunOfGrids): boolean {
  return state === "finished" || state === "failed" || state === "diverged";
}

function updates({ lastStep }: RunOfGrids): number {
  return lastStep === null ? 0 : lastStep + 1;
}

function progressOf(runs: readonly RunOfGrids[]): number {
  const isOpen = runs.some((run) => run.steps === null && !isOver(run));
  let [made, all] = [0, 0];
  for (const run of runs) {
    const steps = isOpen ? 1 : (run.steps ?? updates(run));
    all += steps;
    made += isOver(run) ? steps : isOpen ? 0 : Math.min(steps, updates(run));
  }
  return all === 0 ? 1 : made / all;
}

/** Says what is left to do as `ablate run` knows it: from what the rows say. */
function workOf<R extends RunOfGrids>(
  runs: readonly R[],
  speedOf: (run: R) => number | null,
): Work {
  const stepsLeft = (run: R): number => Math.max(0, (run.steps ?? 0) - updates(run));
  const active = runs.filter(({ state }) => state === "running");
  const waiting = runs.filter((run) => !isOver(run) && run.state !== "running");
  const ended = runs.filter(({ state }) => state === "finished");
  return {
    active: active.map((run) => ({ steps: stepsLeft(run), speed: speedOf(run) })),
    waiting: {
      runs: waiting.length,
      steps: waiting.reduce((sum, run) => sum + stepsLeft(run), 0),
    },
    usualSpeed: mean(ended.flatMap(({ stepsPerS }) => stepsPerS ?? [])) || null,
    workers: active.length,
    opening: 0,
    closing: mean(ended.flatMap((run) => secondsBeside(run) ?? [])),
  };
}

/** Returns the seconds that a run took beside its steps, as for evaluating its model; null where that is not known. */
function secondsBeside(run: RunOfGrids): number | null {
  const { startedAt, endedAt, stepsPerS } = run;
  if (startedAt === null || endedAt === null || !stepsPerS) return null;
  const all = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return Math.max(0, all - updates(run) / stepsPerS);
}

function bestOf<R extends RunOfGrids>(runs: readonly R[], metric: Metric): R | null {
  if (metric.isLessBetter === null) return null;
  const sign = metric.isLessBetter ? 1 : -1;
  let best: R | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const run of runs) {
    const value = metric.value(run);
    if (value === null || sign * value >= least) continue;
    least = sign * value;
    best = run;
  }
  return best;
}

function changedAt(runs: readonly RunOfGrids[]): string | null {
  let latest: string | null = null;
  for (const { startedAt, endedAt } of runs) {
    // Times of one form are in the order of their texts.
    const at = endedAt ?? startedAt;
    if (at !== null && (latest === null || at > latest)) latest = at;
  }
  return latest;
}
