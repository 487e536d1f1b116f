import { cos, ln, ln1p, sin } from "../math.ts";
import { fromHex, MersenneTwister, toHex } from "./mersenne-twister.ts";

const BLOCK = 16;
const TWO_PI = 2 * Math.PI;

/** A generator's place in its stream as plain JSON: bits are hexadecimal digits, high ones first. */
export type GeneratorState = {
  /** The 624 words of MT19937. */
  readonly words: string;
  /** Index of the word that is handed out next. */
  readonly next: number;
  /** The normal that is left of a pair, a double. */
  readonly spare: string | null;
};

/** Returns what decides of a seed, and of one that is so much larger: the low 32 bits of its two's complement. */
export function seedBits(seed: number | string, more = 0): number {
  return Number(BigInt.asUintN(32, BigInt(seed) + BigInt(more)));
}

/** The random numbers of `torch.Generator().manual_seed(seed)` on a CPU, draw for draw. */
export class TorchGenerator {
  #twister: MersenneTwister;
  #spareNormal: number | null = null;

  /** @param seed - an integer, as decimal digits where a number does not hold it; see `seedBits` */
  constructor(seed: number | string) {
    this.#twister = MersenneTwister.fromSeed(seedBits(seed));
  }

  /**
   * Goes on where another generator was.
   *
   * @throws RangeError - this is no state of a generator
   */
  static fromState({ words, next, spare }: GeneratorState): TorchGenerator {
    const generator = new TorchGenerator(0);
    generator.#twister = MersenneTwister.fromState({ words: fromHex(words), next });
    if (spare !== null) {
      const [high = 0, low = 0] = fromHex(spare);
      generator.#spareNormal = new Float64Array(Uint32Array.of(low, high).buffer)[0] ?? null;
    }
    return generator;
  }

  /** Returns its place in the stream. */
  state(): GeneratorState {
    const { words, next } = this.#twister.state();
    const spare = this.#spareNormal;
    if (spare === null) return { words: toHex(words), next, spare };
    const [low = 0, high = 0] = new Uint32Array(Float64Array.of(spare).buffer);
    return { words: toHex(words), next, spare: toHex(Uint32Array.of(high, low)) };
  }

  /** `torch.rand(count)`: float32 values in `[0, 1)`. */
  rand(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.#uniform24();
    return values;
  }

  /**
   * `torch.randn(count)`: standard normal float32 values. Counts under 16 are drawn in doubles by
   * the polar form of Box-Muller with a spare, larger ones in blocks of 16, as PyTorch does.
   */
  randn(count: number): Float32Array {
    if (count < BLOCK) return Float32Array.from({ length: count }, () => this.#smallNormal());
    const values = this.rand(count);
    for (let start = 0; start + BLOCK <= count; start += BLOCK) toNormals(values, start);
    if (count % BLOCK !== 0) {
      values.set(this.rand(BLOCK), count - BLOCK);
      toNormals(values, count - BLOCK);
    }
    return values;
  }

  /** `torch.empty(count).exponential_(1)`. */
  exponential(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => -ln1p(-this.#uniform53()));
  }

  /** One value of `torch.randint(0, bound, ...)`. */
  randint(bound: number): number {
    return this.#twister.uint32() % bound;
  }

  /**
   * `torch.randint(0, bound, (n,))`.
   *
   * @param bound - below 2^31
   * @param values - to fill; `[n]`
   */
  randints(bound: number, values: Int32Array): void {
    this.#twister.fillRemainders(values, bound);
  }

  /** `torch.randperm(count)`. */
  randperm(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const j = i + this.randint(count - i);
      const last = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = last;
    }
    return order;
  }

  /**
   * `torch.empty(n).bernoulli_(keep)`: ones with probability `keep`, else zeros.
   *
   * @param mask - to fill; `[n]`
   */
  bernoulli(keep: number, mask: Float32Array): void {
    this.#twister.fillBelow(mask, keep);
  }

  /** Passes over so many 32-bit integers of the stream; a normal that is left of a pair stays. */
  skip(count: number): void {
    this.#twister.skip(count);
  }

  #uniform24(): number {
    return (this.#twister.uint32() & 0xffffff) * 2 ** -24;
  }

  #uniform53(): number {
    const high = this.#twister.uint32();
    const low = this.#twister.uint32();
    return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
  }

  #smallNormal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    const u1 = this.#uniform53();
    const u2 = this.#uniform53();
    const r = Math.sqrt(-2 * ln1p(-u2));
    this.#spareNormal = r * sin(TWO_PI * u1);
    return r * cos(TWO_PI * u1);
  }
}

function toNormals(values: Float32Array, start: number): void {
  for (let j = start; j < start + BLOCK / 2; j++) {
    const u1 = 1 - (values[j] ?? 0);
    const u2 = values[j + BLOCK / 2] ?? 0;
    const r = Math.sqrt(-2 * ln(u1));
    values[j] = r * cos(TWO_PI * u2);
    values[j + BLOCK / 2] = r * sin(TWO_PI * u2);
  }
}
