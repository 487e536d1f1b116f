/** Durations as people type them: `30s`, `5m`, `1h30m`. */

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** Returns the milliseconds of a duration of the units d, h, m, s and ms, or null where it is none. */
export function readDuration(text: string): number | null {
  if (text === "" || text.replace(PART, "") !== "") return null;
  const parts = [...text.matchAll(PART)];
  const sum = parts.reduce((total, [, value, unit]) => total + Number(value) * unitMs(unit), 0);
  return Math.round(sum);
}

function unitMs(name: string | undefined): number {
  return Object.entries(UNITS_MS).find(([unit]) => unit === name)?.[1] ?? Number.NaN;
}

/** Returns the one spelling of a duration in a config, whose hash it is part of: in hours at most. */
export function spellDuration(milliseconds: number): string {
  let left = milliseconds;
  return Object.entries(UNITS_MS)
    .filter(([unit]) => unit !== "d")
    .map(([unit, size]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count === 0 ? "" : `${count}${unit}`;
    })
    .join("");
}
