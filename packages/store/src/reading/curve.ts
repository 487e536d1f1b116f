/** Reads series in rows of steps, from the steps or from their rollups. */
import type { Database } from "better-sqlite3";
import { log10 } from "../log10.ts";
import { LEVELS, SERIES_BYTES } from "../writing/rollup.ts";
import type { CurvePoint, SeriesRows, Span, StepRange } from "./history.ts";
import { logRatio } from "./read-steps.ts";

/** Places of series in a rollup row: loss and lr, then the parameters. */
type SeriesPlaces = {
  readonly runId: number;
  /** A place no rollup has, -1, is that of an unknown series. */
  readonly places: readonly number[];
};

/**
 * Splits a range of steps by how widely it is read: each step at the widest level that is at most
 * `widest(step)`, which must not fall from step to step.
 */
export function spansOf({ from, to }: StepRange, widest: (step: number) => number): Span[] {
  const levels = [1, ...LEVELS];
  const starts = levels.map((level) => (level === 1 ? from : firstStep(from, to + 1, level)));
  return levels.flatMap((level, i): Span[] => {
    const [start = from, end = to + 1] = starts.slice(i);
    return start < end ? [{ level, from: start, to: end - 1 }] : [];
  });

  /** The first step from `low` on that may be read at a level; `high` where there is none. */
  function firstStep(low: number, high: number, level: number): number {
    if (low >= high) return high;
    const middle = Math.floor((low + high) / 2);
    return widest(middle) >= level
      ? firstStep(low, middle, level)
      : firstStep(middle + 1, high, level);
  }
}

/** Reads series of a run in a span, in the order of steps; all have the same rows. */
export function curveReader(
  database: Database,
): (series: SeriesPlaces, span: Span) => SeriesRows[] {
  const readRollup = jointReader(database, ROLLUPS);
  const readSteps = stepReader(database);

  return ({ runId, places }, { level, from, to }) => {
    if (level === 1) return readSteps({ runId, places }, { from, to });
    if (!LEVELS.includes(level)) {
      throw new RangeError(`level ${level} is none of 1, ${LEVELS.join(", ")}`);
    }
    const known = places.filter((place) => place >= 0);
    if (known.length === 0) return places.map(seriesMaker(new Float64Array(), level));
    const first = Math.min(...known);
    const width = Math.max(...known) - first + 1;
    const [low, high] = [Math.floor(from / level), Math.floor(to / level)];
    const part = [first * SERIES_BYTES + 1, width * SERIES_BYTES] as const;
    const rows = readRollup(...part, runId, level, low, high);
    const empty = seriesMaker(
      Float64Array.from(rows.buckets, (bucket) => bucket * level),
      level,
    );
    return places.map((place) => (place < 0 ? empty() : withBuckets(empty(), rows, place - first)));
  };
}

/** Joins what was read span by span, series by series; of a single span nothing is copied. */
export function joinRows(spans: readonly (readonly SeriesRows[])[]): readonly SeriesRows[] {
  const [first = []] = spans;
  if (spans.length < 2) return first;
  const rows = spans.reduce((sum, [series]) => sum + (series?.x.length ?? 0), 0);
  const join = <T extends Float64Array | Uint32Array>(
    into: T,
    of: (series: SeriesRows) => T,
    s = 0,
  ) => {
    let at = 0;
    for (const { [s]: series } of spans) {
      if (series === undefined) continue;
      into.set(of(series), at);
      at += series.x.length;
    }
    return into;
  };
  const values = () => new Float64Array(rows);
  const x = join(values(), (series) => series.x);
  const width = join(values(), (series) => series.width);
  return first.map((_, s) => ({
    x,
    width,
    n: join(new Uint32Array(rows), ({ n }) => n, s),
    min: join(values(), ({ min }) => min, s),
    mean: join(values(), ({ mean }) => mean, s),
    max: join(values(), ({ max }) => max, s),
  }));
}

/** Returns the rows of a series as points. */
export function pointsOf({ x, n, min, mean, max }: SeriesRows): CurvePoint[] {
  return Array.from(x, (step, r) => {
    const count = n[r] ?? 0;
    if (count === 0) return { step, n: 0, min: null, mean: null, max: null };
    return { step, n: count, min: min[r] ?? null, mean: mean[r] ?? null, max: max[r] ?? null };
  });
}

const NONE = new Float64Array();

/** A series that has nothing. */
export const NO_ROWS: SeriesRows = {
  ...{ x: NONE, width: NONE, min: NONE, mean: NONE, max: NONE },
  n: new Uint32Array(),
};

/** Makes series without values that share where their rows are. */
function seriesMaker(x: Float64Array, level: number): () => SeriesRows {
  const width = new Float64Array(x.length).fill(level);
  const values = () => new Float64Array(x.length).fill(Number.NaN);
  const n = () => new Uint32Array(x.length);
  return () => ({ x, width, n: n(), min: values(), mean: values(), max: values() });
}

type StepRow = [step: number, loss: number | null, lr: number | null];
type RatiosRow = [step: number, ratios: Buffer];

/** Series before the ratios. */
const BEFORE_RATIOS = 2;

const RATIO_BYTES = 4;

const OF_STEPS = "from step where run_id = ? and step between ? and ? order by step";

/** Reads single steps; their ratios, as one blob, where a series is one of them. */
function stepReader(database: Database): (series: SeriesPlaces, range: StepRange) => SeriesRows[] {
  const steps = database.prepare<[number, number, number], StepRow>(
    `select step, loss, lr ${OF_STEPS}`,
  );
  const ratiosOf = database.prepare<[number, number, number], RatiosRow>(
    `select step, ratios ${OF_STEPS}`,
  );
  steps.raw();
  ratiosOf.raw();
  const readRatios = jointReader(database, RATIOS);

  const logRatios = ({ runId, places }: SeriesPlaces, { from, to }: StepRange) => {
    const known = places.filter((place) => place >= BEFORE_RATIOS);
    if (known.length === 0) return () => Number.NaN;
    const first = Math.min(...known);
    const width = Math.max(...known) - first + 1;
    const bytes = width * RATIO_BYTES;
    const at = (first - BEFORE_RATIOS) * RATIO_BYTES + 1;
    const { buckets, floats } = readRatios(at, bytes, runId, 1, from, to);
    if (floats.length === buckets.length * width)
      return (r: number, place: number) => log10(floats[r * width + place - first] ?? Number.NaN);
    // A step that lacks ratios is said to be damaged.
    const rows = ratiosOf.all(runId, from, to);
    return (r: number, place: number) => {
      const [, ratios] = rows[r] ?? [];
      return ratios === undefined ? null : logRatio(ratios, place - BEFORE_RATIOS);
    };
  };

  return ({ runId, places }, range) => {
    const rows = steps.all(runId, range.from, range.to);
    const ratio = logRatios({ runId, places }, range);
    const empty = seriesMaker(
      Float64Array.from(rows, ([step]) => step),
      1,
    );
    return places.map((place) => {
      const series = empty();
      if (place < 0) return series;
      for (const [r, [, loss, lr]] of rows.entries())
        setValue(series, r, place === 0 ? loss : place === 1 ? lr : ratio(r, place));
      return series;
    });
  };
}

function setValue(series: SeriesRows, r: number, value: number | null): void {
  if (value === null || !Number.isFinite(value)) return;
  series.n[r] = 1;
  series.min[r] = value;
  series.mean[r] = value;
  series.max[r] = value;
}

function withBuckets(
  series: SeriesRows,
  { buckets, floats, counts, rowBytes }: RollupRows,
  place: number,
): SeriesRows {
  const width = rowBytes / 4;
  for (let r = 0; r < buckets.length; r++) {
    const from = r * width + place * (SERIES_BYTES / 4);
    const n = counts[from + 3] ?? 0;
    if (n === 0) continue;
    series.n[r] = n;
    series.min[r] = floats[from] ?? Number.NaN;
    series.max[r] = floats[from + 1] ?? Number.NaN;
    series.mean[r] = floats[from + 2] ?? Number.NaN;
  }
  return series;
}

/** The rollup of a run at one level, or ratios of steps: rows one after another, `rowBytes` each. */
type Joint = {
  readonly buckets: readonly number[];
  readonly data: Buffer;
  readonly rowBytes: number;
};

/** The bytes twice: values and how many they are of. */
type RollupRows = Omit<Joint, "data"> & {
  readonly floats: Float32Array;
  readonly counts: Uint32Array;
};

/** Buckets `from` to `to` of a run at a level, and of each row so many bytes from `at` (from 1) on. */
type Range = [at: number, bytes: number, runId: number, level: number, from: number, to: number];
type Joined = [rows: number, bytes: number, first: number, last: number, data: Buffer];

const ROLLUPS = `
  select bucket, substr(data, ?, ?) as data from rollup
  where run_id = ? and level = ? and bucket between ? and ? order by bucket`;

/** A damaged row may be shorter than `at`: SQLite has NULL then. */
const RATIOS = `
  select step as bucket, coalesce(substr(ratios, ?, ?), x'') as data from step
  where run_id = ? and 1 = ? and step between ? and ? order by step`;

const joinedOf = (rows: string): string => `
  select count(*), sum(length(data)), min(bucket), max(bucket),
    cast(group_concat(data, '') as blob) from (${rows})`;

/**
 * Reads rows as one blob, four times as fast as row by row. That SQLite joins blobs in their order
 * and in full is not promised: the first read is compared with the rows, and what looks wrong later
 * is read row by row.
 */
function jointReader(database: Database, select: string): (...range: Range) => RollupRows {
  const rows = database.prepare<Range, [number, Buffer]>(select);
  const joined = database.prepare<Range, Joined>(joinedOf(select));
  rows.raw();
  joined.raw();
  const readRows = (...range: Range): Joint => {
    const found = rows.all(...range);
    return {
      buckets: found.map(([bucket]) => bucket),
      data: Buffer.concat(found.map(([, data]) => data)),
      rowBytes: found[0]?.[1].length ?? 0,
    };
  };
  const readJoined = (...range: Range): Joint | null => {
    const [count, bytes, first, last, data] = joined.get(...range) ?? [0, 0, 0, 0, Buffer.alloc(0)];
    if (count === 0) return { buckets: [], data: Buffer.alloc(0), rowBytes: 0 };
    if (last - first + 1 !== count || data.length !== bytes) return null;
    const buckets = Array.from({ length: count }, (_, i) => first + i);
    return { buckets, data, rowBytes: bytes / count };
  };

  let isTrusted: boolean | null = null;
  return (...range) => {
    if (isTrusted === false) return numbersOf(readRows(...range));
    const found = readJoined(...range);
    if (isTrusted === true && found !== null) return numbersOf(found);
    const checked = readRows(...range);
    if (checked.buckets.length > 1) isTrusted = found?.data.equals(checked.data) ?? false;
    return numbersOf(checked);
  };
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Stored numbers are little-endian; a buffer may begin anywhere. */
function numbersOf({ buckets, data, rowBytes }: Joint): RollupRows {
  const isReady = IS_LITTLE_ENDIAN && data.byteOffset % 4 === 0;
  const bytes = isReady ? data : Buffer.from(new Uint8Array(data).buffer);
  if (!IS_LITTLE_ENDIAN) bytes.swap32();
  const { buffer, byteOffset, length } = bytes;
  return {
    buckets,
    floats: new Float32Array(buffer, byteOffset, length / 4),
    counts: new Uint32Array(buffer, byteOffset, length / 4),
    rowBytes,
  };
}
