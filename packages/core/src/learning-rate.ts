/** The rate of every step, as a function of the step alone: nothing is carried from one to the next. */
import { cos, exp, ln } from "./math.ts";
import type { Schedule, ScheduleCurve, StepSchedule } from "./spec.ts";

/**
 * Returns the rate at `step`, the number of updates made before. Of a map it is that of the last entry at or before it.
 * Of a curve with t the step, w its `warmup` and `u = min(1, (t - w) / (steps - w))`:
 *
 * | where | rate |
 * | --- | --- |
 * | t < w | `from + (rate - from) t / w` |
 * | t < w, one_cycle | `from + (rate - from) (1 - cos(pi t / w)) / 2` |
 * | constant | `rate` |
 * | linear | `rate + (to - rate) u` |
 * | cosine, one_cycle | `to + (rate - to) (1 + cos(pi u)) / 2` |
 * | exponential | `rate (to / rate)^u` |
 *
 * PyTorch's LinearLR, CosineAnnealingLR and ExponentialLR multiply the rate of the step before, so their last bits
 * are other ones than those of these closed forms; OneCycleLR (`anneal_strategy="cos"`) has closed forms as well, in
 * which its peak lies at step `warmup` and its last rate at step `steps`.
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  return isStepMap(schedule) ? rateOfMap(schedule, step) : rateOfCurve(schedule, step);
}

/** Returns the largest rate of a schedule. */
export function largestRate(schedule: Schedule): number {
  if (isStepMap(schedule)) return schedule.reduce((most, { rate }) => Math.max(most, rate), 0);
  const { rate, from, warmup, then, to } = schedule;
  return Math.max(rate, warmup > 0 ? from : 0, then === "constant" ? 0 : to);
}

function rateOfMap(schedule: StepSchedule, step: number): number {
  let rate = Number.NaN;
  for (let i = 0; i < schedule.length; i++) {
    const entry = schedule[i];
    if (entry === undefined || entry.step > step) break;
    rate = entry.rate;
  }
  return rate;
}

function rateOfCurve({ rate, warmup, from, then, steps, to }: ScheduleCurve, step: number): number {
  if (step < warmup) {
    const share = step / warmup;
    return from + (rate - from) * (then === "one_cycle" ? 1 - fallen(share) : share);
  }
  const u = steps > warmup ? Math.min(1, (step - warmup) / (steps - warmup)) : 1;
  switch (then) {
    case "constant":
      return rate;
    case "linear":
      return rate + (to - rate) * u;
    case "cosine":
    case "one_cycle":
      return to + (rate - to) * fallen(u);
    case "exponential":
      return u === 1 ? to : rate * exp(u * ln(to / rate));
  }
}

/** Half a period of a cosine, from 1 at 0 to 0 at 1. */
function fallen(u: number): number {
  return (1 + cos(Math.PI * u)) / 2;
}

function isStepMap(schedule: Schedule): schedule is StepSchedule {
  return Array.isArray(schedule);
}
