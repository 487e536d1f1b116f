/** `exploding-gradients` by a metric: the norm of the gradient grows and grows. */
import { median } from "../../median.ts";
import { grouped, type Observation, observation, short } from "../finding.ts";
import type { FindingLog } from "../finding-log.ts";

/** Numbers of a window. */
const WINDOW = 20;
/** Times the median of the first window from which on a gradient explodes. */
const EXPLODES = 1000;

/** Follows the norm of a gradient in windows of 20. */
export class GradientNorms {
  readonly #name: string;
  readonly #log: FindingLog;
  #open: number[] = [];
  #from = 0;
  #usual = Number.NaN;

  constructor(name: string, log: FindingLog) {
    this.#name = name;
    this.#log = log;
  }

  /** Says whether a metric is such a norm by what it is called: `gradient_norm`, `train/grad_norm`. */
  static isNamed(name: string): boolean {
    return /(^|[^a-z])grad(ient)?s?[^a-z]?norm$/i.test(name);
  }

  take(step: number, norm: number): void {
    // A step that a gradient scaler skips has none that is finite.
    if (!Number.isFinite(norm)) return;
    if (this.#open.length === 0) this.#from = step;
    this.#open.push(norm);
    if (this.#open.length < WINDOW) return;
    const value = median(Float32Array.from(this.#open));
    this.#open = [];
    if (Number.isNaN(this.#usual)) this.#usual = value;
    else this.#log.judge("gradient-norm", this.#from, this.#judge(value, step));
  }

  #judge(value: number, last: number): Observation[] {
    const growth = value / this.#usual;
    if (!(growth > EXPLODES)) return [];
    const message = `gradients explode (x ${short(growth)}): ${this.#name} ${short(value)}, median of steps ${grouped(this.#from)} to ${grouped(last)}, ${short(this.#usual)} at the beginning; lower the learning rate, or clip gradients (torch.nn.utils.clip_grad_norm_)`;
    return [observation("exploding-gradients", { step: this.#from, value: growth, message })];
  }
}
