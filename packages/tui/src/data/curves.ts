/** Reads the curves of runs at the resolution at which they are drawn, and keeps them. */
import type { CurveBlock, SeriesInfo, StoreReader } from "@ablate/store";
import type { Scale } from "../chart/scale.ts";
import type { Samples } from "../chart/trace.ts";
import type { XAxis } from "../state/settings.ts";
import { History, type Span } from "./history.ts";
import { LruCache } from "./lru-cache.ts";
import { batchSize, type ShownRun, updates } from "./shown-run.ts";

/** What part of the x axis is drawn in how many columns of dots. */
export type Window = {
  readonly axis: XAxis;
  /** In the unit of the axis. */
  readonly scale: Scale;
  readonly columns: number;
  /** Steps to read before the window, for smoothing. */
  readonly lead: number;
};

/** A row may be as wide as so many columns of dots: one cell of braille. */
const WIDEST_ROW = 2;

const LEVELS = [65536, 4096, 256, 16, 1];

/** 48 bytes each. */
const KEPT_VALUES = 1_000_000;

type Kept = {
  readonly stamp: string;
  readonly low: number;
  readonly high: number;
  readonly samples: ReadonlyMap<string, Samples>;
};

function valuesOf({ samples }: Kept): number {
  return [...samples.values()].reduce((sum, { x }) => sum + x.length, 0);
}

export class CurveReader {
  readonly #reader: () => StoreReader;
  readonly #kept: LruCache<Kept> = new LruCache(KEPT_VALUES, valuesOf);
  readonly #info: Map<string, { readonly key: string; readonly info: readonly SeriesInfo[] }> =
    new Map();
  readonly #history: History = new History();
  readonly #ends: Map<string, { readonly stamp: string; readonly end: number }> = new Map();

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  get reader(): StoreReader {
    return this.#reader();
  }

  /** The samples of several series of a run, by name; the last ones of each chart are kept. */
  read(run: ShownRun, series: readonly string[], window: Window): ReadonlyMap<string, Samples> {
    const { axis, columns, lead, scale } = window;
    const key = [run.name, axis, columns, lead, scale.log, ...series].join("|");
    const kept = this.#kept.get(key);
    const isSame = kept?.stamp === run.stamp && kept.low === scale.low && kept.high === scale.high;
    if (isSame) return kept.samples;
    const samples = this.#load(run, series, window);
    this.#kept.set(key, { stamp: run.stamp, low: scale.low, high: scale.high, samples });
    return samples;
  }

  /** Names of the series that a run has, in the order loss, lr, then the parameters' ratios. */
  series(run: ShownRun): readonly string[] {
    return this.info(run).map(({ series }) => series);
  }

  /** What the store says of a run's series. */
  info(run: ShownRun): readonly SeriesInfo[] {
    const known = this.#info.get(run.name);
    if (known?.key === `${run.hash}${run.startedAt}`) return known.info;
    const info = this.#reader().series(run.name);
    this.#info.set(run.name, { key: `${run.hash}${run.startedAt}`, info });
    return info;
  }

  /** Where a run's last step lies on an x axis. */
  end(run: ShownRun, axis: XAxis): number {
    if (updates(run) === 0) return 0;
    if (axis !== "time") return axisOf(run, axis, this.#reader()).toX(updates(run) - 1);
    const known = this.#ends.get(run.name);
    if (known?.stamp === run.stamp) return known.end;
    const end = axisOf(run, axis, this.#reader()).toX(updates(run) - 1);
    this.#ends.set(run.name, { stamp: run.stamp, end });
    return end;
  }

  #load(run: ShownRun, series: readonly string[], window: Window): ReadonlyMap<string, Samples> {
    const reader = this.#reader();
    const axis = axisOf(run, window.axis, reader);
    const stored = series.filter((name) => !EVALUATED.has(name));
    const blocks = spansOf(run, window, axis).map((span) =>
      this.#history.read(reader, run, { series: stored, span }),
    );
    const place = placesOf(blocks, {
      toX: (step) => Math.max(axis.toX(step), window.scale.log ? window.scale.low : 0),
      last: updates(run) - 1,
    });
    const samples = new Map(stored.map((name, s) => [name, { ...place, ...join(blocks, s) }]));
    for (const name of series) {
      const split = EVALUATED.get(name);
      if (split !== undefined) samples.set(name, evaluated(reader, run, { split, axis }));
    }
    return samples;
  }
}

/** Series that are evaluations of a split. */
const EVALUATED: ReadonlyMap<string, string> = new Map(
  ["train", "valid", "test"].map((split) => [`${split}_loss`, split]),
);

/** Both directions between steps and the x axis. */
export type Axis = {
  readonly toX: (step: number) => number;
  readonly toStep: (x: number) => number;
};

/** How a run's steps lie on an x axis. */
export function axisOf(run: ShownRun, axis: XAxis, reader: StoreReader): Axis {
  if (axis === "time") return timeAxis(run, reader);
  const unit = axis === "examples" ? batchSize(run) : 1;
  return { toX: (step) => step * unit, toStep: (x) => x / unit };
}

/** Seconds since the run was started, between two ticks in proportion. */
function timeAxis(run: ShownRun, reader: StoreReader): Axis {
  const { steps, atMs } = reader.ticks(run.name);
  const start = run.startedAt === null ? (atMs[0] ?? 0) : Date.parse(run.startedAt);
  const knots = [-1, ...steps];
  const seconds = [0, ...Array.from(atMs, (at) => (at - start) / 1000)];
  return {
    toX: (step) => interpolate(knots, seconds, step),
    toStep: (x) => interpolate(seconds, knots, x),
  };
}

function interpolate(from: readonly number[], to: readonly number[], value: number): number {
  let low = 0;
  let high = from.length - 1;
  if (high <= 0) return to[0] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const [a = 0, b = 0, c = 0, d = 0] = [from[low], from[high], to[low], to[high]];
  return b === a ? d : c + ((value - a) / (b - a)) * (d - c);
}

/** What to read: per stretch of steps the widest level that is fine enough for it. */
function spansOf(run: ShownRun, { scale, columns, lead }: Window, { toStep }: Axis): Span[] {
  const from = Math.max(0, Math.floor(toStep(scale.low)) - lead - 1);
  const to = Math.min(updates(run) - 1, Math.ceil(toStep(scale.high)) + 1);
  if (!(to >= from)) return [];
  if (!scale.log)
    return [{ from, to, level: levelFor((toStep(scale.high) - toStep(scale.low)) / columns) }];
  const perColumn = Math.log(scale.high / scale.low) / columns;
  const spans: Span[] = [];
  let start = from;
  for (const [i, level] of LEVELS.toReversed().entries()) {
    const next = LEVELS.toReversed()[i + 1];
    const wideFrom = next === undefined ? to + 1 : Math.ceil(1 / perColumn) * next;
    const end = Math.min(to, wideFrom - 1);
    if (end >= start) spans.push({ from: start, to: end, level });
    start = Math.max(start, end + 1);
  }
  return spans;
}

function levelFor(stepsPerColumn: number): number {
  return LEVELS.find((level) => level <= stepsPerColumn * WIDEST_ROW) ?? 1;
}

/** Where the rows of consecutive blocks are on the x axis: in the middle of their steps. */
function placesOf(
  blocks: readonly CurveBlock[],
  { toX, last }: { readonly toX: Axis["toX"]; readonly last: number },
): Pick<Samples, "x" | "width"> {
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const x = new Float64Array(rows);
  const width = new Float64Array(rows);
  let at = 0;
  for (const { level, steps } of blocks) {
    for (const step of steps) {
      x[at] = toX((step + Math.min(last, step + level - 1)) / 2);
      width[at] = level;
      at += 1;
    }
  }
  return { x, width };
}

/** One series of consecutive blocks; of a single block nothing is copied. */
function join(blocks: readonly CurveBlock[], s: number): Omit<Samples, "x" | "width"> {
  const parts = blocks.map(({ rows, n, min, mean, max }) => {
    const [from, to] = [s * rows, (s + 1) * rows];
    return {
      n: n.subarray(from, to),
      min: min.subarray(from, to),
      mean: mean.subarray(from, to),
      max: max.subarray(from, to),
    };
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = (of: "min" | "mean" | "max") =>
    Float64Array.from(parts.flatMap((part) => [...part[of]]));
  return {
    n: Uint32Array.from(parts.flatMap(({ n }) => [...n])),
    min: joined("min"),
    mean: joined("mean"),
    max: joined("max"),
  };
}

function evaluated(
  reader: StoreReader,
  run: ShownRun,
  { split, axis }: { readonly split: string; readonly axis: Axis },
): Samples {
  const rows = reader
    .evaluations(run.name)
    .filter((one) => one.split === split && /^(none|running)$/.test(one.statistics));
  const samples = emptySamples(rows.length);
  for (const [i, { step, loss }] of rows.entries()) {
    samples.x[i] = axis.toX(Math.max(0, step - 1));
    samples.width[i] = 1;
    samples.n[i] = loss === null ? 0 : 1;
    for (const values of [samples.min, samples.mean, samples.max]) values[i] = loss ?? Number.NaN;
  }
  return samples;
}

function emptySamples(length: number): Samples {
  const numbers = () => new Float64Array(length);
  return {
    x: numbers(),
    width: numbers(),
    n: new Uint32Array(length),
    min: numbers(),
    mean: numbers(),
    max: numbers(),
  };
}
