/** Texts that are as different as what they stand for. */

/** Significant digits that tell any two numbers apart. */
export const ALL_DIGITS = 17;

/**
 * Writes a number in so many significant digits, more where its whole part has more; a whole number is
 * never rounded.
 */
export function shortNumber(value: number, digits: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const whole = Math.trunc(value) === 0 ? 0 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return String(Number(value.toPrecision(Math.min(ALL_DIGITS, Math.max(digits, whole)))));
}

/** Ways to write a value, from the shortest to one that is the same for equal values only. */
export type Ways<T> = readonly ((value: T) => string)[];

/** Returns ways to write that differ in their significant digits: so many, then more until all are there. */
export function byDigits<T>(least: number, write: (value: T, digits: number) => string): Ways<T> {
  return Array.from(
    { length: ALL_DIGITS - least + 1 },
    (_, more) => (value: T) => write(value, least + more),
  );
}

/**
 * Returns the texts of the values of a column, by their ids: each in the shortest way in which no other value
 * reads the same. Only those that would read the same get longer.
 */
export function tellApart<T, Id>(
  values: Iterable<T>,
  idOf: (value: T) => Id,
  ways: Ways<T>,
): ReadonlyMap<Id, string> {
  const [first] = ways;
  const byId = new Map([...values].map((value) => [idOf(value), value]));
  if (first === undefined) return new Map();
  const texts = new Map([...byId].map(([id, value]) => [id, first(value)]));
  for (const way of ways.slice(1)) {
    const same = [...Map.groupBy(texts.keys(), (id) => texts.get(id)).values()].filter(
      ({ length }) => length > 1,
    );
    if (same.length === 0) break;
    for (const id of same.flat()) {
      const value = byId.get(id);
      if (value !== undefined) texts.set(id, way(value));
    }
  }
  return texts;
}

/**
 * Makes a function that writes the numbers of a column in a fixed number of decimals, with more where two of
 * them would read the same.
 */
export function decimalsThatDiffer(
  values: Iterable<number | null | undefined>,
  write: (value: number | null | undefined, moreDecimals: number) => string,
): (value: number | null | undefined) => string {
  const numbers = [...values].filter((value) => Number.isFinite(value));
  const ways = Array.from(
    { length: ALL_DIGITS },
    (_, more) => (value: number | null | undefined) => write(value, more),
  );
  const texts = tellApart(numbers, (value) => value, ways);
  return (value) => texts.get(value) ?? write(value, 0);
}
