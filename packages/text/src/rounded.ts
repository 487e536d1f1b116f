/** A measured number and its error in as many digits as are known. */
import { UNKNOWN } from "./number.ts";

/** From this size on, and below the other, digits are counted by a power of ten. */
const LARGE = 1e6;
const SMALL = 1e-4;

/** Significant digits of a number whose error is unknown. */
const USUAL_DIGITS = 4;

/** An error below this share of the mean is that of the arithmetic of floating point. */
const NO_ERROR = 1e-12;

/**
 * Writes a mean in the decimals that its error leaves it: the error gets one significant digit, two where it begins
 * with 1, as in `25.4 ± 1.0` and `0.0312 ± 0.0014`. Without an error the mean has four digits, and its whole part is
 * never rounded. Very large and small numbers have a power of ten, the same for both: `1.235e12`, `0.003e12`. A minus
 * is the character of keyboards, so that programs read the texts as numbers.
 *
 * @param error - what is not finite is no error
 * @param digits - significant digits of the mean instead, at least 1; the error gets as many decimals, or more where it
 *   would be written as 0
 * @returns a dash as the mean where it is not finite, and then no error
 */
export function roundedToError(
  mean: number,
  error: number | null,
  digits?: number,
): { readonly mean: string; readonly error: string | null } {
  if (!Number.isFinite(mean)) return { mean: UNKNOWN, error: null };
  const known = error !== null && Number.isFinite(error) ? Math.abs(error) : null;
  const size = Math.max(Math.abs(mean), known ?? 0);
  const power = size === 0 || (size >= SMALL && size < LARGE) ? 0 : exponent(size);
  const place = lastPlace(mean, known, digits);
  return {
    mean: atPlace(mean, place, power),
    error: known === null ? null : atPlace(known, Math.min(place, errorPlace(mean, known)), power),
  };
}

/** Returns the last place that an error can have and not be written as 0. */
function errorPlace(mean: number, error: number): number {
  if (error <= Math.abs(mean) * NO_ERROR) return Number.POSITIVE_INFINITY;
  const first = exponent(error);
  // From 5 on it is rounded up, to the next place.
  return exponent(error, 1) > first || error >= 5 * 10 ** first ? first + 1 : first;
}

/** Returns the power of ten of the last digit that is written. */
function lastPlace(mean: number, error: number | null, digits: number | undefined): number {
  if (digits !== undefined) return exponent(mean, digits) - digits + 1;
  if (error === null || error <= Math.abs(mean) * NO_ERROR) {
    const last = exponent(mean, USUAL_DIGITS) - USUAL_DIGITS + 1;
    if (Math.abs(mean) >= LARGE) return last;
    return Number.isInteger(mean) ? 0 : Math.min(0, last);
  }
  const first = exponent(error);
  return error.toExponential().startsWith("1") ? first - 1 : first;
}

/** Returns the power of ten of a number's first digit, after it is rounded to so many. */
function exponent(value: number, digits?: number): number {
  return Number(value.toExponential(digits === undefined ? undefined : digits - 1).split("e")[1]);
}

/** Writes a number rounded to a power of ten, by the power of ten that it is written with. */
function atPlace(value: number, place: number, power: number): string {
  const decimals = Math.max(0, power - place);
  const rounded =
    place > power
      ? shifted(Math.round(shifted(value, -place)), place - power)
      : shifted(value, -power);
  const text = rounded.toFixed(Math.min(100, decimals));
  const signed = Number(text) === 0 ? text.replace("-", "") : text;
  return power === 0 ? signed : `${signed}e${power}`;
}

/** Returns a number times a power of ten, as exactly as its decimal digits are. */
function shifted(value: number, power: number): number {
  const [digits = "", own = "0"] = value.toExponential().split("e");
  return Number(`${digits}e${Number(own) + power}`);
}
