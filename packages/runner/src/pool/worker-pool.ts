/** Runs the workers of a grid: each trains one run after the other until none is left that it could take. */
import { setTimeout as delay } from "node:timers/promises";
import { type RunState, StorageError } from "@ablate/store";
import { CoreShares, shareElsewhere } from "./core-shares.ts";
import { ForkedLine } from "./forked-line.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Line, OpenAttempt, Workforce } from "./line.ts";
import type { Assignment, RunQueue } from "./run-queue.ts";
import { StopSignal } from "./stop-signal.ts";
import { type GridContext, type Place, type RunOutcome, trainRun } from "./train-run.ts";

export type PoolOptions = Omit<GridContext, "toTrain" | "stopSignal" | "heartbeat"> & {
  readonly queue: RunQueue;
  /** Processes of this machine. */
  readonly workers: number;
  /** Workers of other machines. */
  readonly workforce?: Workforce | undefined;
  /** What an earlier process has handed over to them, and this one has taken over. */
  readonly adopted: readonly OpenAttempt[];
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
  const { storage, queue, signal, killSignal } = options;
  const stopSignal = new StopSignal();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    if (!(error instanceof StorageError)) failures.push(error);
    stopSignal.stop("fail-fast");
  };
  const heartbeat = new Heartbeat(storage, fail);
  const context = { ...options, toTrain: queue.size, stopSignal, heartbeat };
  const stop = (): void => stopSignal.stop("user");
  const kill = (): void => stopSignal.kill();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  killSignal?.addEventListener("abort", kill);
  try {
    await new Pool(options, context, fail).work();
  } finally {
    signal?.removeEventListener("abort", stop);
    killSignal?.removeEventListener("abort", kill);
    heartbeat.stop();
  }
  if (failures.length > 0) throw failures[0];
  return stopSignal.reason !== null;
}

/** The workers of a coordinator, on this machine and on others. */
class Pool {
  readonly #options: PoolOptions;
  readonly #context: GridContext;
  readonly #fail: (error: unknown) => void;
  readonly #shares: CoreShares;
  readonly #lines: Line[] = [];
  readonly #working = new Set<Promise<void>>();
  /** Lines to other machines, and how many of them there may be. */
  readonly #remote = new Set<Line>();
  #slots = 0;
  #busy = 0;
  /** Processes of this machine that have no run. */
  #idle = 0;
  /** Wakes those that have no run, once one is over. */
  #freed = new AbortController();

  constructor(options: PoolOptions, context: GridContext, fail: (error: unknown) => void) {
    const { cores, threads: asked, queue } = options;
    this.#options = options;
    this.#context = context;
    this.#fail = fail;
    this.#shares = new CoreShares({ cores, asked, waiting: () => queue.left });
  }

  /** Resolves when no run is left that somebody here could take. */
  async work(): Promise<void> {
    const { workers, queue, workforce } = this.#options;
    const isStopped = this.#context.stopSignal.reason !== null;
    const unlisten = workforce?.onSlots((slots) => this.#setSlots(slots));
    const deafen = this.#context.stopSignal.listen(
      () => this.#wake(),
      () => {},
    );
    const forget = workforce?.onFailure((error) => {
      this.#fail(error);
      this.#context.stopSignal.kill();
    });
    try {
      if (!isStopped) this.#adopt();
      for (let i = Math.min(workers, queue.size); i > 0; i--) this.#begin(this.#local());
      while (!this.#isDone) {
        await Promise.race([...this.#working, this.#nap()]);
        this.#setSlots(this.#slots);
      }
      await Promise.all(this.#working);
    } finally {
      unlisten?.();
      forget?.();
      deafen();
      this.#wake();
      for (const line of this.#lines) line.kill();
    }
  }

  get #isDone(): boolean {
    const { queue, workforce } = this.#options;
    if (this.#context.stopSignal.reason !== null) return true;
    if (this.#working.size > 0) return false;
    return workforce === undefined || queue.isEmpty;
  }

  #local(): Place {
    const line = new ForkedLine();
    this.#lines.push(line);
    return { line, join: (...run) => this.#shares.join(...run) };
  }

  #elsewhere(line: Line): Place {
    this.#lines.push(line);
    this.#remote.add(line);
    return { line, join: () => shareElsewhere(this.#options.threads) };
  }

  /** Goes on with what an earlier process has handed over, where it is still to be trained. */
  #adopt(): void {
    for (const open of this.#options.adopted) {
      const assignment = this.#options.queue.adopted(open);
      if (assignment === null) open.drop();
      else this.#begin(this.#elsewhere(open.line()), assignment);
    }
  }

  #setSlots(slots: number): void {
    const { workforce, queue } = this.#options;
    this.#slots = slots;
    if (workforce === undefined || this.#context.stopSignal.reason !== null) return;
    const wanted = Math.min(slots - this.#remote.size, queue.left - this.#idle);
    for (let i = 0; i < wanted; i++) this.#begin(this.#elsewhere(workforce.newLine()));
    const tooMany = Math.max(0, this.#remote.size - slots);
    for (const line of this.#waiting.slice(0, tooMany)) line.withdraw();
  }

  /** Lines to other machines with what nobody has begun with. */
  get #waiting(): Line[] {
    return [...this.#remote].filter(({ isWaiting }) => isWaiting);
  }

  #begin(place: Place, first: Assignment | null = null): void {
    const working = this.#work(place, first)
      .catch(this.#fail)
      .finally(() => {
        this.#working.delete(working);
        this.#remote.delete(place.line);
        place.line.kill();
        this.#wake();
      });
    this.#working.add(working);
  }

  async #work(place: Place, first: Assignment | null): Promise<void> {
    const { storage, queue } = this.#options;
    const { stopSignal } = this.#context;
    const isRemote = this.#remote.has(place.line);
    let assignment = first;
    let hasWaited = false;
    if (first !== null) this.#busy += 1;
    while (stopSignal.reason === null) {
      if (isRemote && assignment === null && this.#remote.size > this.#slots) return;
      assignment ??= await storage.write(() => {
        const free = queue.next();
        if (free !== null) this.#busy += 1;
        return free;
      });
      if (assignment !== null) {
        const outcome = await this.#train(assignment, place);
        // Who has taken the run back is to have it.
        if (outcome === "withdrawn") return;
        assignment = null;
        hasWaited = false;
        continue;
      }
      if (isRemote || this.#busy === 0) return;
      if (queue.isEmpty && this.#remote.size === 0) return;
      // Who is free here takes back what still waits for a worker elsewhere.
      if (hasWaited) this.#waiting[0]?.withdraw();
      hasWaited = true;
      this.#idle += 1;
      await this.#nap();
      this.#idle -= 1;
    }
  }

  async #train(assignment: Assignment, place: Place): Promise<RunOutcome> {
    const { queue, failFast, onOutcome } = this.#options;
    const { stopSignal } = this.#context;
    const outcome = await trainRun(assignment, place, this.#context).finally(() => {
      this.#busy -= 1;
    });
    if (outcome === "taken" || outcome === "withdrawn") queue.putBack(assignment);
    this.#wake();
    if (outcome !== "withdrawn") onOutcome(outcome);
    if (outcome === "interrupted" || (failFast && isBad(outcome))) stopSignal.stop("fail-fast");
    return outcome;
  }

  async #nap(): Promise<void> {
    await delay(ASK_AGAIN_MS, undefined, { signal: this.#freed.signal }).catch(() => {});
  }

  #wake(): void {
    this.#freed.abort();
    this.#freed = new AbortController();
  }
}

export function isBad(state: RunState | RunOutcome): boolean {
  return state === "failed" || state === "diverged";
}
