/** Steps and other numbers of one run as frames. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { encodeFrame } from "./frame.ts";
import type { RatioKind } from "./meter.ts";
import type { Parameter } from "./parameters.ts";
import { RunFile } from "./run-file.ts";

export type RunOptions = {
  /** `grid/label`, or a label alone; "run" unless given. */
  readonly name?: string | undefined;
  /** Settings, any JSON object. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly seed?: number | string | undefined;
  /** Where the file is made; "runs" unless given. */
  readonly folder?: string | undefined;
  /** Updates planned. */
  readonly steps?: number | undefined;
};

/** Facts of the first frame that no user gives. */
export type RunFacts = {
  readonly parameters: readonly Parameter[];
  readonly ratios: RatioKind | null;
  readonly every: number;
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly start: number;
  readonly resumes: string | null;
};

export type StepNumbers = {
  readonly loss: number;
  readonly lr: number;
  readonly ratios: Float32Array;
  readonly names: readonly string[];
  readonly numbers: readonly number[];
};

export type EndState = "finished" | "failed" | "stopped";

/** What was recorded is in the file after so long. */
const FLUSH_MS = 200;

/** A sign of life at least so often. */
const ALIVE_MS = 5000;

/** Steps of a frame at most, so that memory and frames stay small. */
const MOST_STEPS = 4096;

export class Recording {
  readonly id: string = randomBytes(8).toString("hex");
  readonly #file: RunFile;
  readonly #began: number = performance.now();
  readonly #timer: NodeJS.Timeout;
  #first: number;
  #steps: StepNumbers[] = [];
  #series = new Map<string, { readonly steps: number[]; readonly numbers: number[] }>();
  #flushed: number = performance.now();
  #isOver = false;

  constructor(options: RunOptions, facts: RunFacts, onTrouble: (error: unknown) => void) {
    const { name = "run", config = {}, seed = null, folder = "runs", steps = null } = options;
    const { start, ...rest } = facts;
    this.#first = start;
    this.#file = new RunFile(folder, name, this.id);
    this.#write({
      ...{ type: "run", id: this.id, name, config, seed, framework: "tensorflow.js", steps },
      ...{ ...rest, start },
      ...{ rank: 0, world: 1, host: hostname(), pid: process.pid, time: Date.now() },
    });
    this.#timer = setInterval(() => {
      try {
        this.#tick();
      } catch (error) {
        onTrouble(error);
      }
    }, FLUSH_MS);
    this.#timer.unref();
  }

  get path(): string {
    return this.#file.path;
  }

  add(step: StepNumbers): void {
    const [before] = this.#steps;
    if (before !== undefined && `${before.names}` !== `${step.names}`) this.#flushSteps();
    this.#steps.push(step);
    if (this.#steps.length >= MOST_STEPS || this.#isDue) this.flush();
  }

  /** Adds a number by name at a step. */
  log(name: string, step: number, number: number): void {
    const points = this.#series.get(name) ?? { steps: [], numbers: [] };
    this.#series.set(name, points);
    const last = points.steps.at(-1) ?? -1;
    if (step < last) {
      this.flush();
      this.log(name, step, number);
      return;
    }
    if (step === last) points.numbers.pop();
    else points.steps.push(step);
    points.numbers.push(number);
  }

  flush(): void {
    this.#flushSteps();
    this.#flushSeries();
    this.#flushed = performance.now();
  }

  end(state: EndState, reason: string, error: string | null = null): void {
    if (this.#isOver) return;
    this.flush();
    this.#write({ type: "end", state, reason, error, seconds: this.#seconds });
    this.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#file.close();
  }

  get #isDue(): boolean {
    return performance.now() - this.#flushed >= FLUSH_MS;
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #tick(): void {
    const isNews = this.#steps.length > 0 || this.#series.size > 0;
    if (isNews && this.#isDue) this.flush();
    else if (performance.now() - this.#flushed >= ALIVE_MS) {
      this.#write({ type: "alive", seconds: this.#seconds });
      this.#flushed = performance.now();
    }
  }

  #flushSteps(): void {
    const steps = this.#steps;
    const [one] = steps;
    if (one === undefined) return;
    const [count, columns, metrics] = [steps.length, one.ratios.length, one.names.length];
    const ratios = new Float32Array(count * columns);
    const numbers = new Float64Array(count * metrics);
    for (const [i, step] of steps.entries()) {
      ratios.set(step.ratios, i * columns);
      numbers.set(step.numbers, i * metrics);
    }
    const head = { type: "steps", first: this.#first, count, seconds: this.#seconds };
    this.#file.write(
      encodeFrame(metrics === 0 ? head : { ...head, metrics: one.names }, {
        loss: Float64Array.from(steps, ({ loss }) => loss),
        lr: Float64Array.from(steps, ({ lr }) => lr),
        ratios,
        ...(metrics === 0 ? {} : { metrics: numbers }),
      }),
    );
    this.#first += count;
    this.#steps = [];
  }

  #flushSeries(): void {
    if (this.#series.size === 0) return;
    const all = [...this.#series];
    const arrays = Object.fromEntries(
      all.flatMap(([, { steps, numbers }], i) => [
        [`steps${i}`, Float64Array.from(steps)],
        [`numbers${i}`, Float64Array.from(numbers)],
      ]),
    );
    this.#file.write(encodeFrame({ type: "metrics", series: all.map(([name]) => name) }, arrays));
    this.#series = new Map();
  }

  #write(head: Readonly<Record<string, unknown>>): void {
    this.#file.write(encodeFrame(head));
  }
}
