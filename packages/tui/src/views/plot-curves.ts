/** How plots become curves of a chart: what is in front, what is shaded, and what lies beyond the axis. */
import { excursions, reachText } from "../chart/excursions.ts";
import type { Scale } from "../chart/scale.ts";
import type { Curve } from "../chart/spec.ts";
import type { Trace } from "../chart/trace.ts";
import type { Look } from "../data/looks.ts";
import type { ShownRun } from "../data/shown-run.ts";

/** One curve before it is drawn: what it is called and the traces of its runs. */
export type Plot = {
  readonly key: string;
  readonly series: string;
  readonly label: string;
  /** What it is called where it leaves the axis. */
  readonly name: string;
  /** What stands at its right end. */
  readonly end?: string;
  readonly look: Look;
  readonly runs: readonly ShownRun[];
  readonly traces: readonly Trace[];
  /** Their mean and band, or the only trace. */
  readonly shown: Trace;
  readonly divergedAt: number | null;
  /** Whether it is in the legend alone. */
  readonly isHidden?: boolean;
  /** Evaluations: a value now and then. */
  readonly isSparse: boolean;
};

/** Orders curves so that the one in front is drawn last. Means have bands; what single steps did is shown of one run alone. */
export function curvesOf(plots: readonly Plot[], onTop: number): Curve[] {
  const shown = plots.filter(({ isHidden = false }) => !isHidden);
  const top = plots[onTop];
  const isSingle = shown.length === 1 || shown.slice(1).every(({ isSparse }) => isSparse);
  const curves = shown.map((plot): Curve => {
    const isTop = plot === top;
    const { name, look, end = "", traces, isSparse, divergedAt } = plot;
    const isMean = traces.length > 1;
    return {
      ...{ name, isSparse, divergedAt, label: end },
      ...look,
      trace: plot.shown,
      shaded: isMean || (isTop && isSingle),
      isBand: isMean,
      ...(isMean ? { steps: extremesOf(traces) } : {}),
      behind: isTop && isMean ? traces : [],
    };
  });
  const isFront = (_: Curve, i: number): boolean => shown[i] === top;
  return [...curves.filter((one, i) => !isFront(one, i)), ...curves.filter(isFront)];
}

/** Returns the smallest and largest values of several runs, column by column. */
function extremesOf(traces: readonly Trace[]): Pick<Trace, "min" | "max"> {
  const [first] = traces;
  const over = (of: (one: Trace) => Float64Array, choose: (a: number, b: number) => number) =>
    (first === undefined ? new Float64Array() : of(first)).map((_, x) =>
      traces.reduce((best, one) => {
        const value = of(one)[x] ?? Number.NaN;
        return Number.isNaN(value) ? best : Number.isNaN(best) ? value : choose(best, value);
      }, Number.NaN),
    );
  return { min: over(({ min }) => min, Math.min), max: over(({ max }) => max, Math.max) };
}

/** Says what lies beyond the ends of the axis, and how far. */
export function cutTexts(curves: readonly Curve[], y: Scale): string[] {
  const found = curves.flatMap((curve) => excursions(curve, y).map((one) => ({ ...one, curve })));
  return [true, false].flatMap((isAbove) => {
    const some = found.filter((one) => one.isAbove === isAbove);
    const values = some.map(({ value }) => value);
    if (values.length === 0) return [];
    const names = new Set(some.map(({ curve }) => curve.name ?? ""));
    const [name = ""] = names;
    const who = names.size === 1 ? name : `${names.size} curves`;
    const far = isAbove ? Math.max(...values) : Math.min(...values);
    const text = reachText(far);
    return [`${who} ${isAbove ? `up to ${text} above` : `down to ${text} below`}`.trim()];
  });
}
