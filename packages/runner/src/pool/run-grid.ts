/** Takes a planned grid to its end: hands its runs to workers, and says when to stop. */
import { availableParallelism, hostname } from "node:os";
import type { NameLists, Rule, TfjsBackend } from "@ablate/core";
import {
  type GridPlan,
  type Provenance,
  RetryingWriter,
  type StoredRun,
  type StoreWriter,
} from "@ablate/store";
import type { GridEvent, KeptRun } from "../train/events.ts";
import type { OpenAttempt, Workforce } from "./line.ts";
import { keptRuns, OF_NO_OTHER, skippedOfOthers } from "./other-revisions.ts";
import { RunQueue, type TrainMode } from "./run-queue.ts";
import type { RunOutcome, TrainableRun } from "./train-run.ts";
import { isBad, type PoolOptions, trainAll } from "./worker-pool.ts";

export type GridOptions = {
  readonly store: StoreWriter;
  readonly grid: GridPlan;
  readonly runs: readonly TrainableRun[];
  readonly data: NameLists;
  readonly dataHash: string;
  readonly provenance: Provenance;
  /** The backend of `tfjs`, instead of the best one that works. */
  readonly backend?: TfjsBackend | undefined;
  readonly mode?: TrainMode;
  /** Goes on from checkpoints that another revision of the engine has made. */
  readonly mixes?: boolean | undefined;
  /** Processes that train: one per core, or per `threads` cores, unless given; never more than there are runs to train. */
  readonly workers?: number | undefined;
  /** Workers of other machines; then none of this one work unless `workers` says so. */
  readonly workforce?: Workforce | undefined;
  /** Threads that compute each run; unless given, wide ones are computed by as many as idle and as pay. */
  readonly threads?: number | undefined;
  /** How often a run whose worker died or hung is tried again; once unless given. */
  readonly maxRetries?: number | undefined;
  /** A run that takes longer fails. */
  readonly timeoutMs?: number | undefined;
  /** A worker that gives no sign of life for so long has hung; 30 s unless given. */
  readonly silenceMs?: number | undefined;
  /** A store that cannot be written to is given up after so long; 60 s unless given. */
  readonly storageTimeoutMs?: number | undefined;
  /** The first run that fails or diverges ends the grid. */
  readonly failFast?: boolean | undefined;
  /** Rules that end a run, as finished, at the first diagnosis in which they hold. */
  readonly stopOn?: readonly Rule[] | undefined;
  /** Aborting it stops every worker after its current block and leaves the rest pending. */
  readonly signal?: AbortSignal | undefined;
  /** Aborting it ends every worker at once. */
  readonly killSignal?: AbortSignal | undefined;
  readonly onEvent?: (event: GridEvent) => void;
};

export type GridOutcome = {
  /** Runs trained now, whatever came of them. */
  readonly trained: number;
  /** Runs that were done before, or that another process trains. */
  readonly skipped: number;
  /** Runs of the grid that failed or diverged, now or before. */
  readonly bad: number;
  /** Runs still to train: the grid was stopped, or the store given up. */
  readonly left: number;
  /** Runs that were left as they are, since another revision of the engine has begun them. */
  readonly kept: readonly KeptRun[];
  /** Why the store was given up. */
  readonly trouble: string | null;
};

/**
 * Plans the grid in the store and trains what is not done yet. A failed run does not end the grid.
 *
 * @throws EngineError - an engine does not run here; its runs stay as they are
 * @throws StorageError - the store does not take the plan
 */
export async function runGrid(options: GridOptions): Promise<GridOutcome> {
  const { store, grid, killSignal, storageTimeoutMs: limitMs = 60_000 } = options;
  const pool = poolOptions(options);
  const { mode, mixes, onEvent } = pool;
  const begin = performance.now();
  const counts = { trained: 0, skipped: 0, bad: 0, left: 0 };
  const skip = ({ hash, name, state }: StoredRun): void => {
    onEvent({ event: "skipped", run: name, state, ...(ofOthers.get(hash) ?? OF_NO_OTHER) });
    counts.skipped += 1;
    if (isBad(state)) counts.bad += 1;
  };
  const kept: KeptRun[] = [];
  const keep = (run: KeptRun): void => {
    onEvent({ event: "kept", ...run });
    kept.push(run);
  };
  const onOutcome = (outcome: RunOutcome): void => {
    if (typeof outcome === "object") {
      keep(outcome);
      return;
    }
    if (outcome !== "taken") counts.trained += 1;
    if (isBad(outcome)) counts.bad += 1;
    if (outcome === "stopped" || outcome === "interrupted") counts.left += 1;
  };

  const adopted = adoptOpen(options);
  store.markInterrupted();
  const runs = inOrder(store.planGrid(grid), options.runs);
  const others = mode === "restart" || mixes ? [] : keptRuns(store, runs, pool);
  const ofOthers = skippedOfOthers(store, runs, pool);
  const hashes = new Set(others.map(({ hash }) => hash));
  const queue = new RunQueue(store, runs, { mode, kept: hashes, onElsewhere: skip });
  const toTrain = queue.size;
  const steps = stepsOf(queue.waiting, options.runs);
  const done = queue.done.filter((run) => !hashes.has(run.hash) && isDone(run)).length;
  onEvent({ event: "planned", grid: grid.name, runs: runs.length, toTrain, done, steps });
  for (const run of queue.done) if (!hashes.has(run.hash)) skip(run);
  for (const { hash: _, ...run } of others) keep(run);
  const storage = new RetryingWriter({ store, limitMs, killSignal, onEvent });
  const isStopped = await trainAll({ ...pool, storage, queue, adopted, onOutcome });
  if (isStopped) counts.left += queue.waiting.length;
  else for (const run of queue.waiting) skip({ ...run, state: "running" });
  const seconds = (performance.now() - begin) / 1000;
  onEvent({ event: "done", grid: grid.name, ...counts, kept: kept.length, seconds });
  return { ...counts, kept, trouble: storage.givenUp?.message ?? null };
}

/** Puts the stored runs in the order in which they are to be trained. */
function inOrder(stored: readonly StoredRun[], order: readonly TrainableRun[]): StoredRun[] {
  const places = new Map(order.map(({ hash }, i) => [hash, i]));
  const placeOf = ({ hash }: StoredRun): number => places.get(hash) ?? 0;
  return stored.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/**
 * Takes over what an earlier process has handed to other machines, where it is of this grid, still under its claim, and
 * not to be trained anew; ends the rest.
 */
function adoptOpen({ store, grid, workforce, mode }: GridOptions): OpenAttempt[] {
  const claimed = { pid: process.pid, host: hostname() };
  const hashes = new Set(grid.runs.map(({ hash }) => hash));
  const ids = store.recordedRuns([...hashes]);
  return (workforce?.open ?? []).filter(({ hash, token, drop }) => {
    const id = ids.get(hash)?.id;
    const isOurs =
      mode !== "restart" && id !== undefined && store.adoptRun(id, { ...claimed, token });
    if (!isOurs) drop();
    return isOurs;
  });
}

/** Says whether a run has come to its end by itself. */
function isDone({ state }: StoredRun): boolean {
  return state === "finished" || state === "diverged";
}

function stepsOf(waiting: readonly StoredRun[], runs: readonly TrainableRun[]): number {
  const hashes = new Set(waiting.map(({ hash }) => hash));
  return runs.reduce((sum, { hash, spec }) => sum + (hashes.has(hash) ? spec.train.steps : 0), 0);
}

/** Returns the options of the pool, with defaults where none are given. */
function poolOptions(
  options: GridOptions,
): Omit<PoolOptions, "storage" | "queue" | "adopted" | "onOutcome"> {
  const { timeoutMs = Number.POSITIVE_INFINITY, silenceMs = 30_000 } = options;
  const cores = availableParallelism();
  return {
    ...options,
    runs: new Map(options.runs.map((run) => [run.hash, run])),
    mode: options.mode ?? "resume",
    mixes: options.mixes ?? false,
    workers: options.workers ?? (options.workforce ? 0 : oneForCores(cores, options.threads)),
    cores: Math.min(options.workers ?? cores, cores),
    threads: options.threads,
    maxRetries: options.maxRetries ?? 1,
    limits: { timeoutMs, silenceMs },
    failFast: options.failFast ?? false,
    stopOn: options.stopOn ?? [],
    onEvent: tellingEnginesOnce(options.onEvent ?? (() => {})),
  };
}

function oneForCores(cores: number, threads = 1): number {
  return Math.max(1, Math.floor(cores / threads));
}

/** Passes on every event, but each engine's facts only once. */
function tellingEnginesOnce(onEvent: (event: GridEvent) => void): (event: GridEvent) => void {
  const told = new Set<string>();
  return (event) => {
    const facts = event.event === "engine" ? JSON.stringify(event) : null;
    if (facts !== null && told.has(facts)) return;
    if (facts !== null) told.add(facts);
    onEvent(event);
  };
}
