import { type Sign, sign } from "./finding.ts";
import { nats } from "./number-text.ts";
import type { Subject } from "./subject.ts";

/**
 * `initial-loss`: before it has learnt anything a classifier should know nothing, which costs ln V nats.
 * `|loss - ln V| > thresholds.initial_loss`. Silent where l2 terms are part of the loss, and of a loss that is not
 * finite, which `divergence` is about.
 */
export function initialLoss(
  loss: number,
  { output, classes, guessing, hasPenalty, thresholds }: Subject,
): Sign[] {
  if (hasPenalty || classes < 2 || !Number.isFinite(loss)) return [];
  const excess = loss - guessing;
  if (Math.abs(excess) <= thresholds.initial_loss) return [];
  const measured = `loss ${nats(loss)} at init, ln ${classes} = ${nats(guessing)}`;
  const message =
    excess < 0
      ? `knows something before it is trained (${measured}): its weights are no fresh ones, or it is probed on few examples`
      : `overconfident softmax (${measured}): the first steps will only squash the logits; scale the output layer down`;
  return [sign("initial-loss", { layer: output?.layer ?? null, step: 0, value: loss, message })];
}
