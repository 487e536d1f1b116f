/**
 * Decodes numbers of a BLOB in plain SQL, for readers that have nothing but the `sqlite3` command.
 * Exact to the bit: mantissa and power of two are integers that a double holds, and `pow(2, n)` is
 * exact. Each refers to its hexadecimal digits often, so these are best a column of a subquery:
 * every process that opens a store parses the views.
 *
 * The eight hexadecimal digits of the bytes are, from the least significant bit on, at the places
 * 2, 1, 4, 3, 6, 5, 8, 7. SQLite's `&`, `|`, `<<` and `>>` bind equally tight: each needs its
 * parentheses, or becomes `*` and `+`.
 */

/** SQL of the hexadecimal digits of `bytes` bytes from byte `offset` (from 1) of `blob` on. */
export function hexSql(blob: string, offset: string, bytes: number): string {
  return `hex(substr(${blob}, ${offset}, ${bytes}))`;
}

/** SQL of a REAL: the little-endian float32 that has these digits; NaN is NULL. */
export function float32Sql(hex: string): string {
  return floatOfDigits(digitsOf(hex));
}

/** SQL of a REAL: the little-endian float64 that has these digits; NaN is NULL. */
export function float64Sql(hex: string): string {
  const digit = digitsOf(hex);
  const exponent = `(${digit(15)} % 8 * 256 + ${digit(16)} * 16 + ${digit(13)})`;
  const places = [2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14];
  const fraction = integerOfDigits(digit, places);
  const sign = `(case when ${digit(15)} > 7 then -1.0 else 1.0 end)`;
  return (
    `(${sign} * case ${exponent} when 2047 then case ${fraction} when 0 then 9e999 end` +
    ` when 0 then ${fraction} * pow(2, -1074)` +
    ` else (${fraction} + ${2 ** 52}) * pow(2, ${exponent} - 1075) end)`
  );
}

/**
 * SQL of a REAL: one of the two float20 that have these ten digits together. A float20 is the first five
 * digits of a float32, highest first.
 *
 * @param which - 0 or 1
 */
export function float20Sql(hex: string, which: number): string {
  return floatOfDigits(digitOfPair(hex, which));
}

/** Returns SQL of the digits of one of two float20, each at its place among those of a float32. */
function digitOfPair(hex: string, which: number): (place: number) => string {
  const digit = digitsOf(hex);
  const places: Readonly<Record<number, number>> = { 7: 1, 8: 2, 5: 3, 6: 4, 3: 5 };
  return (place) => {
    const found = places[place];
    return found === undefined ? "0" : digit(5 * which + found);
  };
}

/** SQL of a REAL: half the distance from a float20 to the next one. */
export function halfStepSql(hex: string, which: number): string {
  return `pow(2, ${exponentOf(digitOfPair(hex, which))} - 139)`;
}

/**
 * SQL of a REAL: a float20 in the fewest digits that stand for it and no other, three to five.
 *
 * @param value - SQL of the float20 and `half` that of half its step, best names of columns: they are there several times
 */
export function fewestDigitsSql(value: string, half: string): string {
  const rounded = (digits: number): string => `cast(printf('%.${digits - 1}e', ${value}) as real)`;
  // Below a power of two steps are half as wide.
  const room = `case when abs(${value}) = 4096 * ${half} then ${half} / 2 else ${half} end`;
  const isNear = (digits: number): string => `abs(${rounded(digits)} - ${value}) < ${room}`;
  return (
    `case when ${value} is null or ${value} = 0 or abs(${value}) = 9e999 then ${value}` +
    ` when ${isNear(3)} then ${rounded(3)} when ${isNear(4)} then ${rounded(4)}` +
    ` else ${rounded(5)} end`
  );
}

/** @param digit - SQL of the digit at a place of the little-endian bytes */
function floatOfDigits(digit: (place: number) => string): string {
  const exponent = exponentOf(digit);
  const fraction =
    `(${digit(2)} + ${digit(1)} * 16 + ${digit(4)} * 256 + ${digit(3)} * 4096` +
    ` + ${digit(6)} * 65536 + ${digit(5)} % 8 * 1048576)`;
  const sign = `(case when ${digit(7)} > 7 then -1.0 else 1.0 end)`;
  return (
    `(${sign} * case ${exponent}` +
    ` when 255 then case ${fraction} when 0 then 9e999 end` +
    ` when 0 then ${fraction} * pow(2, -149)` +
    ` else (${fraction} + 8388608) * pow(2, ${exponent} - 150) end)`
  );
}

function exponentOf(digit: (place: number) => string): string {
  return `(${digit(7)} % 8 * 32 + ${digit(8)} * 2 + ${digit(5)} / 8)`;
}

/** SQL of an INTEGER: the little-endian uint32 that has these digits. */
export function uint32Sql(hex: string): string {
  return integerOfDigits(digitsOf(hex), [2, 1, 4, 3, 6, 5, 8, 7]);
}

/**
 * SQL of an INTEGER: the number in `bits` bits of `blob` from bit `index` (from 0) on, the highest first: at most 25,
 * or a multiple of 4 up to 32 at such an index.
 */
export function bitsSql(blob: string, index: string, bits: string): string {
  const hex = `hex(substr(${blob}, ${index} / 8 + 1, 5)) || '0000000'`;
  const digits = digitsOf(`substr(${hex}, ${index} / 4 % 2 + 1, 8)`);
  const word = integerOfDigits(digits, [8, 7, 6, 5, 4, 3, 2, 1]);
  return `((${word} >> (32 - ${index} % 4 - ${bits})) & ((1 << ${bits}) - 1))`;
}

/** SQL of 0 or 1: the bit of `blob` at `index` (from 0), the highest of a byte first. */
export function bitSql(blob: string, index: string): string {
  const digit = digitsOf(`hex(substr(${blob}, ${index} / 8 + 1, 1))`);
  return `((case ${index} % 8 / 4 when 0 then ${digit(1)} else ${digit(2)} end >> (3 - ${index} % 4)) & 1)`;
}

/** @param places - of the digits, lowest first */
function integerOfDigits(digit: (place: number) => string, places: readonly number[]): string {
  return `(${places.map((place, i) => `${digit(place)} * ${16 ** i}`).join(" + ")})`;
}

/** The value of the hexadecimal digit at a place (from 1) of a text, as an INTEGER. */
function digitsOf(digits: string): (place: number) => string {
  return (place) => `instr('123456789ABCDEF', substr(${digits}, ${place}, 1))`;
}
