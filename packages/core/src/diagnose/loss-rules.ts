/** What the loss itself says: `initial-loss`, `divergence`, `loss-spike`, `plateau`. */
import { ln } from "../math.ts";
import type { DiagnosedProbe } from "../probe/probe.ts";
import { overconfidence } from "./culprits.ts";
import { grouped, nats, type Observation, observation } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** `divergence`: a loss that is not finite ends the run. */
export function notFinite(step: number): Observation[] {
  const message = `diverged: the loss of step ${grouped(step)} is not finite; lower the learning rate or the scale of the weights`;
  return [observation("divergence", { step, value: Number.NaN, message })];
}

export type LossWindow = { readonly first: number; readonly last: number; readonly mean: number };

/**
 * `divergence`, before it comes to that: the mean loss of 100 steps, or of the last 25, is more than
 * `thresholds.divergence` above both the loss of step 0 and ln V.
 */
export function climbing(
  { first, last, mean }: LossWindow,
  initial: number,
  subject: Subject,
): Observation[] {
  if (!(mean > highest(initial, subject))) return [];
  const message = `loss has climbed to ${nats(mean)}: mean of steps ${grouped(first)} to ${grouped(last)}, it began with ${nats(initial)}; lower the learning rate`;
  return [observation("divergence", { step: first, value: mean, message })];
}

/** The loss beyond which a run has diverged. */
export function highest(initial: number, { guessing, thresholds }: Subject): number {
  return Math.max(initial, guessing) + thresholds.divergence;
}

export type Spike = {
  readonly step: number;
  readonly loss: number;
  /** Mean and deviation of the losses before it. */
  readonly mean: number;
  readonly deviations: number;
};

/**
 * `loss-spike`: a single loss is more than `thresholds.loss_spike` standard deviations above its recent mean.
 *
 * @param spike - the highest so far
 */
export function spiked(spike: Spike | null, count: number): Observation[] {
  if (spike === null) return [];
  const { step, loss, mean, deviations } = spike;
  const others = count > 1 ? `, the highest of ${grouped(count)}` : "";
  const message = `loss jumped to ${nats(loss)} at step ${grouped(step)}: from a mean of ${nats(mean)}, ${deviations.toFixed(0)} standard deviations${others}; an update was too large, lower the learning rate`;
  return [observation("loss-spike", { step, value: loss, message })];
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

/** Nats below what counting characters costs, from which on something else has been learnt, too. */
export const MORE_THAN_CHARACTERS = 0.05;

/**
 * `plateau`: while the number of steps doubled, the mean loss fell by less than `thresholds.plateau`, or by
 * less than chance explains. A warning where the loss is that of guessing, or that of counting characters, which
 * an output bias learns alone.
 */
export function flat(doubling: Doubling, subject: Subject): Observation[] {
  const { guessing, counting, thresholds, isPlainLoss } = subject;
  const { first, before, mean, error } = doubling;
  const fall = before - mean;
  if (fall >= thresholds.plateau && fall >= SAME * error) return [];
  const hasMore = !counting || !isPlainLoss || mean < counting.characters - MORE_THAN_CHARACTERS;
  const hasLearnt = mean < guessing - thresholds.initial_loss;
  const outcome = !hasLearnt
    ? "it has learnt nothing; see the other findings"
    : hasMore
      ? "more steps at this learning rate gain little"
      : `it is no better than counting characters, which costs ${nats(counting.characters)}; see the other findings`;
  const message = `loss flat at ${nats(mean)}: mean of steps ${grouped(first)} to ${grouped(2 * first - 1)}, ${nats(before)} before${floorText(subject)}; ${outcome}`;
  const level = hasLearnt && hasMore ? "info" : "warning";
  return [observation("plateau", { level, step: first, value: fall, message })];
}

/** Says how low the loss can be where smoothed targets are not certain themselves. */
function floorText({ labelSmoothing = 0, classes }: Subject): string {
  if (labelSmoothing === 0 || classes < 2) return "";
  return `, label smoothing of ${labelSmoothing} keeps it above ${nats(smoothedEntropy(labelSmoothing, classes))}`;
}

/** The entropy of a target of which a share goes to all classes alike: what nobody can get below. */
export function smoothedEntropy(share: number, classes: number): number {
  const other = share / classes;
  const right = 1 - share + other;
  const term = (p: number): number => (p === 0 ? 0 : -p * ln(p));
  return term(right) + (classes - 1) * term(other);
}

/**
 * `initial-loss`: before it has learnt anything a classifier should know nothing, which costs ln V nats.
 * `|loss - ln V| > thresholds.initial_loss`. Silent where l2 terms are part of the loss, and of a loss that is not
 * finite, which `divergence` is about.
 */
export function initialLoss(
  loss: number,
  subject: Subject,
  probe: DiagnosedProbe | null = null,
): Observation[] {
  const { output, classes, guessing, hasPenalty, thresholds } = subject;
  if (hasPenalty || classes < 2 || !Number.isFinite(loss)) return [];
  const excess = loss - guessing;
  if (Math.abs(excess) <= thresholds.initial_loss) return [];
  const measured = `loss ${nats(loss)} at init, ln ${classes} = ${nats(guessing)}`;
  const layer = output?.layer ?? null;
  const about = { step: 0, value: loss };
  if (excess < 0) {
    const message = `knows something before training (${measured}): its weights are not freshly drawn, or the probe has few examples`;
    return [observation("initial-loss", { ...about, layer, message })];
  }
  const { advice, ...culprit } = overconfidence(probe, subject);
  const message = `overconfident softmax (${measured}): the first steps will only squash the logits; ${advice}`;
  return [observation("initial-loss", { ...about, layer, ...culprit, message })];
}
