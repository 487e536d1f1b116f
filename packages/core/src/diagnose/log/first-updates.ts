/**
 * `learning-rate` and `warm-up`: what the first updates did. An update too far makes weights so large that later ones look
 * small beside them, so that only the beginning tells.
 */
import { median } from "../../median.ts";
import type { StepBlock } from "../../spec.ts";
import { grouped, type Observation, observation, percent, short } from "../finding.ts";
import type { LogSubject } from "./log-subject.ts";

/** Steps that are the beginning of a run, and of a window of it. */
const BEGINNING = 100;
const WINDOW = 10;
/** Steps of which one alone may be too far: the first ones of Adam and its like have the size of the rate. */
const FIRST = 3;
/** Update:data of a single step that is too far, over what is too fast for a window. */
const TOO_FAR = 2.5;
/** Share of the highest rate of the beginning from which on its first step is not warmed up to it. */
const COLD = 0.5;
/** By how much of itself a loss has to rise for the first steps to have done harm. */
const HARM = 0.1;
/** By how many times itself a loss rises at most where slower first steps alone would have helped. */
const MENDED = 4;

/** Follows the first 100 steps of a run, from step 0 on. */
export class FirstUpdates {
  readonly #subject: LogSubject;
  /** Matrix by matrix, the ratios of the window that is open. */
  readonly #ratios: readonly number[][];
  readonly #losses: number[] = [];
  readonly #rates: number[] = [];
  #step = 0;
  /** Of all windows, and of the first steps, the most that half of the matrices moved in a step. */
  #fastest = 0;
  #fastestFrom = 0;
  #firstMost = 0;

  constructor(subject: LogSubject) {
    this.#subject = subject;
    this.#ratios = subject.matrices.map(() => []);
  }

  take({ first, count, loss, lr, ratios }: StepBlock): void {
    const { matrices, parameters } = this.#subject;
    for (let row = 0; row < count && this.#step < BEGINNING; row++) {
      // Of a run that goes on from elsewhere the beginning is not known.
      if (first + row !== this.#step) return;
      const now = matrices.map((index) => ratios[row * parameters.length + index] ?? Number.NaN);
      for (const [i, ratio] of now.entries())
        if (!Number.isNaN(ratio)) this.#ratios[i]?.push(ratio);
      if (this.#step < FIRST) this.#firstMost = Math.max(this.#firstMost, ofHalf(now));
      this.#losses.push(loss[row] ?? Number.NaN);
      this.#rates.push(lr[row] ?? Number.NaN);
      this.#step += 1;
      if (this.#step % WINDOW === 0) this.#closeWindow();
    }
  }

  /** What there is to say once the beginning is over. */
  judge(): Observation[] {
    if (this.#step < BEGINNING) return [];
    const { fast_updates: limit } = this.#subject.thresholds;
    const losses = this.#losses.filter(Number.isFinite);
    const [initial = Number.NaN] = losses;
    const peak = Math.max(...losses);
    const isHurt = peak > initial + HARM * Math.abs(initial);
    const isFast = this.#fastest > limit;
    const isFar = this.#firstMost > TOO_FAR * limit && isHurt;
    if (!isFast && !isFar) return [];
    const value = Math.max(this.#fastest, isFar ? this.#firstMost : 0);
    const harm = isHurt
      ? `, and the loss rose from ${short(initial)} to ${short(peak)} at step ${grouped(this.#losses.indexOf(peak))}`
      : "";
    const moved = isFar
      ? `the first steps changed hidden weights by ${percent(this.#firstMost)} each`
      : `steps ${this.#fastestFrom} to ${this.#fastestFrom + WINDOW - 1} changed hidden weights by ${percent(this.#fastest)} each`;
    const isOfStart = isHurt && this.#isCold() && peak <= initial + MENDED * Math.abs(initial);
    if (isOfStart && meanOf(losses.slice(-WINDOW)) < initial) {
      const message = `no warm-up: ${moved}${harm}; let the rate rise over the first steps (torch.optim.lr_scheduler.LinearLR with start_factor=0.01)`;
      return [observation("warm-up", { step: 0, value, message })];
    }
    const message = `learning rate too high: ${moved}${harm}; lower it by a factor of 3 to 10`;
    return [observation("learning-rate", { step: 0, value, message })];
  }

  #isCold(): boolean {
    const highest = Math.max(...this.#rates.filter(Number.isFinite));
    return (this.#rates[0] ?? Number.NaN) >= COLD * highest;
  }

  #closeWindow(): void {
    const moved = ofHalf(this.#ratios.map((ratios) => median(Float32Array.from(ratios))));
    if (moved > this.#fastest) {
      this.#fastest = moved;
      this.#fastestFrom = this.#step - WINDOW;
    }
    for (const ratios of this.#ratios) ratios.length = 0;
  }
}

/** Returns what more than half of these reach; 0 of nothing. Weights that begin at 0 are no more than half of a network. */
function ofHalf(ratios: readonly number[]): number {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio)).sort((a, b) => a - b);
  return known[(known.length - 1) >> 1] ?? 0;
}

function meanOf(losses: readonly number[]): number {
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
