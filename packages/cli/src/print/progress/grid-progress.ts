/** How far a grid is, how fast it trains, and how long it will still take. */
import type { GridEvent } from "@ablate/runner";
import { Speed, timeLeft } from "@ablate/store";

/** A run in training, as its events describe it. */
export type ActiveRun = {
  readonly run: string;
  /** The other machine that trains it; null: this one does, or none yet. */
  readonly host: string | null;
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  readonly validLoss: number | null;
  /** Steps per second now. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
};

/** The progress of a grid. */
export type GridView = {
  readonly grid: string;
  /** Runs to train, and those of them that have ended. */
  readonly toTrain: number;
  readonly ended: number;
  /** Share of all steps to train, 0 to 1. */
  readonly share: number;
  /** Steps per second of all runs together. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
  /** Runs at work, in the order in which they were started. */
  readonly active: readonly ActiveRun[];
};

type Tracked = {
  readonly steps: number;
  readonly startedAt: number;
  readonly speed: Speed;
  firstAt: number | null;
  lastAt: number;
  host: string | null;
  step: number;
  loss: number | null;
  validLoss: number | null;
};

/** Follows the events of a grid; the only place that remembers them. */
export class GridProgress {
  #plan = { grid: "", toTrain: 0, steps: 0 };
  #workers = 1;
  #usualSpeed: number | null = null;
  /** Steps of every run that has ended, and of every one that was started. */
  readonly #ended = new Map<string, number>();
  readonly #started = new Map<string, number>();
  readonly #active = new Map<string, Tracked>();
  /** Seconds that runs took before their first and after their last step. */
  readonly #opening: number[] = [];
  readonly #closing: number[] = [];

  follow(event: GridEvent, now: number): void {
    switch (event.event) {
      case "planned":
        this.#plan = event;
        break;
      case "started":
        this.#start(event, now);
        break;
      case "placed":
        this.#place(event);
        break;
      case "progress":
        this.#advance(event, now);
        break;
      case "ended":
        this.#end(event, now);
        break;
      default:
    }
  }

  at(now: number): GridView {
    const { grid, toTrain, steps: all } = this.#plan;
    const closing = mean(this.#closing);
    const active = [...this.#active].map(([run, { speed, ...tracked }]) => {
      const { host, step, steps, loss, validLoss } = tracked;
      const pace = speed.at(now);
      const secondsLeft = pace === null || pace <= 0 ? null : (steps - step) / pace + closing;
      return { run, host, step, steps, loss, validLoss, speed: pace, secondsLeft };
    });
    const known = active.flatMap(({ speed }) => speed ?? []);
    const done = sum(this.#ended.values()) + sum(active.map(({ step }) => step));
    return {
      grid,
      toTrain,
      ended: this.#ended.size,
      share: all === 0 ? 1 : Math.min(1, done / all),
      speed: known.length === 0 ? null : sum(known),
      secondsLeft: timeLeft({
        active: active.map(({ steps, step, speed }) => ({ steps: steps - step, speed })),
        waiting: {
          runs: Math.max(0, toTrain - this.#started.size),
          steps: Math.max(0, all - sum(this.#started.values())),
        },
        usualSpeed: this.#usualSpeed,
        workers: this.#workers,
        opening: mean(this.#opening),
        closing,
      }),
      active,
    };
  }

  #start({ run, steps, from }: Extract<GridEvent, { event: "started" }>, now: number): void {
    this.#ended.delete(run);
    this.#started.set(run, steps);
    const nothing = { host: null, step: from, loss: null, validLoss: null, firstAt: null };
    this.#active.set(run, { ...nothing, steps, startedAt: now, lastAt: now, speed: new Speed() });
    this.#workers = Math.max(this.#workers, this.#active.size);
  }

  #place({ run, host }: Extract<GridEvent, { event: "placed" }>): void {
    const tracked = this.#active.get(run);
    if (tracked !== undefined) tracked.host = host;
  }

  #advance(event: Extract<GridEvent, { event: "progress" }>, now: number): void {
    const run = this.#active.get(event.run);
    if (run === undefined) return;
    if (run.firstAt === null) {
      run.firstAt = now;
      this.#opening.push((now - run.startedAt) / 1000);
    }
    run.step = event.step;
    run.loss = event.loss;
    run.validLoss = event.validLoss;
    run.lastAt = now;
    run.speed.add(event.step, now);
    this.#usualSpeed = run.speed.at(now) ?? event.stepsPerSecond;
  }

  #end({ run, steps }: Extract<GridEvent, { event: "ended" }>, now: number): void {
    const tracked = this.#active.get(run);
    if (tracked !== undefined) this.#closing.push((now - tracked.lastAt) / 1000);
    this.#active.delete(run);
    this.#ended.set(run, steps);
  }
}

/** Returns 0 for no values. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
