import type { Seed } from "@ablate/store";
import { readDuration, readNumber, readSize } from "@ablate/text";
import { UsageError } from "./errors.ts";

/** What PyTorch takes for a seed. */
const [LEAST_SEED, MOST_SEED] = [-(2n ** 63n), 2n ** 64n - 1n];

/** What was given to one verb: its flags and its words. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  /** The words after the positional arguments. */
  readonly rest: readonly string[];

  /** @param values - by the name of the flag, without its dashes; a boolean flag has empty ones */
  constructor(
    values: ReadonlyMap<string, readonly string[]>,
    positionals: readonly string[],
    rest: readonly string[],
  ) {
    this.#values = values;
    this.positionals = positionals;
    this.rest = rest;
  }

  /** Returns the same flags, some under other names; without those whose other name is null. */
  renamed(names: Readonly<Record<string, string | null>>): Flags {
    const values = [...this.#values].flatMap(([name, given]) => {
      const other = names[name] === undefined ? name : names[name];
      return other === null ? [] : [[other, given] as const];
    });
    return new Flags(new Map(values), this.positionals, this.rest);
  }

  /** Returns the same flags with this value of one of them. */
  with(name: string, value: string): Flags {
    return new Flags(new Map(this.#values).set(name, [value]), this.positionals, this.rest);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Returns the last value given. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /** Returns every value given. */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Returns the parts between commas of every value given. */
  list(name: string): readonly string[] {
    return this.texts(name).flatMap((text) => text.split(",").map((part) => part.trim()));
  }

  /** Returns the last value given, which has to be one of `known`. */
  choice<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name);
    const found = known.find((one) => one === text);
    if (text === undefined || found !== undefined) return found;
    throw new UsageError(`--${name} takes one of ${known.join(", ")}, not "${text}"`);
  }

  /** Returns the milliseconds of a duration like `90s`, `10m` or `1h30m`. */
  durationMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = readDuration(text);
    if (ms !== null && ms !== 0) return ms;
    throw new UsageError(`--${name} takes a duration like 90s, 10m or 1h30m, not "${text}"`);
  }

  /** Returns the bytes of a size like `500MB` or `2GB`. */
  size(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const size = readSize(text);
    if (size !== null && size !== 0) return size;
    throw new UsageError(`--${name} takes a size like 500MB or 2GB, not "${text}"`);
  }

  /** Returns a whole number of at least `least`. */
  count(name: string, least = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = readNumber(text);
    if (value === null || !Number.isSafeInteger(value) || value < least) {
      throw new UsageError(`--${name} takes a whole number of at least ${least}, not "${text}"`);
    }
    return value;
  }

  /** Returns the seed that a flag gives as it was written: its digits where a number does not hold it. */
  seed(name: string): Seed | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = wholeNumber(text.replace(/^\+/, ""));
    if (value === null || value < LEAST_SEED || value > MOST_SEED) {
      throw new UsageError(`--${name} takes a whole number from -2^63 to 2^64 - 1, not "${text}"`);
    }
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
}

/** Returns a whole number in full. */
function wholeNumber(text: string): bigint | null {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const number = readNumber(text);
  return number !== null && Number.isSafeInteger(number) ? BigInt(number) : null;
}

/** Returns the number that a text is, or null where it is none that a float32 can hold. */
export function readScale(text: string): number | null {
  const value = readNumber(text);
  return value !== null && Number.isFinite(Math.fround(value)) ? value : null;
}

/** Returns the numbers of a list with their texts; `said` begins the message for a text that is none. */
export function readScales(
  list: string,
  said: string,
): readonly { readonly text: string; readonly scale: number }[] {
  return list.split(",").map((part) => {
    const text = part.trim();
    const scale = readScale(text);
    if (scale !== null) return { text, scale };
    throw new UsageError(`${said}, not "${text}"`);
  });
}
