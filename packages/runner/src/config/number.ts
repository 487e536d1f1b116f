/** `5/3`: what a number may be written as instead. */
export const FRACTION: RegExp =
  /^\s*([-+]?[0-9.]+(?:[eE][-+]?\d+)?)\s*\/\s*([0-9.]+(?:[eE][-+]?\d+)?)\s*$/;

/** A fraction such as `5/3` as a number; anything else as it is. There is one zero. */
export function readNumber(value: unknown): unknown {
  if (value === 0) return 0;
  const [, above, below] = (typeof value === "string" && FRACTION.exec(value)) || [];
  if (above === undefined) return value;
  const quotient = Number(above) / Number(below);
  return Number.isFinite(quotient) ? quotient : value;
}
