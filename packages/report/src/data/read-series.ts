/** A run's series, as finely as they are drawn: every step at first, later the mean of a few. */
import { joinRows, type SeriesRows, type StoreReader, spansOf } from "@ablate/store";

/** Steps of which each is read, where there are more than that. */
const EVERY_STEP = 256;
/** Runs up to this length are read step by step. */
const SHORT = 2048;
/** From this step on a column of a chart of a long run is wider than 256 steps. */
const LATE = 8192;
const LONG = 65_536;

/** The widest row in which a step of a run of so many steps is read. */
function widestRow(step: number, steps: number): number {
  if (steps <= SHORT || step < EVERY_STEP) return 1;
  return steps < LONG || step < LATE ? 16 : 256;
}

export function readSeries(
  reader: StoreReader,
  {
    run,
    steps,
    series,
  }: { readonly run: string; readonly steps: number; readonly series: readonly string[] },
): readonly SeriesRows[] {
  const spans = spansOf({ from: 0, to: steps - 1 }, (step) => widestRow(step, steps));
  return joinRows(spans.map((span) => reader.curves(run, series, span)));
}
