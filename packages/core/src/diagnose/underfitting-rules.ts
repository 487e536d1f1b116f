/** Whether a network knows more than counting does: `underfitting`. */
import type { Evaluation } from "../spec.ts";
import { lossOf } from "./evaluation-rules.ts";
import { grouped, nats, type Observation, observation, steps } from "./finding.ts";
import { type LossWindow, MORE_THAN_CHARACTERS } from "./loss-rules.ts";
import { NARROW, type Subject } from "./subject.ts";

/** Steps after which every healthy network of ours knows more than pairs at a learning rate of 0.1. */
export const ENOUGH = 1000;

/**
 * `underfitting`, by the mean loss of 100 steps from step 900 on: it is more than `thresholds.underfitting` above
 * what a table of pairs of characters costs. `settled` says when it is more than information.
 * Silent where nobody has counted, and where l2 terms, label smoothing or dropout are part of the loss: there evaluations
 * tell.
 */
export function behindCounting({ first, last, mean }: LossWindow, subject: Subject): Observation[] {
  if (!subject.isPlainLoss || last + 1 < ENOUGH) return [];
  const when = `mean of steps ${grouped(first)} to ${grouped(last)}`;
  return behind({ step: first, loss: mean, when }, subject);
}

/** The same by an evaluation, of such a run. Null where there is none to judge. */
export function evaluatedBehindCounting(
  step: number,
  evaluations: readonly Evaluation[],
  subject: Subject,
): Observation[] | null {
  if (subject.isPlainLoss || step < ENOUGH) return null;
  const running = lossOf(evaluations, "train", "running");
  const loss = Number.isNaN(running) ? lossOf(evaluations, "train", "none") : running;
  if (Number.isNaN(loss)) return null;
  return behind({ step, loss, when: `training loss after ${steps(step)}` }, subject);
}

type Measured = { readonly step: number; readonly loss: number; readonly when: string };

function behind({ step, loss, when }: Measured, subject: Subject): Observation[] {
  const { counting, context = 0, guessing, thresholds } = subject;
  // With a context of one character a table of pairs knows all that there is to know.
  if (!counting || context < 2 || !(loss > counting.pairs + thresholds.underfitting)) return [];
  const excess = loss - counting.pairs;
  const about = { step, value: excess };
  if (loss > counting.characters - MORE_THAN_CHARACTERS) {
    const isGuess = loss > guessing - MORE_THAN_CHARACTERS;
    const what = isGuess ? "guessing" : "counting characters";
    const cost = nats(isGuess ? guessing : counting.characters);
    const message = `no better than ${what}: loss ${nats(loss)}, ${when}, ${what} costs ${cost}; ${cureOf(subject)}`;
    return [observation("underfitting", { ...about, message })];
  }
  const message = `worse than counting pairs of characters: loss ${nats(loss)}, ${when}, counting pairs costs ${nats(counting.pairs)}; ${cureOf(subject)}`;
  return [observation("underfitting", { ...about, message })];
}

function cureOf(subject: Subject): string {
  const narrow = bottleneckOf(subject);
  if (narrow === null) {
    return "it may need more steps, another learning rate or initialisation, or a larger network";
  }
  const { layer, width } = narrow;
  const numbers = width === 1 ? "one number" : `${width} numbers`;
  const whole = layer === "embedding" ? "a character" : "the whole context";
  return `${layer} may be too narrow, it reduces ${whole} to ${numbers}`;
}

/** Returns the narrowest layer before the output where it is a bottleneck. */
export function bottleneckOf({
  parameters,
}: Subject): { readonly layer: string; readonly width: number } | null {
  const widths = parameters.flatMap(({ layer, layerKind, role, shape }) => {
    const isLayer = layerKind === "hidden" ? role === "weight" : role === "embedding";
    return isLayer ? [{ layer, width: shape.at(-1) ?? 0 }] : [];
  });
  const [narrowest] = widths.toSorted((a, b) => a.width - b.width);
  return narrowest !== undefined && narrowest.width < NARROW ? narrowest : null;
}
