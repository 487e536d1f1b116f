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
  const normal = isSubnormal ? x * TWO_54 : x;
  const exponent = exponentOf(normal);
  const f = fractionOf(normal, exponent);
  FLOATS[0] = headOf(f);
  BITS[0] = truncated(BITS[0] ?? 0, FLOATS[0] ?? 0, headOf(f));
  return logarithmOf(f, isSubnormal ? exponent - 54 : exponent, FLOATS[0] ?? 0);
}

/**
 * Writes log10 of each of these values into `logarithms`. One after the other they would take twice as long: what is
 * written into memory and read back at once as other bits is waited for.
 */
export function log10Each(values: Float32Array, logarithms: Float64Array): void {
  for (let from = 0; from < values.length; from += CHUNK) {
    const count = Math.min(CHUNK, values.length - from);
    for (let i = 0; i < count; i++) {
      const x = values[from + i] ?? 0;
      const exponent = exponentOf(x);
      const f = fractionOf(x, exponent);
      EXPONENTS[i] = exponent;
      FRACTIONS[i] = f;
      FLOATS[i] = headOf(f);
    }
    for (let i = 0; i < count; i++) {
      BITS[i] = truncated(BITS[i] ?? 0, FLOATS[i] ?? 0, headOf(FRACTIONS[i] ?? 0));
    }
    for (let i = 0; i < count; i++) {
      const x = values[from + i] ?? 0;
      const isUsual = x > 0 && x < Number.POSITIVE_INFINITY;
      logarithms[from + i] = isUsual
        ? logarithmOf(FRACTIONS[i] ?? 0, EXPONENTS[i] ?? 0, FLOATS[i] ?? 0)
        : log10(x);
    }
  }
}

/** Returns k of a normal number. */
function exponentOf(x: number): number {
  DOUBLE[0] = x;
  const high = HALVES[HIGH] ?? 0;
  // One more power of two where 1 + f would be above sqrt(2): 0x95f64 is 2^20 less its significand.
  return (high >>> 20) - 1023 + (((high & 0xfffff) + 0x95f64) >>> 20);
}

/** Returns f of a normal number. */
function fractionOf(x: number, k: number): number {
  return x * (INVERSE_POWERS[k + 1022] ?? 0) - 1;
}

function headOf(f: number): number {
  return f - 0.5 * f * f;
}

/** Returns the bits of a double without its low 32: those of the float32 nearest to it, without the lowest three. */
function truncated(bits: number, nearest: number, exact: number): number {
  return (bits - Number(Math.abs(nearest) > Math.abs(exact))) & ~7;
}

/** @param top - the head of f without its low 32 bits */
function logarithmOf(f: number, k: number, top: number): number {
  const halfSquare = 0.5 * f * f;
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

const DOUBLE = new Float64Array(1);
const HALVES = new Uint32Array(DOUBLE.buffer);
/** Index of the half with sign and exponent: the second on every little-endian machine. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Values that are worked on at once: enough that nothing is waited for. */
const CHUNK = 32;
const FRACTIONS = new Float64Array(CHUNK);
const EXPONENTS = new Int32Array(CHUNK);
const FLOATS = new Float32Array(CHUNK);
const BITS = new Int32Array(FLOATS.buffer);

/** 2^1022, ..., 2^-1024: what takes an exponent k to 0. */
const INVERSE_POWERS = new Float64Array(2047);
for (let i = 0, power = 2 ** 1022; i < INVERSE_POWERS.length; i++, power /= 2) {
  INVERSE_POWERS[i] = power;
}

const SMALLEST_NORMAL = 2 ** -1022;
const TWO_54 = 2 ** 54;

/** 1/ln 10 and log10 2, each as a double of 33 bits or fewer and the rest. */
const INVERSE_LN_10_HIGH = 0.4342944818781689;
const INVERSE_LN_10_LOW = 2.5082946711645275e-11;
const LOG10_2_HIGH = 0.30102999566361177;
const LOG10_2_LOW = 3.694239077158931e-13;
