/** Numbers of any size in few characters. */
import { shortNumber, UNKNOWN } from "@ablate/text";

/**
 * Writes three digits and more if asked, a whole number in full, without more in at most seven cells: 0.748, −12.3,
 * 1234, 3.1e−5.
 */
export function brief(value: number | undefined, more = 0): string {
  if (value === undefined || Number.isNaN(value)) return UNKNOWN;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value).replace("-", "−");
  const isPlain = size >= 1e-3 && size < 1e4;
  const text = isPlain
    ? shortNumber(value, (size < 0.01 ? 2 : 3) + more)
    : value.toExponential((size < 1e-9 ? 0 : 1) + more).replace("e+", "e");
  return text.replaceAll("-", "−");
}
