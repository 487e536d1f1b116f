/**
 * What the update:data ratios of 100 steps say: `slow-updates`, `fast-updates`, `uneven-updates`, `frozen`. A
 * verdict on a band is fair for hidden weights only; all other parameters have a wider one, for information.
 */

import { log10 } from "../math.ts";
import { grouped, type Observation, observation, short } from "./finding.ts";
import type { Judged, Subject } from "./subject.ts";

/** The ratios of one parameter in a window of steps. */
export type ParameterWindow = {
  /** Median of the finite ratios; NaN if there are none. */
  readonly median: number;
  /** Whether no step changed its spread: every ratio is 0 or, of equal numbers, NaN. */
  readonly isStill: boolean;
  /** Whether all its numbers were equal, before and after every step: 0/0. */
  readonly isEqual?: boolean;
  /** The first step of the windows before this one in which it was still, too. */
  readonly stillSince?: number;
};

/** Windows in the order of `subject.judged`, of steps `first` to `last`. */
export type UpdateWindow = {
  readonly first: number;
  readonly last: number;
  readonly parameters: readonly ParameterWindow[];
  /** The highest learning rate. */
  readonly rate?: number;
};

/**
 * Judges a window. What has a rate of 0 by its schedule or its group is meant to stand still; null where that is all.
 */
export function judgeUpdates(window: UpdateWindow, subject: Subject): Observation[] | null {
  const { first, last } = window;
  const steps = `steps ${grouped(first)} to ${grouped(last)}`;
  const paces = subject.judged.map(({ index }) => subject.paces.shareOf(index, first, last));
  if (paces.length > 0 && paces.every((pace) => pace === 0)) return null;
  const observations = subject.judged.flatMap((judged, i) => {
    const one = window.parameters[i];
    const pace = paces[i] ?? 1;
    if (one === undefined || pace === 0) return [];
    const { name: param, layer } = judged;
    const step = one.stillSince ?? window.first;
    if (one.isStill) {
      const isMoving = one.isEqual === true && movesAsOne(judged, window, subject);
      const found = isMoving ? frozenSpread(param, steps) : frozen(param, steps);
      return [observation(found.rule, { layer, param, step, ...found })];
    }
    const found = outOfBand(judged, { ratio: one.median, pace, steps }, subject);
    if (found === null) return [];
    return [observation(found.rule, { layer, param, step: window.first, ...found })];
  });
  return [...observations, ...uneven(window, subject, steps)];
}

/**
 * Tells whether a parameter of equal numbers changes all the same: its layer gets a gradient where any of its
 * parameters moves, or any below it. Then all its numbers move together, as those of identical units do.
 */
function movesAsOne(
  { layer, isHidden }: Judged,
  window: UpdateWindow,
  { judged }: Subject,
): boolean {
  const last = judged.findLastIndex((one) => one.layer === layer);
  return isHidden && window.parameters.slice(0, last + 1).some(({ isStill }) => !isStill);
}

type Verdict = Pick<Observation, "rule" | "level" | "message"> & { readonly value: number };

function frozen(name: string, steps: string): Verdict {
  const message = `${name} frozen: update:data 0 in ${steps}; no gradient arrives, it does not change at all`;
  return { rule: "frozen", level: "error", value: 0, message };
}

/** Of numbers that are all the same and move; a probe tells whether units are identical, and `settled` goes by it. */
function frozenSpread(name: string, steps: string): Verdict {
  const message = `${name} frozen in its spread: update:data 0/0 in ${steps}; all its values are equal and change together, as in identical units, draw the weights at random`;
  return { rule: "frozen", level: "error", value: Number.NaN, message };
}

type Measured = {
  readonly ratio: number;
  /** The rate of these steps over the largest of the run: at less the ratio is smaller, and rightly so. */
  readonly pace: number;
  readonly steps: string;
};

function outOfBand(
  { name, isHiddenWeight }: Judged,
  { ratio, pace, steps }: Measured,
  { thresholds }: Subject,
): Verdict | null {
  const [low, high] = isHiddenWeight
    ? [thresholds.slow_updates, thresholds.fast_updates]
    : [thresholds.slow_updates_other, thresholds.fast_updates_other];
  const isSlow = ratio / pace < low;
  if (!isSlow && !(ratio > high)) return null;
  const limit = isSlow ? `below ${short(low)}` : `above ${short(high)}`;
  const advice = isSlow
    ? "raise the learning rate, or let more gradient reach it"
    : "lower the learning rate, or make its numbers larger";
  return {
    rule: isSlow ? "slow-updates" : "fast-updates",
    level: isHiddenWeight ? "warning" : "info",
    value: ratio,
    message: `${name} too ${isSlow ? "slow" : "fast"}: update:data ${ratioText(ratio)} ${limit}, median of ${steps}; ${advice}`,
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
