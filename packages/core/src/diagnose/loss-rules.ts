/** `divergence`, `loss-spike` and `plateau`: what the loss itself says. */
import { type Sign, sign } from "./finding.ts";
import { grouped, nats } from "./number-text.ts";
import type { Subject } from "./subject.ts";

/** `divergence`: a loss that is not finite ends the run. */
export function notFinite(step: number): Sign[] {
  const message = `diverged: the loss of step ${grouped(step)} is not finite; lower the learning rate or the scale of the weights`;
  return [sign("divergence", { step, value: Number.NaN, message })];
}

export type LossWindow = { readonly first: number; readonly last: number; readonly mean: number };

/**
 * `divergence`, before it comes to that: the mean loss of 100 steps is more than `thresholds.divergence` above
 * both the loss of step 0 and ln V.
 */
export function climbing(
  { first, last, mean }: LossWindow,
  initial: number,
  { guessing, thresholds }: Subject,
): Sign[] {
  if (!(mean > Math.max(initial, guessing) + thresholds.divergence)) return [];
  const message = `loss has climbed to ${nats(mean)}: mean of steps ${grouped(first)} to ${grouped(last)}, it began with ${nats(initial)}; lower the learning rate`;
  return [sign("divergence", { step: first, value: mean, message })];
}

export type Spike = {
  readonly step: number;
  readonly loss: number;
  /** Of the losses before it. */
  readonly mean: number;
  readonly deviations: number;
};

/**
 * `loss-spike`: a single loss is more than `thresholds.loss_spike` standard deviations above its recent mean.
 *
 * @param spike - the highest so far
 */
export function spiked(spike: Spike | null, count: number): Sign[] {
  if (spike === null) return [];
  const { step, loss, mean, deviations } = spike;
  const others = count > 1 ? `, the highest of ${grouped(count)}` : "";
  const message = `loss jumped to ${nats(loss)} at step ${grouped(step)}: from a mean of ${nats(mean)}, ${deviations.toFixed(0)} standard deviations${others}; an update too far, lower the learning rate`;
  return [sign("loss-spike", { step, value: loss, message })];
}

/** The mean loss of steps `first` to `2 first - 1`, and of the half as many before. */
export type Doubling = {
  readonly first: number;
  readonly before: number;
  readonly mean: number;
  /** Standard error of the difference of the two. */
  readonly error: number;
};

/** Standard errors within which two means are the same. */
const SAME = 2;

/**
 * `plateau`: while the number of steps doubled, the mean loss fell by less than `thresholds.plateau`, or by
 * less than chance explains. A warning where the loss is still that of guessing.
 */
export function flat(doubling: Doubling, { guessing, thresholds }: Subject): Sign[] {
  const { first, before, mean, error } = doubling;
  const fall = before - mean;
  if (fall >= thresholds.plateau && fall >= SAME * error) return [];
  const hasLearnt = mean < guessing - thresholds.initial_loss;
  const outcome = hasLearnt
    ? "more steps at this learning rate gain little"
    : "it has learnt nothing; see the other findings";
  const message = `loss flat at ${nats(mean)}: mean of steps ${grouped(first)} to ${grouped(2 * first - 1)}, ${nats(before)} before; ${outcome}`;
  return [
    sign("plateau", { level: hasLearnt ? "info" : "warning", step: first, value: fall, message }),
  ];
}
