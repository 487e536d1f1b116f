import type { GridEvent } from "@ablate/runner";
import { Speed, timeLeft } from "./pace.ts";

/** A run in training, as its events describe it. */
export type ActiveRun = {
  readonly run: string;
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
  /** Of all steps to train, 0 to 1. */
  readonly share: number;
  /** Steps per second of all runs together. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
  /** In the order in which they were started. */
  readonly active: readonly ActiveRun[];
};

type Tracked = {
  readonly steps: number;
  readonly startedAt: number;
  readonly speed: Speed;
  firstAt: number | null;
  lastAt: number;
  step: number;
  loss: number | null;
  validLoss: number | null;
};

/** Follows the events of a grid; the only place that remembers them. */
export class GridProgress {
  #grid = "";
  #toTrain = 0;
  #steps = 0;
  #stepsEnded = 0;
  #workers = 1;
  #usualSpeed: number | null = null;
  readonly #ended = new Set<string>();
  /** Steps of every run that was started. */
  readonly #started = new Map<string, number>();
  readonly #active = new Map<string, Tracked>();
  readonly #opening = new Mean();
  readonly #closing = new Mean();

  follow(event: GridEvent, now: number): void {
    switch (event.event) {
      case "planned":
        this.#grid = event.grid;
        this.#toTrain = event.toTrain;
        this.#steps = event.steps;
        break;
      case "started":
        this.#start(event, now);
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
    const closing = this.#closing.value;
    const active = [...this.#active].map(([run, { steps, step, loss, validLoss, speed }]) => {
      const pace = speed.at(now);
      const secondsLeft = pace === null || pace <= 0 ? null : (steps - step) / pace + closing;
      return { run, step, steps, loss, validLoss, speed: pace, secondsLeft };
    });
    const known = active.flatMap(({ speed }) => (speed === null ? [] : [speed]));
    const sum = known.reduce((total, speed) => total + speed, 0);
    const done = active.reduce((total, { step }) => total + step, this.#stepsEnded);
    const waiting = {
      runs: Math.max(0, this.#toTrain - this.#started.size),
      steps: Math.max(0, this.#steps - total(this.#started.values())),
    };
    return {
      grid: this.#grid,
      toTrain: this.#toTrain,
      ended: this.#ended.size,
      share: this.#steps === 0 ? 1 : Math.min(1, done / this.#steps),
      speed: known.length === 0 ? null : sum,
      secondsLeft: timeLeft({
        active: active.map(({ steps, step, speed }) => ({ steps: steps - step, speed })),
        waiting,
        usualSpeed: this.#usualSpeed,
        workers: this.#workers,
        opening: this.#opening.value,
        closing,
      }),
      active,
    };
  }

  #start({ run, steps, from }: Extract<GridEvent, { event: "started" }>, now: number): void {
    if (this.#ended.delete(run)) this.#stepsEnded -= steps;
    this.#started.set(run, steps);
    const nothing = { step: from, loss: null, validLoss: null, firstAt: null };
    this.#active.set(run, { ...nothing, steps, startedAt: now, lastAt: now, speed: new Speed() });
    this.#workers = Math.max(this.#workers, this.#active.size);
  }

  #advance(event: Extract<GridEvent, { event: "progress" }>, now: number): void {
    const run = this.#active.get(event.run);
    if (run === undefined) return;
    if (run.firstAt === null) {
      run.firstAt = now;
      this.#opening.add((now - run.startedAt) / 1000);
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
    if (tracked !== undefined) this.#closing.add((now - tracked.lastAt) / 1000);
    this.#active.delete(run);
    this.#ended.add(run);
    this.#stepsEnded += steps;
  }
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }

  get value(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }
}

function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
