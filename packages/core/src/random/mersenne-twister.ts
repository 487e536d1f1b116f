const N = 624;
const M = 397;

/** A generator's place in its stream. */
type TwisterState = {
  /** `[624]` */
  readonly words: Uint32Array;
  /** Index of the word that is handed out next; 624: none is left. */
  readonly next: number;
};

/** MT19937 (Matsumoto & Nishimura, 1998): 32-bit integers with period 2^19937 - 1. */
export class MersenneTwister {
  readonly #state = new Uint32Array(N);
  #next = N;

  /** `init_genrand`: what `torch.manual_seed` does with the low 32 bits of a seed. */
  static fromSeed(seed: number): MersenneTwister {
    const twister = new MersenneTwister();
    const state = twister.#state;
    state[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const previous = at(state, i - 1);
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    return twister;
  }

  /** `init_by_array`: what CPython's `random.seed(int)` does with the 32-bit digits of a seed. */
  static fromKey(key: readonly number[]): MersenneTwister {
    const twister = MersenneTwister.fromSeed(19650218);
    const state = twister.#state;
    let i = 1;
    let j = 0;
    for (let k = Math.max(N, key.length); k > 0; k--) {
      const previous = at(state, i - 1);
      const mixed = at(state, i) ^ Math.imul(previous ^ (previous >>> 30), 1664525);
      state[i] = mixed + (key[j] ?? 0) + j;
      i++;
      j = (j + 1) % key.length;
      if (i >= N) i = wrap(state);
    }
    for (let k = N - 1; k > 0; k--) {
      const previous = at(state, i - 1);
      state[i] = (at(state, i) ^ Math.imul(previous ^ (previous >>> 30), 1566083941)) - i;
      i++;
      if (i >= N) i = wrap(state);
    }
    state[0] = 0x80000000;
    return twister;
  }

  /**
   * Goes on where another generator was.
   *
   * @throws RangeError - this is no state of a generator
   */
  static fromState({ words, next }: TwisterState): MersenneTwister {
    if (words.length !== N || !Number.isInteger(next) || next < 0 || next > N) {
      throw new RangeError(`mt19937: ${words.length} words at ${next} are no state`);
    }
    const twister = new MersenneTwister();
    twister.#state.set(words);
    twister.#next = next;
    return twister;
  }

  /** A copy of where it is. */
  state(): TwisterState {
    return { words: this.#state.slice(), next: this.#next };
  }

  /** The next integer in `[0, 2^32)`. */
  uint32(): number {
    if (this.#next === N) this.#twist();
    return tempered(at(this.#state, this.#next++));
  }

  /** Fills `remainders` with the remainders of the next integers; takes half the time of one after the other. */
  fillRemainders(remainders: Int32Array, divisor: number): void {
    const state = this.#state;
    // As an unsigned integer, also to the compiler, which otherwise divides doubles.
    const by = divisor >>> 0;
    let next = this.#next;
    for (let i = 0; i < remainders.length; i++) {
      if (next === N) {
        this.#twist();
        next = 0;
      }
      remainders[i] = tempered(at(state, next++)) % by;
    }
    this.#next = next;
  }

  /** Passes over so many integers. */
  skip(count: number): void {
    let left = count;
    while (left > N - this.#next) {
      left -= N - this.#next;
      this.#twist();
    }
    this.#next += left;
  }

  /**
   * Fills `below` with 1 where a double in `[0, 1)` of 53 random bits is below `bound`, else 0; each takes two integers,
   * of which the first has the high bits.
   */
  fillBelow(below: Float32Array, bound: number): void {
    // Bits of the double as an integer are below it exactly where they are below its ceiling.
    const least = Math.ceil(bound * 2 ** 53);
    const high = Math.floor(least / 2 ** 32);
    const low = least % 2 ** 32;
    const state = this.#state;
    let next = this.#next;
    for (let i = 0; i < below.length; i++) {
      if (next === N) {
        this.#twist();
        next = 0;
      }
      const drawn = tempered(at(state, next++)) & 0x1fffff;
      if (next === N) {
        this.#twist();
        next = 0;
      }
      // The low bits hardly ever decide.
      const rest = at(state, next++);
      below[i] = drawn < high || (drawn === high && tempered(rest) < low) ? 1 : 0;
    }
    this.#next = next;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N - M; i++) state[i] = at(state, i + M) ^ twisted(state, i, i + 1);
    for (let i = N - M; i < N - 1; i++) state[i] = at(state, i + M - N) ^ twisted(state, i, i + 1);
    state[N - 1] = at(state, M - 1) ^ twisted(state, N - 1, 0);
    this.#next = 0;
  }
}

/** Returns what a word and the one after it add to another one. */
function twisted(state: Uint32Array, i: number, after: number): number {
  const y = (at(state, i) & 0x80000000) | (at(state, after) & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}

function tempered(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  y ^= y >>> 18;
  return y >>> 0;
}

function at(state: Uint32Array, i: number): number {
  return state[i] ?? 0;
}

function wrap(state: Uint32Array): number {
  state[0] = at(state, N - 1);
  return 1;
}

const DIGITS = 8;

/** Writes 32-bit words as hexadecimal digits, eight each. */
export function toHex(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(DIGITS, "0")).join("");
}

/**
 * Reads what `toHex` wrote.
 *
 * @throws RangeError - these are no hexadecimal digits, or no whole words
 */
export function fromHex(digits: string): Uint32Array {
  if (!/^([0-9a-f]{8})*$/.test(digits)) {
    throw new RangeError(`${digits.length} characters are no 32-bit words in hexadecimal digits`);
  }
  return Uint32Array.from({ length: digits.length / DIGITS }, (_, i) =>
    Number.parseInt(digits.slice(i * DIGITS, (i + 1) * DIGITS), 16),
  );
}

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
