/** A number, a root, or a quotient of two such: `5`, `5/3`, `1/sqrt(10)`. */
const NUMBER = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const FACTOR = String.raw`(?:${NUMBER}|sqrt\(\s*${NUMBER}\s*\))`;
const SCALE = new RegExp(String.raw`^(-?)\s*(${FACTOR})(?:\s*/\s*(${FACTOR}))?$`);

/** The value of a scale as people write it, or null where it is none. */
export function readScale(text: string): number | null {
  const [, sign, above, below = "1"] = SCALE.exec(text.trim()) ?? [];
  if (above === undefined) return null;
  const value = (factorOf(above) / factorOf(below)) * (sign === "-" ? -1 : 1);
  return Number.isFinite(Math.fround(value)) ? value : null;
}

function factorOf(text: string): number {
  const [, inner] = /^sqrt\(\s*(.*?)\s*\)$/.exec(text) ?? [];
  return inner === undefined ? Number(text) : Math.sqrt(Number(inner));
}
