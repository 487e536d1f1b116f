import { cos, ln, ln1p, sin } from "../math.ts";
import { MersenneTwister } from "./mersenne-twister.ts";

const BLOCK = 16;
const TWO_PI = 2 * Math.PI;

/** The random numbers of `torch.Generator().manual_seed(seed)` on a CPU, draw for draw. */
export class TorchGenerator {
  readonly #twister: MersenneTwister;
  #spareNormal: number | null = null;

  /** @param seed - a non-negative integer; as in PyTorch, its low 32 bits decide */
  constructor(seed: number) {
    this.#twister = MersenneTwister.fromSeed(seed % 2 ** 32);
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
    const values = count < BLOCK ? new Float32Array(count) : this.rand(count);
    if (count < BLOCK) {
      for (let i = 0; i < count; i++) values[i] = this.#smallNormal();
      return values;
    }
    for (let start = 0; start + BLOCK <= count; start += BLOCK) toNormals(values, start);
    if (count % BLOCK !== 0) {
      values.set(this.rand(BLOCK), count - BLOCK);
      toNormals(values, count - BLOCK);
    }
    return values;
  }

  /** One value of `torch.randint(0, bound, ...)`. */
  randint(bound: number): number {
    return this.#twister.uint32() % bound;
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
