/**
 * What the losses of a run say whatever their unit: `divergence`, `loss-spike`, `plateau`. They are measured against
 * the loss that it began with and against their own spread.
 */

import { grouped, type Observation, observation, short, steps } from "../finding.ts";
import type { FindingLog } from "../finding-log.ts";
import { LatestLosses } from "../latest-losses.ts";
import { notFinite, type Spike, spiked } from "../loss-rules.ts";
import type { Thresholds } from "../subject.ts";

/** Losses of a window, and those that a recent mean is taken over. */
const WINDOW = 100;
/** Losses that decide before a window is whole, and whose mean a run begins with. */
const LATEST = 25;
/** Standard deviations of single losses by which their mean is above the first loss where that is no chance. */
const NO_CHANCE = 1.5;
/** Share of what has been learnt that a spike takes back. */
const TAKEN_BACK = 0.2;
/** Of the recent mean: a loss that hardly moves has spikes all the same. */
const LEAST_DEVIATION = 0.01;
/** Times the loss at the beginning from which on a climb is an error. */
const FAR = 10;
/** Losses from which on two halves of a run are compared. */
const LEAST_DOUBLING = 1024;
/** Share of the loss at the beginning below which nothing has been learnt. */
const NOTHING = 0.02;

type Account = { count: number; sum: number; squares: number; first: number; last: number };

/** Follows losses, each of its step; steps may be missing. */
export class LogLosses {
  readonly #thresholds: Thresholds;
  readonly #log: FindingLog;
  readonly #latest = new LatestLosses(LATEST, []);
  #latestFirst: number[] = [];
  #count = 0;
  #initial = Number.NaN;
  /** The mean of the first losses, and how many they are. */
  #beginning = 0;
  #mean = 0;
  #variance = 0;
  #spike: Spike | null = null;
  #spikes = 0;
  /** The last loss, where the next one decides whether it is a spike. */
  #candidate: Spike | null = null;
  #window: Account = account();
  #now: Account = account();
  #before: Account = account();

  constructor(thresholds: Thresholds, log: FindingLog) {
    this.#thresholds = thresholds;
    this.#log = log;
  }

  /** How many finite losses there were. */
  get count(): number {
    return this.#count;
  }

  /** The first finite loss. */
  get initial(): number {
    return this.#initial;
  }

  /** The mean of the last losses. */
  get mean(): number {
    return this.#latest.sum() / this.#latest.count;
  }

  take(step: number, loss: number): void {
    if (!Number.isFinite(loss)) {
      this.#latest.clear();
      this.#latestFirst = [];
      this.#window = account();
      this.#log.judge("divergence", step, notFinite(step));
      return;
    }
    if (this.#count === 0) this.#initial = loss;
    if (this.#count < LATEST) this.#beginning += (loss - this.#beginning) / (this.#count + 1);
    this.#findSpike(step, loss);
    this.#count += 1;
    this.#latest.push(loss);
    this.#latestFirst.push(step);
    if (this.#latestFirst.length > LATEST) this.#latestFirst.shift();
    add(this.#window, step, loss);
    if (this.#window.count === WINDOW) this.#closeWindow();
    this.#double(step, loss);
  }

  /** Says in a log what the last losses say; that is kept in no other. */
  judgeLatest(log: FindingLog): void {
    if (this.#latest.count < LATEST) return;
    const last = account();
    for (const [i, loss] of this.#latest.values().entries()) {
      add(last, this.#latestFirst[i] ?? 0, loss);
    }
    log.judge("divergence", last.first, this.#climbed(last));
  }

  #findSpike(step: number, loss: number): void {
    const weight = 1 / Math.min(this.#count + 1, WINDOW);
    const above = loss - this.#mean;
    const least = LEAST_DEVIATION * Math.abs(this.#mean);
    const deviations = above / Math.max(least, Math.sqrt(this.#variance));
    const learnt = Math.max(this.#initial - this.#mean, Math.abs(this.#mean) / 2);
    const spike = { step, loss, mean: this.#mean, deviations };
    const before = this.#candidate;
    // A batch of hard examples is over with the next one, an update too far is not.
    if (before !== null && loss - before.mean > (before.loss - before.mean) / 2) this.#tell(before);
    const isFar = deviations > this.#thresholds.loss_spike && above > TAKEN_BACK * learnt;
    const isSpike = this.#count >= WINDOW && isFar;
    if (isSpike && above >= learnt) this.#tell(spike);
    this.#candidate = isSpike && above < learnt ? spike : null;
    this.#mean += weight * above;
    this.#variance += weight * (above * (loss - this.#mean) - this.#variance);
  }

  #tell(spike: Spike): void {
    this.#spikes += 1;
    if (spike.deviations > (this.#spike?.deviations ?? 0)) this.#spike = spike;
    this.#log.judge("loss-spike", spike.step, spiked(this.#spike, this.#spikes));
  }

  #closeWindow(): void {
    this.#log.judge("divergence", this.#window.first, this.#climbed(this.#window));
    this.#window = account();
  }

  /** `divergence`, before a loss that is not finite: the mean of a window is far above the first loss. */
  #climbed(window: Account): Observation[] {
    const mean = meanOf(window);
    const initial = this.#initial;
    const limit = initial + this.#thresholds.divergence * Math.abs(initial);
    if (!(mean > limit) || !(mean - NO_CHANCE * deviationOf(window) > initial)) return [];
    const isFar = mean - 2 * NO_CHANCE * deviationOf(window) > initial + FAR * Math.abs(initial);
    const level = isFar ? "error" : "warning";
    const message = `loss has climbed to ${short(mean)}: mean of steps ${grouped(window.first)} to ${grouped(window.last)}, it began with ${short(initial)}; lower the learning rate, or clip gradients (torch.nn.utils.clip_grad_norm_)`;
    return [observation("divergence", { level, step: window.first, value: mean, message })];
  }

  /** Closes the account of losses 2^k to 2^(k + 1) - 1 and compares it with the one before. */
  #double(step: number, loss: number): void {
    const now = this.#now;
    add(now, step, loss);
    if ((this.#count & (this.#count - 1)) !== 0) return;
    if (now.count >= LEAST_DOUBLING) this.#log.judge("plateau", now.first, this.#flat());
    this.#before = now;
    this.#now = account();
  }

  /** `plateau`: while the number of losses doubled, their mean fell by next to nothing of what it began with. */
  #flat(): Observation[] {
    const [now, before] = [this.#now, this.#before];
    const [mean, earlier] = [meanOf(now), meanOf(before)];
    const fall = earlier - mean;
    const size = Math.abs(this.#beginning);
    const error = Math.hypot(errorOf(now), errorOf(before));
    if (fall >= this.#thresholds.plateau * size && fall >= 2 * error) return [];
    const hasLearnt = this.#beginning - mean > NOTHING * size;
    const outcome = hasLearnt
      ? "more steps at this learning rate gain little"
      : `it has learnt nothing in ${steps(this.#count)}; try another learning rate, and check that the targets match their inputs`;
    const message = `loss flat at ${short(mean)}: mean of steps ${grouped(now.first)} to ${grouped(now.last)}, ${short(earlier)} before; ${outcome}`;
    const level = hasLearnt ? "info" : "warning";
    return [observation("plateau", { level, step: now.first, value: fall, message })];
  }
}

function account(): Account {
  return { count: 0, sum: 0, squares: 0, first: 0, last: 0 };
}

function add(to: Account, step: number, loss: number): void {
  if (to.count === 0) to.first = step;
  to.last = step;
  to.count += 1;
  to.sum += loss;
  to.squares += loss * loss;
}

function meanOf({ sum, count }: Account): number {
  return sum / count;
}

function deviationOf(one: Account): number {
  const mean = meanOf(one);
  return Math.sqrt(Math.max(0, one.squares / one.count - mean * mean));
}

/** The standard error of a mean. */
function errorOf(one: Account): number {
  return deviationOf(one) / Math.sqrt(one.count);
}
