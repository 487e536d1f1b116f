/**
 * What update:data ratios say of any network: `fast-updates`, `slow-updates`, `frozen`. Verdicts are on weight matrices of
 * hidden layers; where a ratio was not recorded, or is of no step, it says nothing.
 */
import { median } from "../../median.ts";
import type { StepBlock } from "../../spec.ts";
import { grouped, type Observation, observation, short } from "../finding.ts";
import type { FindingLog } from "../finding-log.ts";
import { frozenParts } from "./frozen-layers.ts";
import type { LogSubject } from "./log-subject.ts";

/** Steps of a window, and ratios that it has at least: of sparse ones a window takes more steps. */
const WINDOW = 100;
const LEAST_ROWS = 10;

/** The ratios of a window, parameter by parameter. */
type Column = {
  readonly ratios: number[];
  /** The first step since which every ratio is 0; null: one was not. */
  stillSince: number | null;
  /** Whether some window was fast enough: what slows down later has converged, or is let to by its schedule. */
  wasFast: boolean;
};

/** Cuts ratios into windows and judges each; the first one is that of `FirstUpdates`. */
export class LogUpdates {
  readonly #subject: LogSubject;
  readonly #log: FindingLog;
  readonly #columns: readonly Column[];
  readonly #matrices: ReadonlySet<number>;
  #first = -1;
  #rows = 0;
  #windows = 0;

  constructor(subject: LogSubject, log: FindingLog) {
    this.#subject = subject;
    this.#log = log;
    this.#matrices = new Set(subject.matrices);
    this.#columns = subject.parameters.map(() => ({
      ratios: [],
      stillSince: null,
      wasFast: false,
    }));
  }

  take({ first, count, ratios }: StepBlock): void {
    const width = this.#columns.length;
    if (width === 0) return;
    for (let row = 0; row < count; row++) {
      const step = first + row;
      if (this.#first < 0) this.#first = step;
      let has = false;
      for (let i = 0; i < width; i++) {
        const ratio = ratios[row * width + i] ?? Number.NaN;
        if (Number.isNaN(ratio)) continue;
        has = true;
        this.#columns[i]?.ratios.push(ratio);
      }
      if (has) this.#rows += 1;
      const isWhole = step - this.#first + 1 >= WINDOW && this.#rows >= LEAST_ROWS;
      if (isWhole) this.#close(step);
    }
  }

  #close(last: number): void {
    const first = this.#first;
    const medians = this.#columns.map(({ ratios }) => median(Float32Array.from(ratios)));
    this.#log.judge("frozen", first, this.#still(first));
    if (this.#windows > 0) {
      const when = `median of steps ${grouped(first)} to ${grouped(last)}`;
      this.#log.judge("updates", first, this.#pace(medians, first, when));
    }
    for (const column of this.#columns) column.ratios.length = 0;
    this.#first = last + 1;
    this.#rows = 0;
    this.#windows += 1;
  }

  /** `frozen`: parameters of which no step changed anything, while others moved. */
  #still(first: number): Observation[] {
    const still = new Map<string, number>();
    const moving: string[] = [];
    for (const [i, { name }] of this.#subject.parameters.entries()) {
      const column = this.#columns[i];
      if (column === undefined || column.ratios.length === 0) continue;
      const isStill = column.ratios.every((ratio) => ratio === 0);
      column.stillSince = isStill ? (column.stillSince ?? first) : null;
      if (column.stillSince === null) moving.push(name);
      else still.set(name, column.stillSince);
    }
    return moving.length === 0 ? [] : frozenParts(still, moving);
  }

  #pace(medians: readonly number[], first: number, when: string): Observation[] {
    const { fast_updates: high, slow_updates: low } = this.#subject.thresholds;
    return this.#subject.parameters.flatMap(({ name: param, layer }, i) => {
      const column = this.#columns[i];
      const ratio = medians[i] ?? Number.NaN;
      if (column === undefined || !this.#matrices.has(i) || !(ratio > 0)) return [];
      column.wasFast ||= ratio >= low;
      if (column.wasFast && !(ratio > high)) return [];
      const isFast = ratio > high;
      const limit = isFast ? `above ${short(high)}` : `below ${short(low)}`;
      const advice = isFast
        ? "lower the learning rate"
        : "raise the learning rate, or let more gradient reach it";
      const message = `${param} too ${isFast ? "fast" : "slow"}: update:data ${short(ratio)} ${limit}, ${when}; ${advice}`;
      const rule = isFast ? "fast-updates" : "slow-updates";
      return [observation(rule, { layer, param, step: first, value: ratio, message })];
    });
  }
}
