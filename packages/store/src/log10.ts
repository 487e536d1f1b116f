/**
 * Returns log10(x) by plain arithmetic, which has the same bits on every machine: `Math.log10` does not.
 *
 * Source: FreeBSD's msun, e_log10.c and k_log.h (Sun Microsystems 1993; S. Kargl, B. Evans). With x = 2^k (1 + f),
 * sqrt(2)/2 < 1 + f < sqrt(2): log(1 + f) = f - f^2/2 + R(f), split in two parts, times 1/ln 10.
 */
export function log10(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const isSubnormal = x < SMALLEST_NORMAL;
  VALUE[0] = isSubnormal ? x * TWO_54 : x;
  const high = WORDS[HIGH] ?? 0;
  const significand = high & 0xfffff;
  // One more power of two where 1 + f would be above sqrt(2): 0x95f64 is 2^20 less its significand.
  const carry = (significand + 0x95f64) & 0x100000;
  WORDS[HIGH] = significand | (carry ^ 0x3ff00000);
  const f = (VALUE[0] ?? 0) - 1;
  const k = (high >>> 20) - 1023 + (carry >>> 20) - (isSubnormal ? 54 : 0);
  if (f === 0 && k === 0) return 0;

  const halfSquare = 0.5 * f * f;
  VALUE[0] = f - halfSquare;
  WORDS[1 - HIGH] = 0;
  const top = VALUE[0] ?? 0;
  const rest = f - top - halfSquare + remainder(f, halfSquare);
  const topLog = top * INVERSE_LN_10_HIGH;
  const power = k * LOG10_2_HIGH;
  const sum = power + topLog;
  const restLog = k * LOG10_2_LOW + (rest + top) * INVERSE_LN_10_LOW + rest * INVERSE_LN_10_HIGH;
  return restLog + (power - sum + topLog) + sum;
}

/** Returns R(f), the remainder of log(1 + f): a minimax polynomial of s = f / (2 + f), good to 2^-58. */
function remainder(f: number, halfSquare: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const even =
    z *
    (0.6666666666666735 +
      w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  return s * (halfSquare + (even + odd));
}

/** A double and its two words. */
const VALUE = new Float64Array(1);
const WORDS = new Uint32Array(VALUE.buffer);
/** Index of the word with sign and exponent: the second on every little-endian machine. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

const SMALLEST_NORMAL = 2 ** -1022;
const TWO_54 = 2 ** 54;

/** 1/ln 10 and log10 2, each as a double of 33 bits or fewer and the rest. */
const INVERSE_LN_10_HIGH = 0.4342944818781689;
const INVERSE_LN_10_LOW = 2.5082946711645275e-11;
const LOG10_2_HIGH = 0.30102999566361177;
const LOG10_2_LOW = 3.694239077158931e-13;
