import type { Split } from "./splits.ts";
import type { Team } from "./team.ts";

/** Parts that take less are not worth a thread, in nanoseconds: to give a job and to wait for it takes 1,000. */
const LEAST_PART = 1500;
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Divides calls of one kernel. Arguments are numbered as in a job, from 1 on. */
export class Division {
  readonly #kernel: number;
  readonly #work: readonly number[];
  readonly #unit: number;
  readonly #ways: readonly NumberedWay[];

  /** @param kernel - its place in `splitsOf` */
  constructor(kernel: number, { parameters, work, unit, ways }: Omit<Split, "name">) {
    const numberOf = (parameter: string): number => 1 + parameters.indexOf(parameter);
    this.#kernel = kernel;
    this.#work = work.map(numberOf);
    this.#unit = unit;
    this.#ways = ways.map(({ count, grain, moved }) => ({
      count: numberOf(count),
      grain,
      moved: Object.entries(moved).map(([operand, by]) => ({
        operand: numberOf(operand),
        ...(typeof by === "number" ? { by: null, times: by } : { by: numberOf(by), times: 1 }),
      })),
    }));
  }

  /**
   * Gives the later parts of a call to helpers and leaves the first in `call`.
   *
   * @returns the helpers that have one
   */
  giveParts(call: Float64Array, { size, lanes }: Pick<Team, "size" | "lanes">): number {
    const parts = Math.min(size, Math.floor(this.#nanoseconds(call) / LEAST_PART));
    if (parts < 2) return 0;
    const { count, grain, moved } = this.#wayFor(call, parts);
    const all = call[count] ?? 0;
    const share = Math.ceil(all / grain / parts) * grain;
    let given = 0;
    for (let from = share; from < all; from += share) {
      const lane = lanes[given];
      if (lane === undefined) break;
      const { job } = lane;
      job.set(call);
      job[0] = this.#kernel;
      job[count] = Math.min(share, all - from);
      for (const { operand, by, times } of moved) {
        const at = call[operand] ?? 0;
        // An operand at 0 is none.
        if (at === 0) continue;
        job[operand] = at + from * times * (by === null ? 1 : (call[by] ?? 0)) * BYTES;
      }
      lane.give();
      given += 1;
    }
    call[count] = Math.min(share, all);
    return given;
  }

  #nanoseconds(call: Float64Array): number {
    let product = this.#unit;
    for (const factor of this.#work) product *= call[factor] ?? 0;
    return product;
  }

  /** Returns the way whose largest part is the smallest. */
  #wayFor(call: Float64Array, parts: number): NumberedWay {
    let best = this.#ways[0];
    let least = Number.POSITIVE_INFINITY;
    for (const way of this.#ways) {
      const grains = (call[way.count] ?? 0) / way.grain;
      const largest = Math.ceil(grains / parts) / grains;
      if (largest >= least) continue;
      best = way;
      least = largest;
    }
    if (best === undefined) throw new RangeError("a kernel that falls into parts has a way to");
    return best;
  }
}

/** A way of which arguments are known by number. */
type NumberedWay = {
  readonly count: number;
  readonly grain: number;
  /** From one of `count` to the next an operand moves by `times` floats, times the argument `by` where there is one. */
  readonly moved: readonly {
    readonly operand: number;
    readonly by: number | null;
    readonly times: number;
  }[];
};
