/** A run's series, as finely as they are drawn: every step at first, later the mean of a few. */
import type { CurveBlock, StepRange, StoreReader } from "@ablate/store";

export type Samples = {
  /** The middle of each row, in updates: 0.5 is that of the first step. */
  readonly at: readonly number[];
  /** Of each series its means, row by row; NaN where no value is finite. */
  readonly means: readonly (readonly number[])[];
  /** How many finite values each mean is of. */
  readonly counts: readonly (readonly number[])[];
};

type Segment = { readonly level: number; readonly range: StepRange };

/** Steps of which each is read, where there are more than that. */
const EVERY_STEP = 256;
/** Runs up to this length are read step by step. */
const SHORT = 2048;
/** From this step on a column of a chart of a long run is wider than 256 steps. */
const LATE = 8192;
const LONG = 65_536;

function segments(steps: number): readonly Segment[] {
  const last = steps - 1;
  if (steps <= SHORT) return [{ level: 1, range: { from: 0, to: last } }];
  const middle = steps < LONG ? last : LATE - 1;
  const found: readonly Segment[] = [
    { level: 1, range: { from: 0, to: EVERY_STEP - 1 } },
    { level: 16, range: { from: EVERY_STEP, to: middle } },
  ];
  return steps < LONG ? found : [...found, { level: 256, range: { from: LATE, to: last } }];
}

export function samplesOf(
  reader: StoreReader,
  {
    run,
    steps,
    series,
  }: { readonly run: string; readonly steps: number; readonly series: readonly string[] },
): Samples {
  const blocks = segments(steps).map(({ level, range }) =>
    reader.curves(run, series, level, range),
  );
  const ofSeries = (values: (block: CurveBlock) => ArrayLike<number>) =>
    series.map((_, s) =>
      blocks.flatMap((block) =>
        Array.from(values(block)).slice(s * block.rows, (s + 1) * block.rows),
      ),
    );
  return {
    at: blocks.flatMap(({ steps: starts, level }) => [...starts].map((step) => step + level / 2)),
    means: ofSeries(({ mean }) => mean),
    counts: ofSeries(({ n }) => n),
  };
}
