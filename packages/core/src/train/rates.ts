import { largestRate, learningRateAt } from "../learning-rate.ts";
import { groupsOf } from "../optimizers/groups.ts";
import type { GroupSpec, Parameter, Schedule, TrainSpec } from "../spec.ts";

/** The learning rates of a run's parameters, step by step. */
export class Rates {
  /** The rate of each parameter at the step that was set last; `[parameters]` */
  readonly values: Float64Array;
  /** What is recorded of the groups that have a rate of their own: `lr.MATCH` each. */
  readonly metrics: readonly string[];
  readonly #lr: Schedule;
  readonly #largest: number;
  readonly #groups: readonly GroupSpec[];
  readonly #groupOf: Int32Array;
  readonly #rateOf: Float64Array;
  /** Parameters that have a group, by index. */
  readonly #grouped: readonly number[];
  /** Groups that are recorded, by index. */
  readonly #recorded: readonly number[];

  constructor(
    parameters: readonly Pick<Parameter, "name" | "role">[],
    { lr, groups = [] }: Pick<TrainSpec, "lr" | "groups">,
  ) {
    this.values = new Float64Array(parameters.length);
    this.#lr = lr;
    this.#largest = largestRate(lr);
    this.#groups = groups;
    this.#groupOf = groupsOf(parameters, groups);
    this.#rateOf = new Float64Array(groups.length);
    this.#grouped = [...this.#groupOf.keys()].filter((p) => (this.#groupOf[p] ?? -1) >= 0);
    this.#recorded = groups.flatMap(({ lr: own, match }, i) =>
      own === undefined || groups.findIndex((one) => one.match === match) < i ? [] : [i],
    );
    this.metrics = this.#recorded.map((i) => `lr.${groups[i]?.match ?? ""}`);
  }

  /** Sets the rates of a step; returns the run's own. */
  at(step: number): number {
    const rate = learningRateAt(this.#lr, step);
    this.values.fill(rate);
    for (let i = 0; i < this.#groups.length; i++) {
      this.#rateOf[i] = this.#ofGroup(this.#groups[i]?.lr, rate, step);
    }
    for (const p of this.#grouped) this.values[p] = this.#rateOf[this.#groupOf[p] ?? 0] ?? rate;
    return rate;
  }

  /** Writes the metrics of the step that was set last. */
  record(metrics: Float64Array, at: number): void {
    for (let i = 0; i < this.#recorded.length; i++) {
      metrics[at + i] = this.#rateOf[this.#recorded[i] ?? 0] ?? 0;
    }
  }

  /** A schedule stands alone; a number goes with the run's schedule, one that is 0 throughout being flat. */
  #ofGroup(own: GroupSpec["lr"], rate: number, step: number): number {
    if (own === undefined) return rate;
    if (typeof own !== "number") return learningRateAt(own, step);
    return this.#largest === 0 ? own : own * (rate / this.#largest);
  }
}
