/** The workers of a grid: each trains one run after the other until nothing is left that it could take. */
import { setTimeout as delay } from "node:timers/promises";
import { type RunState, StorageError } from "@ablate/store";
import { Heartbeat } from "./heartbeat.ts";
import type { Schedule } from "./run-queue.ts";
import { Halt } from "./stop-signal.ts";
import { type GridContext, type RunOutcome, trainRun } from "./train-run.ts";
import { WorkerSlot } from "./worker-slot.ts";

export type CrewOptions = Omit<GridContext, "toTrain" | "halt" | "heartbeat"> & {
  readonly schedule: Schedule;
  readonly workers: number;
  /** The first run that fails or diverges ends the grid. */
  readonly failFast: boolean;
  readonly signal: AbortSignal | undefined;
  readonly killSignal: AbortSignal | undefined;
  readonly onOutcome: (outcome: RunOutcome) => void;
};

/** How often a worker without a run asks whether another process has let go of one. */
const ASK_AGAIN_MS = 1000;

/**
 * @returns whether it ended early, because of the user, a bad run, or a store that was given up
 * @throws EngineError - an engine does not run here
 */
export async function trainAll(options: CrewOptions): Promise<boolean> {
  const { storage, schedule, workers, failFast, signal, killSignal, onOutcome } = options;
  const halt = new Halt();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    if (!(error instanceof StorageError)) failures.push(error);
    halt.stop("fail-fast");
  };
  const heartbeat = new Heartbeat(storage, fail);
  const context = { ...options, toTrain: schedule.size, halt, heartbeat };
  const bell = new Bell();
  let busy = 0;

  const work = async (slot: WorkerSlot): Promise<void> => {
    while (halt.reason === null) {
      const assignment = await storage.write(() => {
        const free = schedule.next();
        if (free !== null) busy += 1;
        return free;
      });
      if (assignment === null) {
        if (busy === 0 || schedule.isEmpty) return;
        await bell.wait(ASK_AGAIN_MS);
        continue;
      }
      const outcome = await trainRun(assignment, slot, context).finally(() => {
        busy -= 1;
        bell.ring();
      });
      if (outcome === "taken") schedule.putBack(assignment);
      onOutcome(outcome);
      if (outcome === "interrupted" || (failFast && isBad(outcome))) halt.stop("fail-fast");
    }
  };

  const stop = (): void => halt.stop("user");
  const kill = (): void => halt.kill();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  killSignal?.addEventListener("abort", kill);
  const slots = Array.from({ length: Math.min(workers, schedule.size) }, () => new WorkerSlot());
  try {
    await Promise.all(slots.map((slot) => work(slot).catch(fail)));
  } finally {
    signal?.removeEventListener("abort", stop);
    killSignal?.removeEventListener("abort", kill);
    heartbeat.stop();
    for (const slot of slots) slot.close();
  }
  if (failures.length > 0) throw failures[0];
  return halt.reason !== null;
}

export function isBad(state: RunState | RunOutcome): boolean {
  return state === "failed" || state === "diverged";
}

/** Wakes everybody who waits, and lets them wait no longer than they want. */
class Bell {
  #next = new AbortController();

  ring(): void {
    this.#next.abort("rung");
    this.#next = new AbortController();
  }

  async wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#next.signal }).catch(() => {});
  }
}
