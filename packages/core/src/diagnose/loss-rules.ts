/** What the loss itself says: `initial-loss`, `divergence`, `loss-spike`, `plateau`. */
import { grouped, nats, type Observation, observation } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** `divergence`: a loss that is not finite ends the run. */
export function notFinite(step: number): Observation[] {
  const message = `diverged: the loss of step ${grouped(step)} is not finite; lower the learning rate or the scale of the weights`;
  return [observation("divergence", { step, value: Number.NaN, message })];
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
): Observation[] {
  if (!(mean > Math.max(initial, guessing) + thresholds.divergence)) return [];
  const message = `loss has climbed to ${nats(mean)}: mean of steps ${grouped(first)} to ${grouped(last)}, it began with ${nats(initial)}; lower the learning rate`;
  return [observation("divergence", { step: first, value: mean, message })];
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
  const message = `loss jumped to ${nats(loss)} at step ${grouped(step)}: from a mean of ${nats(mean)}, ${deviations.toFixed(0)} standard deviations${others}; an update too far, lower the learning rate`;
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

/**
 * `plateau`: while the number of steps doubled, the mean loss fell by less than `thresholds.plateau`, or by
 * less than chance explains. A warning where the loss is still that of guessing.
 */
export function flat(doubling: Doubling, { guessing, thresholds }: Subject): Observation[] {
  const { first, before, mean, error } = doubling;
  const fall = before - mean;
  if (fall >= thresholds.plateau && fall >= SAME * error) return [];
  const hasLearnt = mean < guessing - thresholds.initial_loss;
  const outcome = hasLearnt
    ? "more steps at this learning rate gain little"
    : "it has learnt nothing; see the other findings";
  const message = `loss flat at ${nats(mean)}: mean of steps ${grouped(first)} to ${grouped(2 * first - 1)}, ${nats(before)} before; ${outcome}`;
  const level = hasLearnt ? "info" : "warning";
  return [observation("plateau", { level, step: first, value: fall, message })];
}

/**
 * `initial-loss`: before it has learnt anything a classifier should know nothing, which costs ln V nats.
 * `|loss - ln V| > thresholds.initial_loss`. Silent where l2 terms are part of the loss, and of a loss that is not
 * finite, which `divergence` is about.
 */
export function initialLoss(
  loss: number,
  { output, classes, guessing, hasPenalty, thresholds }: Subject,
): Observation[] {
  if (hasPenalty || classes < 2 || !Number.isFinite(loss)) return [];
  const excess = loss - guessing;
  if (Math.abs(excess) <= thresholds.initial_loss) return [];
  const measured = `loss ${nats(loss)} at init, ln ${classes} = ${nats(guessing)}`;
  const message =
    excess < 0
      ? `knows something before it is trained (${measured}): its weights are no fresh ones, or it is probed on few examples`
      : `overconfident softmax (${measured}): the first steps will only squash the logits; scale the output layer down`;
  const layer = output?.layer ?? null;
  return [observation("initial-loss", { layer, step: 0, value: loss, message })];
}

/** Steps that a recent mean is taken over. */
const RECENT = 100;
/** A loss that hardly moves has spikes all the same. */
const LEAST_DEVIATION = 0.05;
/** Steps from which on two halves of a run are compared. */
const LEAST_DOUBLING = 1024;

type Sums = { readonly count: number; readonly sum: number; readonly squares: number };

const NOTHING: Sums = { count: 0, sum: 0, squares: 0 };

/** Plain JSON. */
export type LossWatchState = {
  readonly step: number;
  readonly initial: number;
  /** Exponentially weighted over 100 steps. */
  readonly mean: number;
  readonly variance: number;
  /** Sum of the window of 100 steps that is open. */
  readonly window: number;
  readonly spike: Spike | null;
  readonly spikes: number;
  /** The losses since the last power of two, and between the two before it. */
  readonly now: Sums;
  readonly before: Sums;
};

const FRESH: LossWatchState = {
  ...{ step: 0, initial: 0, mean: 0, variance: 0, window: 0, spike: null, spikes: 0 },
  ...{ now: NOTHING, before: NOTHING },
};

type Judge = (topic: string, step: number, observations: readonly Observation[]) => void;

/** Follows the loss step by step. Mean and variance begin as those of the first 100 steps. */
export class LossWatch {
  readonly #subject: Subject;
  readonly #now: { -readonly [Key in keyof LossWatchState]: LossWatchState[Key] };

  constructor(subject: Subject, state: LossWatchState = FRESH) {
    this.#subject = subject;
    this.#now = { ...state };
  }

  take(loss: number, judge: Judge): void {
    const now = this.#now;
    const { step } = now;
    now.step += 1;
    if (!Number.isFinite(loss)) {
      judge("divergence", step, notFinite(step));
      return;
    }
    if (step === 0) now.initial = loss;
    this.#findSpike(step, loss, judge);
    now.window += loss;
    if (now.step % RECENT === 0) this.#closeWindow(judge);
    this.#double(now.step, loss, judge);
  }

  state(): LossWatchState {
    return { ...this.#now };
  }

  #findSpike(step: number, loss: number, judge: Judge): void {
    const now = this.#now;
    const weight = 1 / Math.min(step + 1, RECENT);
    const above = loss - now.mean;
    const deviations = above / Math.max(LEAST_DEVIATION, Math.sqrt(now.variance));
    if (step >= RECENT && deviations > this.#subject.thresholds.loss_spike) {
      now.spikes += 1;
      if (deviations > (now.spike?.deviations ?? 0)) {
        now.spike = { step, loss, mean: now.mean, deviations };
      }
      judge("loss-spike", step, spiked(now.spike, now.spikes));
    }
    now.mean += weight * above;
    now.variance += weight * (above * (loss - now.mean) - now.variance);
  }

  #closeWindow(judge: Judge): void {
    const now = this.#now;
    const first = now.step - RECENT;
    const window = { first, last: now.step - 1, mean: now.window / RECENT };
    now.window = 0;
    if (first > 0) judge("divergence", first, climbing(window, now.initial, this.#subject));
  }

  /** Closes the account of steps 2^k to 2^(k + 1) - 1 and compares it with the one before. */
  #double(next: number, loss: number, judge: Judge): void {
    const { before, now } = this.#now;
    const sums = { count: now.count + 1, sum: now.sum + loss, squares: now.squares + loss * loss };
    this.#now.now = sums;
    if ((next & (next - 1)) !== 0 || next > 2 ** 30) return;
    const first = next - sums.count;
    if (first >= LEAST_DOUBLING) {
      const error = Math.sqrt(errorOf(sums) + errorOf(before));
      const doubling = { first, before: meanOf(before), mean: meanOf(sums), error };
      judge("plateau", first, flat(doubling, this.#subject));
    }
    this.#now.before = sums;
    this.#now.now = NOTHING;
  }
}

function meanOf({ sum, count }: Sums): number {
  return sum / count;
}

/** The square of the standard error of a mean. */
function errorOf(sums: Sums): number {
  const mean = meanOf(sums);
  return Math.max(0, sums.squares / sums.count - mean * mean) / sums.count;
}
