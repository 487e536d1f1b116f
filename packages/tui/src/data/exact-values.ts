/** Reads the value of a series at one step: as it was recorded, and smoothed, whatever a chart shows of it and how wide. */
import { isMetric, joinRows, type SeriesRows, type StoreReader } from "@ablate/store";
import { smooth, withGaps } from "../chart/trace.ts";
import { LruCache } from "./lru-cache.ts";
import { type ShownRun, updates } from "./shown-run.ts";
import { metricBehind, RATIO } from "./titles.ts";

export type ExactValue = {
  /** As it was recorded, at that step or at the last one before it that has a value. */
  readonly raw: number;
  readonly smoothed: number;
};

/** So many time constants before a step, a value counts for less than a thousandth. */
const TIME_CONSTANTS = 8;

/** Steps before the one that is read of which each counts by itself. */
const SINGLE_STEPS = 512;

/** Steps in the rows that those before them are read in. */
const LEVELS = [4096, 256, 16] as const;

/** Rows are so much shorter than the time constant. */
const PER_CONSTANT = 10;

/** A metric of so few numbers that most steps lack is not smoothed. */
const FEW = 50;

const KEPT = 4096;

/** Whether a series is measured so often that it is smoothed; evaluations and numbers now and then are not. */
export function isSmoothed(run: ShownRun, series: string): boolean {
  if (series !== "loss" && !series.startsWith(RATIO) && !isMetric(series)) return false;
  const metric = metricBehind(run, series);
  return metric === undefined || metric.points > FEW || metric.points * 2 > updates(run);
}

/** Where a series is read from, and over how many steps it is smoothed. */
export type ExactSpec = {
  /** The series of the store. */
  readonly stored: string;
  readonly step: number;
  /** The time constant; 0 for none. */
  readonly smoothing: number;
};

export class ExactReader {
  readonly #reader: () => StoreReader;
  readonly #kept: LruCache<{ readonly stamp: string; readonly value: ExactValue | null }>;

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
    this.#kept = new LruCache(KEPT, () => 1);
  }

  /** Returns a value; null where there is none at or before that step. */
  read(run: ShownRun, spec: ExactSpec): ExactValue | null {
    const key = [run.name, spec.stored, spec.step, spec.smoothing].join("|");
    const kept = this.#kept.get(key);
    if (kept?.stamp === run.stamp) return kept.value;
    const value = this.#find(run.name, spec);
    this.#kept.set(key, { stamp: run.stamp, value });
    return value;
  }

  /** Looks farther back until there is a value. */
  #find(run: string, { stored, step, smoothing }: ExactSpec): ExactValue | null {
    const lead = Math.ceil(smoothing * TIME_CONSTANTS);
    for (let length = lead + 1; ; length *= 16) {
      const from = Math.max(0, step - length + 1);
      const rows = this.#rows(run, stored, { from, step, smoothing });
      const smoothed = smooth(withGaps(rows), smoothing).mean;
      const at = smoothed.findLastIndex(Number.isFinite);
      if (at >= 0)
        return { raw: rows.mean[at] ?? Number.NaN, smoothed: smoothed[at] ?? Number.NaN };
      if (from === 0) return null;
    }
  }

  #rows(
    run: string,
    stored: string,
    {
      from,
      step,
      smoothing,
    }: { readonly from: number; readonly step: number; readonly smoothing: number },
  ): SeriesRows {
    const level = LEVELS.find((one) => one <= smoothing / PER_CONSTANT) ?? LEVELS[2];
    const single = Math.ceil(Math.max(0, step - SINGLE_STEPS + 1) / level) * level;
    const spans =
      from >= single
        ? [{ level: 1, from, to: step }]
        : [
            { level, from: Math.floor(from / level) * level, to: single - 1 },
            { level: 1, from: single, to: step },
          ];
    const parts = spans.map((span) => this.#reader().curves(run, [stored], span));
    const [rows] = joinRows(parts);
    return rows ?? { x: NONE, width: NONE, n: new Uint32Array(), min: NONE, mean: NONE, max: NONE };
  }
}

const NONE = new Float64Array();
