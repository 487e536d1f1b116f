/** Takes a planned grid to its end: which runs to train, in which order, when to stop. */
import { EngineError, type EngineName, type RunSpec, type TfjsBackend } from "@ablate/core";
import type { GridPlan, Provenance, RunState, StoredRun, StoreWriter } from "@ablate/store";
import type { GridEvent } from "./events.ts";
import type { CoordinatorMessage, RecordSpec, WorkerMessage } from "./messages.ts";
import { RunProgress } from "./progress.ts";
import { Worker } from "./worker.ts";
import { RunWriter } from "./writer.ts";

/** What to train for the planned run of this hash. */
export type TrainableRun = {
  readonly hash: string;
  readonly spec: RunSpec;
  readonly record: RecordSpec;
  readonly engine: EngineName;
};

export type GridOptions = {
  readonly store: StoreWriter;
  readonly grid: GridPlan;
  readonly runs: readonly TrainableRun[];
  readonly data: Uint8Array;
  readonly dataHash: string;
  readonly provenance: Provenance;
  /** What `tfjs` runs on, instead of the best backend that works. */
  readonly backend?: TfjsBackend | undefined;
  /** `restart` trains every run again, `retry-failed` also those that failed. */
  readonly mode?: "resume" | "retry-failed" | "restart";
  /** Asks the store for a run's state now: another process may have taken it since planning. */
  readonly stateNow?: (hash: string) => RunState | undefined;
  /** Aborting it stops the current run after its current block and leaves the rest pending. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: GridEvent) => void;
};

export type GridOutcome = {
  /** Runs trained now, whatever came of them. */
  readonly trained: number;
  /** Runs that were done before. */
  readonly skipped: number;
  /** Runs of the grid that failed or diverged, now or before. */
  readonly bad: number;
  /** Runs still to train: the grid was stopped. */
  readonly left: number;
};

/**
 * Plans the grid in the store and trains what is not done yet. A failed run does not end the grid.
 *
 * @throws EngineError - an engine does not run here; its runs stay as they are
 */
export async function runGrid(options: GridOptions): Promise<GridOutcome> {
  const { store, grid, mode = "resume", signal } = options;
  const onEvent = tellingEnginesOnce(options.onEvent ?? (() => {}));
  const begin = performance.now();
  const line = workerLine();
  store.markInterrupted();
  const stored = store.planGrid(grid);
  const todo = stored.filter((run) => isToTrain(run, mode));
  const wanted = new Set(todo.map(({ hash }) => hash));
  const steps = options.runs
    .filter(({ hash }) => wanted.has(hash))
    .reduce((sum, { spec }) => sum + spec.train.steps, 0);
  const toTrain = todo.length;
  onEvent({ event: "planned", grid: grid.name, runs: stored.length, toTrain, steps });

  const counts = { trained: 0, skipped: 0, bad: 0, left: 0 };
  const skip = ({ name, state }: Pick<StoredRun, "name" | "state">): void => {
    onEvent({ event: "skipped", run: name, state });
    counts.skipped += 1;
    if (isBad(state)) counts.bad += 1;
  };
  for (const run of stored) if (!todo.includes(run)) skip(run);
  for (const [index, run] of todo.entries()) {
    if (signal?.aborted) {
      counts.left += 1;
      continue;
    }
    const state = options.stateNow?.(run.hash) ?? run.state;
    if (state !== run.state && (state === "running" || !isToTrain({ state }, mode))) {
      skip({ name: run.name, state });
      continue;
    }
    const end = await trainRun(run, { index, toTrain: todo.length }, { ...options, onEvent, line });
    counts.trained += 1;
    if (isBad(end)) counts.bad += 1;
    if (end === "stopped") counts.left += 1;
  }
  const seconds = (performance.now() - begin) / 1000;
  onEvent({ event: "done", grid: grid.name, ...counts, seconds });
  return counts;
}

/** Whether `run` trains a run that is in this state. */
export function isToTrain(
  { state }: Pick<StoredRun, "state">,
  mode: NonNullable<GridOptions["mode"]> = "resume",
): boolean {
  switch (state) {
    case "pending":
    case "stopped":
    case "interrupted":
      return true;
    case "failed":
      return mode !== "resume";
    case "finished":
    case "diverged":
      return mode === "restart";
    case "running":
      return false;
  }
}

function isBad(state: RunState): boolean {
  return state === "failed" || state === "diverged";
}

/** Passes on every event, but what engines run on only when that is news. */
function tellingEnginesOnce(onEvent: (event: GridEvent) => void): (event: GridEvent) => void {
  const told = new Set<string>();
  return (event) => {
    if (event.event === "engine") {
      const facts = JSON.stringify(event);
      if (told.has(facts)) return;
      told.add(facts);
    }
    onEvent(event);
  };
}

/** To a worker that keeps what it has read from run to run. */
type WorkerLine = {
  readonly send: (message: CoordinatorMessage) => void;
  readonly listen: (listener: (message: WorkerMessage) => void) => void;
};

function workerLine(): WorkerLine {
  let listener = (_: WorkerMessage): void => {};
  const worker = new Worker((message) => listener(message));
  return {
    send: (message) => worker.receive(message),
    listen: (next) => {
      listener = next;
    },
  };
}

type EndState = "finished" | "diverged" | "stopped" | "failed";

function trainRun(
  run: StoredRun,
  position: { readonly index: number; readonly toTrain: number },
  options: GridOptions & { readonly line: WorkerLine },
): Promise<EndState> {
  const { store, runs, data, dataHash, backend, provenance, signal, onEvent, line } = options;
  const trainable = runs.find(({ hash }) => hash === run.hash);
  if (trainable === undefined) throw new Error(`run ${run.name} is not part of the plan`);
  const { spec, record, engine } = trainable;
  const steps = spec.train.steps;
  onEvent?.({ event: "started", run: run.name, ...position, steps });

  return new Promise<EndState>((resolve, reject) => {
    const writer = new RunWriter(store, run.id, { ...provenance });
    const progress = new RunProgress(run.name, steps);
    const stop = (): void => line.send({ type: "stop" });
    signal?.addEventListener("abort", stop, { once: true });
    line.listen(receive);
    line.send({
      type: "train",
      runId: run.id,
      spec,
      record,
      engine,
      backend,
      data,
      dataHash,
    });

    function receive(message: WorkerMessage): void {
      try {
        writer.write(message);
        for (const event of progress.follow(message)) onEvent?.(event);
      } catch (error) {
        stop();
        reject(error);
        return;
      }
      if (message.type === "started" || message.type === "steps" || message.type === "probe")
        return;
      signal?.removeEventListener("abort", stop);
      if (message.type === "refused") reject(new EngineError(message.error));
      else resolve(message.type === "failed" ? "failed" : message.state);
    }
  });
}
