/** Whether a parameter learns too slowly, right or too fast, by its update:data ratio. */
import type { SeriesInfo } from "@ablate/store";
import type { Samples } from "../chart/trace.ts";

export type Verdict = {
  /** log10 of the ratio, the mean over the last twentieth of what was recorded. */
  readonly value: number;
  readonly word: "too slow" | "right" | "too fast" | null;
  /** The step since which it has been so without a break; null where it always was. */
  readonly since: number | null;
};

/** The verdict on a series of log10 ratios; without a band (`low` and `high`) there is a value and no word. */
export function verdictOn(
  samples: Samples,
  { low, high }: Pick<SeriesInfo, "low" | "high">,
): Verdict | null {
  const rows = [...samples.mean.keys()].filter((i) => !Number.isNaN(samples.mean[i]));
  const last = rows.slice(-Math.max(1, Math.ceil(rows.length / 20)));
  if (last.length === 0) return null;
  const value = last.reduce((sum, i) => sum + (samples.mean[i] ?? 0), 0) / last.length;
  if (low === null || high === null) return { value, word: null, since: null };
  const wordFor = (ratio: number) =>
    ratio < low ? "too slow" : ratio > high ? "too fast" : "right";
  const word = wordFor(value);
  const before = rows.slice(0, -last.length);
  const changed = before.findLastIndex((i) => wordFor(samples.mean[i] ?? 0) !== word);
  const from = changed < 0 ? undefined : rows[changed + 1];
  return { value, word, since: from === undefined ? null : Math.round(samples.x[from] ?? 0) };
}
