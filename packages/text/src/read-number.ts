/** Numbers as people type them: `0.1`, `200_000`, `2e5`, `5/3`, `1/sqrt(10)`, and `0x10` and `0o17` as in YAML. */

const BY_BITS = String.raw`0x[\da-fA-F]+|0o[0-7]+`;
const BY_TENS = String.raw`(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?`;
const NUMBER = `(?:${BY_BITS}|${BY_TENS})`;
const FACTOR = String.raw`(?:${NUMBER}|sqrt\(\s*${NUMBER}\s*\))`;

/** A number, a root, or the quotient of two such. */
export const NUMBER_PATTERN: RegExp = new RegExp(
  String.raw`^\s*([-+]?)\s*(${FACTOR})(?:\s*/\s*(${FACTOR}))?\s*$`,
);

/** Returns the number that a text is, or null where it is none or no finite one. */
export function readNumber(text: string): number | null {
  const [, sign, above, below = "1"] = NUMBER_PATTERN.exec(text) ?? [];
  if (above === undefined) return null;
  const quotient = factor(above) / factor(below);
  if (!Number.isFinite(quotient)) return null;
  return sign === "-" && quotient !== 0 ? -quotient : quotient;
}

function factor(text: string): number {
  const [, inner] = /^sqrt\(\s*(.*?)\s*\)$/.exec(text) ?? [];
  const value = Number((inner ?? text).replaceAll("_", ""));
  return inner === undefined ? value : Math.sqrt(value);
}
