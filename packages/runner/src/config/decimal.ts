/** Arithmetic on numbers as they are written in decimals: whole numbers over a power of ten. */

/** The numbers as whole numbers of one unit, the smallest decimal place among them. */
export function decimalOf(numbers: readonly number[]): bigint[] {
  const parts = numbers.map((value) => {
    const [digits = "0", exponent = "0"] = value.toExponential().split("e");
    const [whole = "0", fraction = ""] = digits.split(".");
    return { value: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
  });
  const least = Math.min(0, ...parts.map(({ exponent }) => exponent));
  return parts.map(({ value, exponent }) => value * 10n ** BigInt(exponent - least));
}

/** The number nearest to a quotient of whole numbers. */
export function fromRatio(above: bigint, below: bigint): number {
  const sign = above < 0n !== below < 0n ? "-" : "";
  const [a, b] = [above < 0n ? -above : above, below < 0n ? -below : below];
  if (a === 0n) return 0;
  const places = Math.max(0, DIGITS - (String(a).length - String(b).length));
  return Number(`${sign}${(a * 10n ** BigInt(places)) / b}e-${places}`);
}

/** Significant digits of a quotient before it is rounded to a number. */
const DIGITS = 40;

/** Significant digits of a value that is a root, which has no end in decimals. */
const ROOT_DIGITS = 12;

/**
 * `count` numbers from `first` to `last` with equal ratios, both ends as given and what is between
 * rounded to 12 significant digits. In whole numbers throughout: `Math.pow` is not the same in every
 * JavaScript engine.
 */
export function rootsBetween(first: number, last: number, count: number): number[] {
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

/** Fixed point: this is 1. */
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
