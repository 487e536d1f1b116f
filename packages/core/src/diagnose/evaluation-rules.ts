/** What evaluations show: `running-statistics` (a probe shows them too) and `validation-gap`. */

import type { DiagnosedProbe, LayerProbe } from "../probe/probe.ts";
import type { Evaluation, Split, Statistics } from "../spec.ts";
import { grouped, nats, type Observation, observation, short } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** Before it they have had no time. */
const SETTLED = 100;

/**
 * By a probe, for information: the mean over a layer's units of `|running mean - mean| / std` and
 * `|running std - std| / std` together is above `thresholds.running_statistics`; against the moments of the
 * training set where they were measured, else those of the probe's examples. Not before step 100.
 */
export function laggingMoments(
  { step, layers }: DiagnosedProbe,
  { thresholds }: Subject,
): Observation[] {
  if (step < SETTLED) return [];
  return layers.flatMap((layer) => {
    const value = lagOf(layer);
    if (!(value > thresholds.running_statistics)) return [];
    const { name, norm } = layer;
    const against = norm?.trainset ? "the training set" : "the probe's examples";
    const message = `running statistics of ${name} lag: ${short(value)} stds from those of ${against} at step ${grouped(step)}; train longer or raise the momentum`;
    const about = { level: "info", layer: name } as const;
    return [observation("running-statistics", { ...about, step, value, message })];
  });
}

/**
 * By an evaluation: the validation loss with running statistics is more than `thresholds.running_loss` above
 * that with those of the training set. Null where one of them was not evaluated.
 */
export function laggingLoss(
  step: number,
  evaluations: readonly Evaluation[],
  { thresholds }: Subject,
): Observation[] | null {
  const running = lossOf(evaluations, "valid", "running");
  const trainset = lossOf(evaluations, "valid", "trainset");
  const value = running - trainset;
  if (Number.isNaN(value)) return null;
  if (!(value > thresholds.running_loss)) return [];
  const message = `running statistics cost ${nats(value)} nats: validation loss ${nats(running)} with them, ${nats(trainset)} with those of the training set, after ${grouped(step)} steps; train longer or raise the momentum`;
  return [observation("running-statistics", { step, value, message })];
}

/** The loss of a split under some statistics; NaN where there is none. */
function lossOf(evaluations: readonly Evaluation[], split: Split, statistics: Statistics): number {
  const found = evaluations.find((one) => one.split === split && one.statistics === statistics);
  return found?.loss ?? Number.NaN;
}

function lagOf({ norm, units }: LayerProbe): number {
  if (norm === null) return 0;
  const { running } = norm;
  const actual = norm.trainset ?? norm.batch;
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
  const message = `validation gap ${nats(gap)}: validation loss ${nats(valid)}, training loss ${nats(train)} after ${grouped(step)} steps; it learns its examples by heart, train shorter, a smaller network or on more data`;
  return [observation("validation-gap", { step, value: gap, message })];
}
