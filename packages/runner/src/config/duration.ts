/** How long something takes, as a config writes it: `30s`, `5m`, `1h30m`. */

const UNITS_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

export function isDuration(text: string): boolean {
  return text !== "" && text.replace(PART, "") === "";
}

/** Seconds of a duration that has been checked. */
export function secondsOf(text: string): number {
  return millisecondsOf(text) / 1000;
}

/** Milliseconds of a duration that has been checked. */
export function millisecondsOf(text: string): number {
  const parts = [...text.matchAll(PART)];
  const sum = parts.reduce((total, [, value, unit]) => total + Number(value) * unitOf(unit), 0);
  return Math.round(sum);
}

function unitOf(name: string | undefined): number {
  return Object.entries(UNITS_MS).find(([unit]) => unit === name)?.[1] ?? Number.NaN;
}

/** The one spelling of a duration, with the largest units that fit. */
export function spelled(milliseconds: number): string {
  let left = milliseconds;
  return Object.entries(UNITS_MS)
    .map(([unit, size]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count === 0 ? "" : `${count}${unit}`;
    })
    .join("");
}
