import { UsageError } from "./command-line/errors.ts";

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** Milliseconds of a duration like `90s`, `10m` or `1h30m`, as the flag `--name` was given. */
export function durationMs(name: string, text: string): number {
  const parts = [...text.matchAll(PART)];
  const ms = parts.reduce((sum, [, value, unit]) => sum + Number(value) * unitMs(unit), 0);
  if (text.replace(PART, "") !== "" || ms === 0) {
    throw new UsageError(`--${name} takes a duration like 90s, 10m or 1h30m, not "${text}"`);
  }
  return ms;
}

function unitMs(unit: string | undefined): number {
  return UNITS_MS[unit ?? ""] ?? Number.NaN;
}
