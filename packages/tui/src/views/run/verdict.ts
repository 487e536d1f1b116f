/**
 * Whether a parameter learns too slowly, right or too fast, by its update:data ratio: the median of the last
 * whole hundred steps, as the rules `slow-updates` and `fast-updates` have it. What they have found counts first.
 */
import type { Finding, SeriesInfo } from "@ablate/store";
import type { Samples } from "../../chart/trace.ts";

export type Verdict = {
  /** log10 of the ratio, the median of the last window. */
  readonly value: number;
  readonly word: "too slow" | "right" | "too fast" | "frozen" | null;
  /** The step since which it has been so without a break; null where it always was. */
  readonly since: number | null;
};

/** Steps that are judged together; the first of these windows is not judged. */
export const WINDOW = 100;

type Band = Pick<SeriesInfo, "low" | "high">;

/** The last whole window of a run of so many steps; null before there is one that is judged. */
export function lastWindow(
  updates: number,
): { readonly first: number; readonly last: number } | null {
  const end = Math.floor(updates / WINDOW) * WINDOW;
  return end < 2 * WINDOW ? null : { first: end - WINDOW, last: end - 1 };
}

/** The verdict on a parameter; without a band there is a value and no word, unless a rule has spoken. */
export function verdictOn({
  window,
  history,
  band,
  finding,
  isDiagnosed,
}: {
  /** log10 ratios of the steps of the last window. */
  readonly window: readonly number[];
  /** Of all steps, as summarised as it is. */
  readonly history: Samples;
  readonly band: Band;
  /** What a rule has found of it and still holds. */
  readonly finding: Finding | undefined;
  /** Whether the rules have seen this run: then what they did not find is not so. */
  readonly isDiagnosed: boolean;
}): Verdict | null {
  const value = median(window);
  if (finding !== undefined) {
    const since = finding.step > WINDOW ? finding.step : null;
    return { value, word: WORDS[finding.rule] ?? null, since };
  }
  if (Number.isNaN(value)) return null;
  if (band.low === null || band.high === null) return { value, word: null, since: null };
  const measured = wordFor(value, band);
  const word = isDiagnosed ? "right" : measured;
  return { value, word, since: word === measured ? sinceWhen(history, band, word) : null };
}

const WORDS: Readonly<Record<string, Verdict["word"]>> = {
  "slow-updates": "too slow",
  "fast-updates": "too fast",
  frozen: "frozen",
};

/** Of a run's findings, the one on a parameter's updates that still holds; of hidden weights those at level info are over. */
export function updateFinding(
  findings: readonly Finding[],
  param: string,
  { low }: Band,
): Finding | undefined {
  return findings.find(
    (one) =>
      one.param === param &&
      WORDS[one.rule] !== undefined &&
      (low === null || one.level !== "info"),
  );
}

function wordFor(value: number, { low, high }: Band): "too slow" | "right" | "too fast" {
  if (low !== null && value < low) return "too slow";
  return high !== null && value > high ? "too fast" : "right";
}

/** The first step of the windows that all have this verdict up to the last; rows wider than a window stand alone. */
function sinceWhen(history: Samples, band: Band, word: Verdict["word"]): number | null {
  const windows = new Map<number, number[]>();
  for (const [i, x] of history.x.entries()) {
    const value = history.mean[i] ?? Number.NaN;
    const width = history.width[i] ?? 1;
    const first =
      width > WINDOW ? Math.round(x - (width - 1) / 2) : Math.floor(x / WINDOW) * WINDOW;
    if (Number.isNaN(value) || first < WINDOW) continue;
    const values = windows.get(first);
    if (values === undefined) windows.set(first, [value]);
    else values.push(value);
  }
  const judged = [...windows].map(([first, values]) => ({
    first,
    word: wordFor(median(values), band),
  }));
  const before = judged.findLastIndex((one) => one.word !== word);
  return before < 0 ? null : (judged[before + 1]?.first ?? null);
}

/** NaN without any number; the mean of the middle two where their count is even. */
function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
