/** What evaluations show: `running-statistics` (a probe shows them too) and `validation-gap`. */

import type { DiagnosedProbe, LayerProbe } from "../probe/probe.ts";
import type { Evaluation, Split, Statistics } from "../spec.ts";
import { grouped, nats, type Observation, observation, short, steps } from "./finding.ts";
import { highest } from "./loss-rules.ts";
import type { Subject } from "./subject.ts";

/** Before it they have had no time. */
const SETTLED = 100;

/** Share of what the running statistics began with, up to which they no longer lag behind. */
const FORGOTTEN = 0.05;

/** Share of a batch in running statistics, from which on they are hardly more than the last few batches. */
const HASTY = 0.5;

/** Tells whether the running statistics still are what they began as, to a part that counts. */
function isLagging(step: number, { norm }: Subject): boolean {
  return norm ? (1 - norm.momentum) ** step > FORGOTTEN : false;
}

/** Says what can be done about running statistics, by their momentum: it is 1 at most. */
function cureOf(step: number, subject: Subject): string {
  const { norm } = subject;
  if (!norm || isLagging(step, subject)) return "train longer or raise the momentum";
  if (norm.momentum >= HASTY) {
    return `with a momentum of ${norm.momentum} they are those of the last batches, lower it`;
  }
  const { batchSize = Number.POSITIVE_INFINITY, thresholds } = subject;
  return batchSize < thresholds.small_batch
    ? "raise the batch size, or lower the momentum"
    : "lower the momentum, or the learning rate";
}

/**
 * By a probe, for information: the mean over a layer's units of `|running mean - mean| / std` and
 * `|running std - std| / std` together is above `thresholds.running_statistics`; against the moments of the
 * training set where they were measured, else those of the probe's examples. Not before step 100.
 */
export function laggingMoments({ step, layers }: DiagnosedProbe, subject: Subject): Observation[] {
  if (step < SETTLED) return [];
  const { thresholds } = subject;
  return layers.flatMap((layer) => {
    const value = lagOf(layer);
    if (!(value > thresholds.running_statistics)) return [];
    const { name, norm } = layer;
    const against = norm?.trainset ? "the training set" : "the probe's examples";
    const message = `running statistics of ${name} lag: ${short(value)} stds from those of ${against} at step ${grouped(step)}; ${cureOf(step, subject)}`;
    const about = { level: "info", layer: name } as const;
    return [observation("running-statistics", { ...about, step, value, message })];
  });
}

/** Nats that an evaluation may lose where the momentum is known to be wrong; healthy ones lose 0.001. */
const WRONG_MOMENTUM_LOSS = 0.03;

/**
 * By an evaluation: the validation loss with running statistics is more than `thresholds.running_loss` above
 * that with those of the training set, or more than 0.03 where the momentum is too small for the steps, or so large
 * that they are those of the last batches. An error where they make of a network
 * that has learnt something one that has diverged. Null where one of them was not evaluated.
 */
export function laggingLoss(
  step: number,
  evaluations: readonly Evaluation[],
  subject: Subject,
  initial: number = Number.NaN,
): Observation[] | null {
  const running = lossOf(evaluations, "valid", "running");
  const trainset = lossOf(evaluations, "valid", "trainset");
  const value = running - trainset;
  if (Number.isNaN(value)) return null;
  const most = subject.thresholds.running_loss;
  const isWrong = isLagging(step, subject) || (subject.norm?.momentum ?? 0) >= HASTY;
  if (!(value > (isWrong ? Math.min(WRONG_MOMENTUM_LOSS, most) : most))) return [];
  const limit = highest(initial, subject);
  const level = running > limit && !(trainset > limit) ? "error" : "warning";
  const message = `running statistics cost ${nats(value)} nats: validation loss ${nats(running)} with them, ${nats(trainset)} with those of the training set, after ${steps(step)}; ${cureOf(step, subject)}`;
  return [observation("running-statistics", { level, step, value, message })];
}

/**
 * `divergence`, by an evaluation: the losses of the training and of the validation split are both beyond the
 * limit of `climbing`, or not finite. Null where one of them was not evaluated, and where only running statistics
 * are to blame. Of a network that has learnt its examples by heart the training loss is low.
 */
export function diverged(
  step: number,
  evaluations: readonly Evaluation[],
  subject: Subject,
  initial: number,
): Observation[] | null {
  const kinds = new Set(evaluations.map(({ statistics }) => statistics));
  const statistics = (["none", "trainset", "running"] as const).find((one) => kinds.has(one));
  const both = evaluations.filter(
    (one) => one.statistics === statistics && (one.split === "train" || one.split === "valid"),
  );
  if (both.length < 2) return null;
  const limit = highest(initial, subject);
  if (!both.every(({ loss }) => !Number.isFinite(loss) || loss > limit)) return [];
  const shown = both.find(({ split }) => split === "valid")?.loss ?? Number.NaN;
  const message = Number.isFinite(shown)
    ? `loss has climbed to ${nats(shown)}: validation loss after ${steps(step)}, it began with ${nats(initial)}; lower the learning rate`
    : `diverged: the validation loss after ${steps(step)} is not finite; lower the learning rate or the scale of the weights`;
  return [observation("divergence", { step, value: shown, message })];
}

/** The loss of a split under some statistics; NaN where there is none. */
export function lossOf(
  evaluations: readonly Evaluation[],
  split: Split,
  statistics: Statistics,
): number {
  const found = evaluations.find((one) => one.split === split && one.statistics === statistics);
  return found?.loss ?? Number.NaN;
}

function lagOf({ norm, units }: LayerProbe): number {
  const running = norm?.running ?? null;
  const actual = norm?.trainset ?? norm?.batch ?? null;
  if (running === null || actual === null) return 0;
  let total = 0;
  for (let unit = 0; unit < units; unit++) {
    const std = actual.std[unit] ?? Number.NaN;
    const mean = Math.abs((running.mean[unit] ?? Number.NaN) - (actual.mean[unit] ?? Number.NaN));
    const spread = Math.abs((running.std[unit] ?? Number.NaN) - std);
    if (std > 0) total += (mean + spread) / std;
  }
  return total / units;
}

/**
 * `validation-gap`: the validation loss is more than `thresholds.validation_gap` above the training loss, both
 * with running statistics where there is batch norm. Silent while the training loss is no better than guessing:
 * nothing has been learnt by heart then. Null where one of them was not evaluated.
 */
export function validationGap(
  step: number,
  evaluations: readonly Evaluation[],
  { guessing, thresholds }: Subject,
): Observation[] | null {
  const gapOf = (statistics: "running" | "none") => {
    const train = lossOf(evaluations, "train", statistics);
    const valid = lossOf(evaluations, "valid", statistics);
    return { train, valid, gap: valid - train };
  };
  const running = gapOf("running");
  const { train, valid, gap } = Number.isNaN(running.gap) ? gapOf("none") : running;
  if (Number.isNaN(gap)) return null;
  if (!(gap > thresholds.validation_gap && train < guessing)) return [];
  const message = `validation gap ${nats(gap)}: validation loss ${nats(valid)}, training loss ${nats(train)} after ${steps(step)}; it memorises its examples, train shorter, a smaller network or on more data`;
  return [observation("validation-gap", { step, value: gap, message })];
}
