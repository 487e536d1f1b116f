/** Runs the workers of a grid: each trains one run after the other until none is left that it could take. */
import { setTimeout as delay } from "node:timers/promises";
import { type RunState, StorageError } from "@ablate/store";
import { CoreShares } from "./core-shares.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { RunQueue } from "./run-queue.ts";
import { StopSignal } from "./stop-signal.ts";
import { type GridContext, type RunOutcome, trainRun } from "./train-run.ts";
import { WorkerHandle } from "./worker-handle.ts";

export type PoolOptions = Omit<GridContext, "toTrain" | "stopSignal" | "heartbeat" | "shares"> & {
  readonly queue: RunQueue;
  readonly workers: number;
  /** Cores that runs may use. */
  readonly cores: number;
  /** Threads by which every run is computed, instead of those that idle and pay. */
  readonly threads: number | undefined;
  /** The first run that fails or diverges ends the grid. */
  readonly failFast: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly killSignal?: AbortSignal | undefined;
  readonly onOutcome: (outcome: RunOutcome) => void;
};

/** How often a worker without a run asks whether another process has let go of one. */
const ASK_AGAIN_MS = 1000;

/**
 * @returns whether it ended early, because of the user, a bad run, or a store that was given up
 * @throws EngineError - an engine does not run here
 */
export async function trainAll(options: PoolOptions): Promise<boolean> {
  const { storage, queue, workers, failFast, signal, killSignal, onOutcome } = options;
  const { cores, threads: asked } = options;
  const stopSignal = new StopSignal();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    if (!(error instanceof StorageError)) failures.push(error);
    stopSignal.stop("fail-fast");
  };
  const heartbeat = new Heartbeat(storage, fail);
  const shares = new CoreShares({ cores, asked, waiting: () => queue.left });
  const context = { ...options, toTrain: queue.size, stopSignal, heartbeat, shares };
  /** Wakes the workers that have no run, once one is over. */
  let freed = new AbortController();
  let busy = 0;

  const work = async (worker: WorkerHandle): Promise<void> => {
    while (stopSignal.reason === null) {
      const assignment = await storage.write(() => {
        const free = queue.next();
        if (free !== null) busy += 1;
        return free;
      });
      if (assignment === null) {
        if (busy === 0 || queue.isEmpty) return;
        await delay(ASK_AGAIN_MS, undefined, { signal: freed.signal }).catch(() => {});
        continue;
      }
      const outcome = await trainRun(assignment, worker, context).finally(() => {
        busy -= 1;
        freed.abort();
        freed = new AbortController();
      });
      if (outcome === "taken") queue.putBack(assignment);
      onOutcome(outcome);
      if (outcome === "interrupted" || (failFast && isBad(outcome))) stopSignal.stop("fail-fast");
    }
  };

  const stop = (): void => stopSignal.stop("user");
  const kill = (): void => stopSignal.kill();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  killSignal?.addEventListener("abort", kill);
  const handles = Array.from({ length: Math.min(workers, queue.size) }, () => new WorkerHandle());
  try {
    await Promise.all(handles.map((handle) => work(handle).catch(fail)));
  } finally {
    signal?.removeEventListener("abort", stop);
    killSignal?.removeEventListener("abort", kill);
    heartbeat.stop();
    for (const handle of handles) handle.kill();
  }
  if (failures.length > 0) throw failures[0];
  return stopSignal.reason !== null;
}

export function isBad(state: RunState | RunOutcome): boolean {
  return state === "failed" || state === "diverged";
}
