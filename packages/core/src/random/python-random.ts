import { MersenneTwister } from "./mersenne-twister.ts";

/** CPython's `random.Random(seed)`, as far as shuffling needs it. */
export class PythonRandom {
  readonly #twister: MersenneTwister;

  /** @param seed - a non-negative safe integer */
  constructor(seed: number) {
    const low = seed % 2 ** 32;
    const high = Math.floor(seed / 2 ** 32);
    this.#twister = MersenneTwister.fromKey(high === 0 ? [low] : [low, high]);
  }

  /** `random.shuffle`: returns a shuffled copy. */
  shuffle(items: readonly string[]): string[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      const last = shuffled[i] ?? "";
      shuffled[i] = shuffled[j] ?? "";
      shuffled[j] = last;
    }
    return shuffled;
  }

  #below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    let drawn = this.#twister.uint32() >>> (32 - bits);
    while (drawn >= bound) drawn = this.#twister.uint32() >>> (32 - bits);
    return drawn;
  }
}
