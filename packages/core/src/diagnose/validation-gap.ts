import type { Evaluation } from "../spec.ts";
import { type Sign, sign } from "./finding.ts";
import { grouped, nats } from "./number-text.ts";
import { lossOf } from "./running-statistics.ts";
import type { Subject } from "./subject.ts";

/**
 * `validation-gap`: the validation loss is more than `thresholds.validation_gap` above the training loss, both
 * with running statistics where there is batch norm. Silent while the training loss is no better than guessing:
 * nothing has been learnt by heart then. Null where one of them was not evaluated.
 */
export function validationGap(
  step: number,
  evaluations: readonly Evaluation[],
  { guessing, thresholds }: Subject,
): Sign[] | null {
  const gapOf = (statistics: "running" | "none") => {
    const [train, valid] = [
      lossOf(evaluations, "train", statistics),
      lossOf(evaluations, "valid", statistics),
    ];
    return { train, valid, gap: valid - train };
  };
  const running = gapOf("running");
  const { train, valid, gap } = Number.isNaN(running.gap) ? gapOf("none") : running;
  if (Number.isNaN(gap)) return null;
  if (!(gap > thresholds.validation_gap && train < guessing)) return [];
  const message = `validation gap ${nats(gap)}: validation loss ${nats(valid)}, training loss ${nats(train)} after ${grouped(step)} steps; it learns its examples by heart, train shorter, a smaller network or on more data`;
  return [sign("validation-gap", { step, value: gap, message })];
}
