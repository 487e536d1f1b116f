/** `clipping`: how often clipping by norm acts, in windows of 100 steps. */
import type { StepBlock } from "../spec.ts";
import { grouped, type Observation, observation, percent, short } from "./finding.ts";
import type { Subject } from "./subject.ts";
import { WINDOW } from "./update-windows.ts";

/** Plain JSON. */
export type ClipWatchState = {
  readonly step: number;
  /** Steps of the window that is open on which clipping has acted. */
  readonly acted: number;
  /** Sum of its factors. */
  readonly sum: number;
};

/** Of the windows after the first, says where clipping acts on nearly every step. */
export class ClipWatch {
  readonly #subject: Subject;
  readonly #metrics: number;
  /** Place of the factor among the metrics; -1: gradients are not clipped by norm. */
  readonly #place: number;
  #step: number;
  #acted: number;
  #sum: number;

  constructor(subject: Subject, state: ClipWatchState = { step: 0, acted: 0, sum: 0 }) {
    const { metrics = [] } = subject;
    this.#subject = subject;
    this.#metrics = metrics.length;
    this.#place = metrics.indexOf("clip_factor");
    ({ step: this.#step, acted: this.#acted, sum: this.#sum } = state);
  }

  /** Takes the steps of a block and hands over what is to be said of each window that they complete. */
  take({ count, metrics, lr }: StepBlock, say: (step: number, seen: Observation[]) => void): void {
    if (this.#place < 0 || metrics === undefined) return;
    for (let row = 0; row < count; row++) {
      const factor = metrics[row * this.#metrics + this.#place] ?? Number.NaN;
      this.#step += 1;
      this.#acted += factor < 1 ? 1 : 0;
      this.#sum += factor;
      if (this.#step % WINDOW !== 0) continue;
      if (this.#step > WINDOW) say(this.#step - WINDOW, this.#judge(lr[row] ?? Number.NaN));
      this.#acted = 0;
      this.#sum = 0;
    }
  }

  state(): ClipWatchState {
    return { step: this.#step, acted: this.#acted, sum: this.#sum };
  }

  #judge(rate: number): Observation[] {
    const { thresholds, optimizer } = this.#subject;
    const share = this.#acted / WINDOW;
    const value = this.#sum / WINDOW;
    const last = this.#step - 1;
    const first = last - WINDOW + 1;
    if (share < NEARLY_EVERY || !(value < thresholds.clipping)) return [];
    const isBlind = SCALE_FREE.includes(optimizer?.name ?? "sgd");
    const effect = isBlind
      ? `${optimizer?.name} already divides by the size of the gradients: clipping only smooths its running averages`
      : `the effective rate is about ${short(value * rate)}; raise train.clip, or lower train.lr explicitly`;
    const message = `clipping acts on ${percent(share)} of the steps: it leaves ${short(value)} of the gradient, mean of steps ${grouped(first)} to ${grouped(last)}; ${effect}`;
    const level = isBlind ? "info" : "warning";
    return [observation("clipping", { level, step: first, value, message })];
  }
}

/** Share of the steps from which on clipping is no exception. */
const NEARLY_EVERY = 0.9;
/** Optimisers to which a gradient ten times as large is the same gradient. */
const SCALE_FREE: readonly string[] = ["adam", "adamw", "rmsprop", "adagrad", "lion"];
