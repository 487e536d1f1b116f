/** How fast a schedule lets each parameter learn at the time, beside the fastest that it ever may. */
import { largestRate, learningRateAt } from "../learning-rate.ts";
import { groupsOf, weightDecaysOf } from "../optimizers/groups.ts";
import type { GroupSpec, OptimizerSpec, Parameter, Schedule } from "../spec.ts";

type Paced = {
  readonly parameters: readonly Pick<Parameter, "name" | "role">[];
  readonly lr?: Schedule | undefined;
  readonly groups?: readonly GroupSpec[] | undefined;
  readonly optimizer?: OptimizerSpec | undefined;
};

/** Rates of a run's parameters by its schedule and its groups; without a schedule they are not known. */
export class Paces {
  readonly #lr: Schedule | undefined;
  readonly #groups: readonly GroupSpec[];
  readonly #groupOf: Int32Array;
  /** Weight decay of each parameter. */
  readonly decays: Float64Array;

  constructor({ parameters, lr, groups = [], optimizer }: Paced) {
    this.#lr = lr;
    this.#groups = groups;
    this.#groupOf = groupsOf(parameters, groups);
    this.decays = weightDecaysOf(parameters, optimizer ? { optimizer, groups } : { groups });
  }

  /**
   * Returns the highest rate of steps `first` to `last` over the largest, from 0 to 1; 1 where it is not known. What changes
   * a parameter little at a tenth of its rate is not slow. The largest is that of the whole curve, so that a warm-up
   * counts as one, and of a map of steps that of the steps so far: a low rate that comes first is no decay.
   */
  shareOf(parameter: number, first: number, last: number): number {
    const own = this.#ownOf(parameter);
    if (own === 0) return 0;
    const schedule = typeof own === "object" ? own : this.#lr;
    if (schedule === undefined) return 1;
    const known = Array.isArray(schedule) ? schedule.filter(({ step }) => step <= last) : schedule;
    const largest = largestRate(known);
    if (largest === 0) return own === undefined || typeof own === "object" ? 0 : 1;
    let highest = 0;
    for (let step = first; step <= last; step++) {
      highest = Math.max(highest, learningRateAt(schedule, step));
    }
    return highest / largest;
  }

  /** The rate of a parameter at a step; NaN where it is not known. */
  rateOf(parameter: number, step: number): number {
    const own = this.#ownOf(parameter);
    if (typeof own === "object") return learningRateAt(own, step);
    if (this.#lr === undefined) return Number.NaN;
    const rate = learningRateAt(this.#lr, step);
    const largest = largestRate(this.#lr);
    if (own === undefined) return rate;
    return largest === 0 ? own : own * (rate / largest);
  }

  /** A number is what the group has where the run has its largest rate. */
  #ownOf(parameter: number): GroupSpec["lr"] {
    return this.#groups[this.#groupOf[parameter] ?? -1]?.lr;
  }
}
