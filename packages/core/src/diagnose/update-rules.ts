/**
 * What the update:data ratios of 100 steps say: `slow-updates`, `fast-updates`, `uneven-updates`, `frozen`. A
 * verdict on a band is fair for hidden weights only; all other parameters have a wider one, for information.
 */

import { log10 } from "../math.ts";
import { median } from "../median.ts";
import type { StepBlock } from "../spec.ts";
import { grouped, type Observation, observation, short } from "./finding.ts";
import type { Judged, Subject, Thresholds } from "./subject.ts";

/** The ratios of one parameter in a window of steps. */
export type ParameterWindow = {
  /** Median of the finite ratios; NaN if there are none. */
  readonly median: number;
  /** Whether no step changed its spread: every ratio is 0 or, of equal numbers, NaN. */
  readonly isStill: boolean;
};

/** Windows in the order of `subject.judged`, of steps `first` to `last`. */
export type UpdateWindow = {
  readonly first: number;
  readonly last: number;
  readonly parameters: readonly ParameterWindow[];
};

export function judgeUpdates(window: UpdateWindow, subject: Subject): Observation[] {
  const steps = `steps ${grouped(window.first)} to ${grouped(window.last)}`;
  const observations = subject.judged.flatMap((judged, i) => {
    const one = window.parameters[i];
    if (one === undefined) return [];
    const { name: param, layer } = judged;
    const found = one.isStill
      ? frozen(param, steps)
      : outOfBand(judged, one.median, steps, subject.thresholds);
    if (found === null) return [];
    return [observation(found.rule, { layer, param, step: window.first, ...found })];
  });
  return [...observations, ...uneven(window, subject, steps)];
}

type Verdict = Pick<Observation, "rule" | "level" | "message"> & { readonly value: number };

function frozen(name: string, steps: string): Verdict {
  const message = `${name} frozen: update:data 0 in ${steps}; no gradient arrives, it does not change at all`;
  return { rule: "frozen", level: "error", value: 0, message };
}

function outOfBand(
  { name, isHiddenWeight }: Judged,
  value: number,
  steps: string,
  thresholds: Thresholds,
): Verdict | null {
  const [low, high] = isHiddenWeight
    ? [thresholds.slow_updates, thresholds.fast_updates]
    : [thresholds.slow_updates_other, thresholds.fast_updates_other];
  const isSlow = value < low;
  if (!isSlow && !(value > high)) return null;
  const limit = isSlow ? `below ${short(low)}` : `above ${short(high)}`;
  const advice = isSlow
    ? "raise the learning rate, or let more gradient reach it"
    : "lower the learning rate, or make its numbers larger";
  return {
    rule: isSlow ? "slow-updates" : "fast-updates",
    level: isHiddenWeight ? "warning" : "info",
    value,
    message: `${name} too ${isSlow ? "slow" : "fast"}: update:data ${ratioText(value)} ${limit}, median of ${steps}; ${advice}`,
  };
}

/** `uneven-updates`: the hidden weights learn at different speeds. */
function uneven(
  { first, parameters }: UpdateWindow,
  { judged, thresholds }: Subject,
  steps: string,
): Observation[] {
  let slowest = -1;
  let fastest = -1;
  const ratioOf = (i: number) => parameters[i]?.median ?? Number.NaN;
  for (const [i, { isHiddenWeight }] of judged.entries()) {
    if (!isHiddenWeight || !(ratioOf(i) > 0)) continue;
    if (slowest < 0 || ratioOf(i) < ratioOf(slowest)) slowest = i;
    if (fastest < 0 || ratioOf(i) > ratioOf(fastest)) fastest = i;
  }
  const factor = ratioOf(fastest) / ratioOf(slowest);
  if (!(factor > thresholds.uneven_updates)) return [];
  const [one, other] = [slowest, fastest].map((i) => `${judged[i]?.name} ${ratioText(ratioOf(i))}`);
  const message = `layers learn at different speeds (x ${short(factor)}): update:data of ${other}, of ${one}, medians of ${steps}; scale the weights by 1/sqrt(fan_in)`;
  return [observation("uneven-updates", { step: first, value: factor, message })];
}

function ratioText(ratio: number): string {
  if (ratio === 0) return "0";
  return `${short(ratio)} (log10 ${log10(ratio).toFixed(2)})`;
}

/** Steps of a window: the noise of single steps is far larger than what is asked of them. */
export const WINDOW = 100;

/** Plain JSON: of each judged parameter the ratios in the window that is open, as the bits of float32. */
export type UpdateWindowsState = {
  readonly step: number;
  readonly bits: readonly (readonly number[])[];
};

/** Cuts ratios into windows of 100 steps; the first one, 0 to 99, is not judged. */
export class UpdateWindows {
  readonly #columns: readonly number[];
  readonly #width: number;
  /** Column by column: ratio of step k of the window and of the i-th judged parameter at i * WINDOW + k. */
  readonly #ratios: Float32Array;
  readonly #one: Float32Array = new Float32Array(WINDOW);
  #step: number;

  constructor({ judged, parameters }: Subject, state: UpdateWindowsState = { step: 0, bits: [] }) {
    this.#columns = judged.map(({ index }) => index);
    this.#width = parameters.length;
    this.#ratios = new Float32Array(WINDOW * this.#columns.length);
    const bits = new Uint32Array(this.#ratios.buffer);
    for (const [i, column] of state.bits.entries()) bits.set(column, i * WINDOW);
    this.#step = state.step;
  }

  /** Takes the steps of a block and hands over each window that they complete. */
  take({ count, ratios }: StepBlock, onWindow: (window: UpdateWindow) => void): void {
    for (let row = 0; row < count; row++) {
      const place = this.#step % WINDOW;
      const start = row * this.#width;
      for (let i = 0; i < this.#columns.length; i++) {
        this.#ratios[i * WINDOW + place] = ratios[start + (this.#columns[i] ?? 0)] ?? Number.NaN;
      }
      this.#step += 1;
      if (place === WINDOW - 1 && this.#step > WINDOW) onWindow(this.#window());
    }
  }

  state(): UpdateWindowsState {
    const bits = new Uint32Array(this.#ratios.buffer);
    const filled = this.#step % WINDOW;
    return {
      step: this.#step,
      bits: this.#columns.map((_, i) => [...bits.subarray(i * WINDOW, i * WINDOW + filled)]),
    };
  }

  #window(): UpdateWindow {
    const last = this.#step - 1;
    const parameters = this.#columns.map((_, i) => {
      this.#one.set(this.#ratios.subarray(i * WINDOW, (i + 1) * WINDOW));
      const isStill = this.#one.every((ratio) => ratio === 0 || Number.isNaN(ratio));
      return { median: isStill ? Number.NaN : median(this.#one), isStill };
    });
    return { first: last - WINDOW + 1, last, parameters };
  }
}
