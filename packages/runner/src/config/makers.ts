/** `range`, `linspace` and `logspace`: lists that are written as a rule. Exact where decimals are. */
import type { Problem } from "./config-error.ts";
import { type Node, toValue } from "./tree.ts";
import { asNumber, exactInteger, isSafe } from "./value-schemas.ts";

export const MAKERS: readonly ["range", "linspace", "logspace"] = ["range", "linspace", "logspace"];
type MakerName = (typeof MAKERS)[number];

/** More is a mistake in the config, and would fill the memory. */
export const MOST_VALUES = 100_000;

type Maker = { readonly name: MakerName; readonly argument: Node };

/** Returns the maker that a map of nothing but `range`, `linspace` or `logspace` is, or null. */
export function makerOf(node: Node): Maker | null {
  if (node.kind !== "map" || node.entries.size !== 1) return null;
  const [[key, { value }] = ["", { value: node }]] = node.entries;
  const name = MAKERS.find((maker) => maker === key);
  return name === undefined ? null : { name, argument: value };
}

/** Tells whether a value is a maker, or a list with one in it. */
export function hasMaker(node: Node): boolean {
  return (
    makerOf(node) !== null ||
    (node.kind === "list" && node.items.some((item) => makerOf(item) !== null))
  );
}

/**
 * Returns the values of a list in which makers may stand, or of one maker; none where something is
 * wrong, which is then reported.
 *
 * @param key - what to call the list in messages
 */
export function valuesOf(node: Node, key: string, problems: Problem[]): readonly Node[] {
  const say = (message: string): readonly Node[] => {
    problems.push({ ...node.at, message: `${key}: ${message}` });
    return [];
  };
  const maker = makerOf(node);
  if (maker !== null) return make(maker, key, problems);
  if (node.kind !== "list") return say("expected a list of values, range, linspace or logspace");
  if (node.items.length === 0) return say("must not be empty");
  const parts = node.items.map((item) => {
    const inner = makerOf(item);
    return inner === null ? [item] : make(inner, key, problems);
  });
  return parts.some((part) => part.length === 0) ? [] : parts.flat();
}

function make({ name, argument }: Maker, key: string, problems: Problem[]): readonly Node[] {
  const numbers = argument.kind === "list" ? argument.items.map(numberOf) : [];
  const known = numbers.filter((value) => value !== null);
  const large = name === "range" ? largeRange(argument) : null;
  if (large !== null) return large;
  const made = known.length === numbers.length ? MAKE[name](known) : USAGE[name];
  if (typeof made !== "string") {
    return made.map((value): Node => ({ kind: "scalar", at: argument.at, value }));
  }
  problems.push({ ...argument.at, message: `${key}: ${name} ${made}` });
  return [];
}

/** Makes a range of whole numbers, such as seeds, that a number does not hold; null where it is none. */
function largeRange(argument: Node): readonly Node[] | null {
  const exact =
    argument.kind === "list" ? argument.items.map((item) => exactInteger(toValue(item))) : [];
  const [first, end, step = 1n] = exact.flatMap((value) => value ?? []);
  if (first === undefined || end === undefined || exact.includes(null) || exact.length > 3)
    return null;
  if (exact.every((value) => value !== null && isSafe(value))) return null;
  const count = step > 0n ? (end - first + step - 1n) / step : 0n;
  if (count <= 0n || count > BigInt(MOST_VALUES)) return null;
  return Array.from({ length: Number(count) }, (_, i): Node => {
    const value = first + step * BigInt(i);
    return { kind: "scalar", at: argument.at, value: Number(value), written: String(value) };
  });
}

function numberOf(node: Node): number | null {
  const value = node.kind === "scalar" ? asNumber(node.value) : null;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const COUNTED = "takes [first, last, count], numbers";

const USAGE: Readonly<Record<MakerName, string>> = {
  range: "takes [first, end] or [first, end, step], numbers; the end is not included",
  linspace: COUNTED,
  logspace: COUNTED,
};

/** The values, or what is wrong. */
type Made = number[] | string;

const MAKE: Readonly<Record<MakerName, (numbers: readonly number[]) => Made>> = {
  range: ([first, end, step = 1, ...more]) => {
    if (first === undefined || end === undefined || more.length > 0) return USAGE.range;
    if (step === 0) return "needs a step that is not 0";
    const [a = 0n, b = 0n, d = 1n, unit = 1n] = decimalOf([first, end, step, 1]);
    const span = (b - a) * (d < 0n ? -1n : 1n);
    const size = d < 0n ? -d : d;
    if (span <= 0n) return `from ${first} to ${end} by ${step} has no values`;
    const count = (span + size - 1n) / size;
    if (count > BigInt(MOST_VALUES)) return tooMany(count);
    return Array.from({ length: Number(count) }, (_, i) => fromRatio(a + d * BigInt(i), unit));
  },
  linspace: (numbers) =>
    spaced(numbers, (first, last, count) => {
      const [a = 0n, b = 0n, unit = 1n] = decimalOf([first, last, 1]);
      const gaps = BigInt(count - 1);
      return Array.from({ length: count }, (_, i) =>
        fromRatio(a * gaps + (b - a) * BigInt(i), unit * gaps),
      );
    }),
  logspace: (numbers) =>
    spaced(numbers, (first, last, count) =>
      first <= 0 || last <= 0
        ? "needs a first and a last value above 0"
        : rootsBetween(first, last, count),
    ),
};

function spaced(
  [first, last, count, ...more]: readonly number[],
  make: (first: number, last: number, count: number) => Made,
): Made {
  if (first === undefined || last === undefined || count === undefined || more.length > 0) {
    return COUNTED;
  }
  if (!Number.isInteger(count) || count < 2) {
    return `needs a whole count of at least 2, got ${count}`;
  }
  return count > MOST_VALUES ? tooMany(BigInt(count)) : make(first, last, count);
}

function tooMany(count: bigint): string {
  return `has ${count} values, at most ${MOST_VALUES}`;
}

/** Returns the numbers as whole numbers of one unit, the smallest decimal place among them. */
function decimalOf(numbers: readonly number[]): bigint[] {
  const parts = numbers.map((value) => {
    const [digits = "0", exponent = "0"] = value.toExponential().split("e");
    const [whole = "0", fraction = ""] = digits.split(".");
    return { value: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
  });
  const least = Math.min(0, ...parts.map(({ exponent }) => exponent));
  return parts.map(({ value, exponent }) => value * 10n ** BigInt(exponent - least));
}

/** Returns the number nearest to a quotient of whole numbers. */
function fromRatio(above: bigint, below: bigint): number {
  const sign = above < 0n !== below < 0n ? "-" : "";
  const [a, b] = [above < 0n ? -above : above, below < 0n ? -below : below];
  if (a === 0n) return 0;
  const places = Math.max(0, DIGITS - (String(a).length - String(b).length));
  return Number(`${sign}${(a * 10n ** BigInt(places)) / b}e-${places}`);
}

/** Significant digits of a quotient before it is rounded to a number: a double has 17. */
const DIGITS = 40;

/** Significant digits of a value that is a root, which has no end in decimals. */
const ROOT_DIGITS = 12;

/**
 * `count` numbers from `first` to `last` with equal ratios, both ends as given and what is between
 * rounded to 12 significant digits. In whole numbers throughout: `Math.pow` is not the same in every
 * JavaScript engine.
 */
function rootsBetween(first: number, last: number, count: number): number[] {
  if (first > last) return rootsBetween(last, first, count).reverse();
  const [a = 1n, b = 1n, unit = 1n] = decimalOf([first, last, 1]);
  const ratio = root((b * ONE) / a, count - 1);
  let power = ONE;
  return Array.from({ length: count }, (_, i) => {
    const value = fromRatio(a * power, unit * ONE);
    power = times(power, ratio);
    if (i === 0) return first;
    return i === count - 1 ? last : Number(value.toPrecision(ROOT_DIGITS));
  });
}

/** The 1 of fixed-point numbers: 60 digits keep 12 exact after a hundred thousand products. */
const ONE = 10n ** 60n;

function times(a: bigint, b: bigint): bigint {
  return (a * b) / ONE;
}

/** The `degree`-th root of a fixed-point number of at least 1, by Newton's method from above. */
function root(value: bigint, degree: number): bigint {
  if (degree === 1) return value;
  const n = BigInt(degree);
  let x = startAbove(value, degree);
  for (;;) {
    const below = raise(x, degree - 1);
    const next = ((n - 1n) * x + (value * ONE) / below) / n;
    if (next >= x) return x;
    x = next;
  }
}

/** Not below the root, and close to it: the power of two that the value's bits say. */
function startAbove(value: bigint, degree: number): bigint {
  const bits = value.toString(2).length - (ONE.toString(2).length - 1);
  const exponent = bits / degree;
  const whole = Math.floor(exponent);
  const part = BigInt(Math.ceil(2 ** (exponent - whole) * 1e9) + 1);
  return ((ONE << BigInt(whole)) * part) / 1_000_000_000n;
}

function raise(x: bigint, exponent: number): bigint {
  let result = ONE;
  let square = x;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = times(result, square);
    if (left > 1) square = times(square, square);
  }
  return result;
}
