/** Follows the loss step by step, for the rules about it. */
import type { Observation } from "./finding.ts";
import { LatestLosses } from "./latest-losses.ts";
import { climbing, flat, type LossWindow, notFinite, type Spike, spiked } from "./loss-rules.ts";
import type { Subject } from "./subject.ts";
import { behindCounting } from "./underfitting-rules.ts";

/** Steps that a recent mean is taken over. */
const RECENT = 100;
/**
 * Steps whose mean decides before a window is whole. With batches of one example, whose losses have a standard
 * deviation of 1.3, such a mean is 5 of its own below the limit of a healthy run.
 */
const LATEST = 25;
/** A loss that hardly moves has spikes all the same. */
const LEAST_DEVIATION = 0.05;
/** Far more, of a number, than a sum of so many loses to rounding. */
const ROUNDING = 1e-9;
/** Steps from which on two halves of a run are compared. */
const LEAST_DOUBLING = 1024;

type Sums = { readonly count: number; readonly sum: number; readonly squares: number };

const NOTHING: Sums = { count: 0, sum: 0, squares: 0 };

/** Plain JSON. A checkpoint of an older version lacks `latest` and `aboveSince`. */
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
  /** The last losses, 25 of them at most. */
  readonly latest: readonly number[];
  /** The step since which they, or their mean, have been beyond the limit of a divergence. */
  readonly aboveSince: number | null;
};

const FRESH: LossWatchState = {
  ...{ step: 0, initial: 0, mean: 0, variance: 0, window: 0, spike: null, spikes: 0 },
  ...{ now: NOTHING, before: NOTHING, latest: [], aboveSince: null },
};

export type Judge = (topic: string, step: number, observations: readonly Observation[]) => void;

type Mutable<Data> = { -readonly [Key in keyof Data]: Data[Key] };

/** Follows the loss step by step. Mean and variance begin as those of the first 100 steps. */
export class LossWatch {
  readonly #subject: Subject;
  readonly #now: Mutable<Omit<LossWatchState, "now" | "latest">>;
  readonly #sums: Mutable<Sums>;
  readonly #latest: LatestLosses;
  /** How many losses in a row have been below the limit of a divergence; those before a resume do not count. */
  #below = 0;

  constructor(subject: Subject, state: Partial<LossWatchState> = FRESH) {
    const { now, latest, ...rest } = { ...FRESH, ...state };
    this.#subject = subject;
    this.#now = rest;
    this.#sums = { ...now };
    this.#latest = new LatestLosses(LATEST, latest);
  }

  /** Steps so far. */
  get step(): number {
    return this.#now.step;
  }

  /** The loss of step 0; NaN before it. */
  get initial(): number {
    return this.#now.step === 0 ? Number.NaN : this.#now.initial;
  }

  /** The step since which the losses have been those of a divergence; null where they are not. */
  get aboveSince(): number | null {
    return this.#now.aboveSince;
  }

  take(loss: number, judge: Judge): void {
    const now = this.#now;
    const { step } = now;
    now.step += 1;
    if (!Number.isFinite(loss)) {
      this.#latest.clear();
      this.#below = 0;
      now.aboveSince = null;
      judge("divergence", step, notFinite(step));
      return;
    }
    if (step === 0) now.initial = loss;
    this.#findSpike(step, loss, judge);
    this.#followLatest(step, loss);
    now.window += loss;
    if (now.step % RECENT === 0) this.#closeWindow(judge);
    this.#double(now.step, loss, judge);
  }

  /** Judges the last steps, whole window or not; null where they are too few to tell. */
  latest(): { readonly step: number; readonly observations: readonly Observation[] } | null {
    const { step, initial, aboveSince } = this.#now;
    const { count } = this.#latest;
    if (count === 0 || (count < LATEST && step !== this.#subject.steps)) return null;
    const mean = this.#latest.sum() / count;
    const latest = { first: step - count, last: step - 1, mean };
    const observations = climbing(latest, initial, this.#subject);
    return {
      step,
      observations: observations.map((one) => ({ ...one, step: aboveSince ?? one.step })),
    };
  }

  state(): LossWatchState {
    return { ...this.#now, now: { ...this.#sums }, latest: this.#latest.values() };
  }

  #followLatest(step: number, loss: number): void {
    const latest = this.#latest;
    latest.push(loss);
    const { guessing, thresholds } = this.#subject;
    const limit = Math.max(this.#now.initial, guessing) + thresholds.divergence;
    this.#below = loss < limit - Math.abs(limit) * ROUNDING ? this.#below + 1 : 0;
    // Where each of them is below the limit, so is their mean: their sum takes as long as all the rest.
    const isMeanAbove = this.#below < latest.count && latest.sum() > limit * latest.count;
    const isAbove = loss > limit || isMeanAbove;
    this.#now.aboveSince = isAbove ? (this.#now.aboveSince ?? step) : null;
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
    const window: LossWindow = { first, last: now.step - 1, mean: now.window / RECENT };
    now.window = 0;
    const climbed = climbing(window, now.initial, this.#subject);
    const since = now.aboveSince ?? first;
    judge(
      "divergence",
      first,
      climbed.map((one) => ({ ...one, step: since })),
    );
    judge("underfitting", first, behindCounting(window, this.#subject));
  }

  /** Closes the account of steps 2^k to 2^(k + 1) - 1 and compares it with the one before. */
  #double(next: number, loss: number, judge: Judge): void {
    const sums = this.#sums;
    sums.count += 1;
    sums.sum += loss;
    sums.squares += loss * loss;
    if ((next & (next - 1)) !== 0 || next > 2 ** 30) return;
    const { before } = this.#now;
    const first = next - sums.count;
    if (first >= LEAST_DOUBLING) {
      const error = Math.sqrt(errorOf(sums) + errorOf(before));
      const doubling = { first, before: meanOf(before), mean: meanOf(sums), error };
      judge("plateau", first, flat(doubling, this.#subject));
    }
    this.#now.before = { ...sums };
    Object.assign(sums, NOTHING);
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
