/**
 * Decodes a little-endian float32 or uint32 of a BLOB in plain SQL, for readers that have nothing
 * but the `sqlite3` command. Exact to the bit: mantissa and power of two are integers that a
 * double holds, and `pow(2, n)` is exact.
 *
 * The eight hexadecimal digits of the bytes are, from the least significant bit on, at the places
 * 2, 1, 4, 3, 6, 5, 8, 7. SQLite's `&`, `|`, `<<` and `>>` bind equally tight: each needs its
 * parentheses, or becomes `*` and `+`.
 */

/** SQL of a REAL: the float32 at byte `offset` (from 1) of `blob`; NaN is NULL. */
export function float32Sql(blob: string, offset: string): string {
  const digit = digitsOf(blob, offset);
  const exponent = `(${digit(7)} % 8 * 32 + ${digit(8)} * 2 + ${digit(5)} / 8)`;
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

/** SQL of an INTEGER: the uint32 at byte `offset` (from 1) of `blob`. */
export function uint32Sql(blob: string, offset: string): string {
  const digit = digitsOf(blob, offset);
  const places = [2, 1, 4, 3, 6, 5, 8, 7];
  return `(${places.map((place, i) => `${digit(place)} * ${16 ** i}`).join(" + ")})`;
}

/** The value of the hexadecimal digit at a place (from 1), as an INTEGER. */
function digitsOf(blob: string, offset: string): (place: number) => string {
  const digits = `hex(substr(${blob}, ${offset}, 4))`;
  return (place) => `instr('123456789ABCDEF', substr(${digits}, ${place}, 1))`;
}
