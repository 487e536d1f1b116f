/** Series of runs as they were recorded, for files and the clipboard. */
import { isMetric } from "@ablate/store";
import type { Scale } from "../chart/scale.ts";
import type { XAxis } from "../state/settings.ts";
import { axisOf, type CurveReader, evaluatedSplit, seriesBehind } from "./curves.ts";
import { type ShownRun, updates } from "./shown-run.ts";

/** A series of a run at one step; null where the value was not finite. */
export type RecordedRow = readonly [
  series: string,
  run: string,
  step: number,
  value: number | null,
];

export const RECORDED_COLUMNS: readonly string[] = ["series", "run", "step", "value"];

/** Steps read at a time: a long run has more than a screen ever shows. */
const STEPS_AT_ONCE = 16_384;

/** The part of the x axis that is shown. */
type Shown = { readonly axis: XAxis; readonly scale: Scale };

/** Yields what was recorded of some series of a run in the part of the x axis that is shown. */
export function* recordedRows(
  run: ShownRun,
  series: readonly string[],
  { curves, shown }: { readonly curves: CurveReader; readonly shown: Shown },
): Generator<RecordedRow> {
  const { reader } = curves;
  const { toStep, toX } = axisOf(run, shown.axis, reader);
  const { low, high } = shown.scale;
  const first = Math.max(0, Math.ceil(toStep(low)));
  const last = Math.min(updates(run) - 1, Math.floor(toStep(high)));
  const known = new Set(curves.series(run));
  for (const name of series) {
    const stored = seriesBehind(run, name);
    const split = isMetric(stored) ? undefined : evaluatedSplit(name);
    if (split !== undefined) {
      for (const { step, loss } of curves.evaluations(run, split)) {
        const x = toX(Math.max(0, step - 1));
        if (x >= low && x <= high) yield [name, run.name, step, loss];
      }
    }
    if (split !== undefined || !known.has(stored)) continue;
    const end = isMetric(stored) ? Math.min(updates(run), Math.floor(toStep(high))) : last;
    for (let from = first; from <= end; from += STEPS_AT_ONCE) {
      const to = Math.min(end, from + STEPS_AT_ONCE - 1);
      const [rows] = reader.curves(run.name, [stored], { level: 1, from, to });
      for (const [i, step] of rows?.x.entries() ?? []) {
        const value = rows?.mean[i] ?? Number.NaN;
        yield [name, run.name, step, Number.isFinite(value) ? value : null];
      }
    }
  }
}
