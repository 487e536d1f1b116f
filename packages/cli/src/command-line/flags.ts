import { readNumber } from "@ablate/text";
import { UsageError } from "./errors.ts";

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
}
