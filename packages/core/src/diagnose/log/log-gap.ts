/** `validation-gap` of a run whose validation loss is a metric, at steps of its own. */
import { grouped, type Observation, observation, short } from "../finding.ts";
import type { Thresholds } from "../subject.ts";

/** Validation losses after the lowest one, all of them above it, that are no chance. */
const RISING = 3;
/** Share of what has been learnt by which they are above it. */
const ABOVE = 0.1;

type Point = { readonly step: number; readonly loss: number };

/** Keeps validation losses since the lowest one, three at most of those after it. */
export class LogGap {
  #lowest: Point | null = null;
  /** How many there were since. */
  #after = 0;
  #since: Point | null = null;
  /** The lowest of the last few. */
  #last: Point[] = [];

  take(step: number, loss: number): void {
    if (!Number.isFinite(loss)) return;
    if (this.#lowest === null || loss < this.#lowest.loss) {
      this.#lowest = { step, loss };
      this.#after = 0;
      this.#since = null;
      this.#last = [];
      return;
    }
    this.#after += 1;
    this.#since ??= { step, loss };
    this.#last = [...this.#last, { step, loss }].slice(-RISING);
  }

  /** Judges the gap to the loss of training: its mean now, and what it began with. */
  judge(train: number, initial: number, { validation_gap: limit }: Thresholds): Observation[] {
    const [lowest, since, last] = [this.#lowest, this.#since, this.#last.at(-1)];
    if (!lowest || !since || !last || this.#after < RISING) return [];
    const learnt = initial - train;
    const rise = Math.min(...this.#last.map(({ loss }) => loss)) - lowest.loss;
    const gap = last.loss - train;
    if (!(learnt > 0 && rise > ABOVE * learnt && gap > limit * learnt)) return [];
    const message = `validation gap ${short(gap)}: validation loss ${short(last.loss)} at step ${grouped(last.step)}, ${short(lowest.loss)} at step ${grouped(lowest.step)}, training loss ${short(train)}; it memorises its examples, stop at the lowest, regularise (weight_decay, nn.Dropout) or train on more data`;
    return [observation("validation-gap", { step: since.step, value: gap, message })];
  }
}
