import type { Database } from "better-sqlite3";

/** The rollup of a run at one level: rows one after another, `rowBytes` each. */
export type RollupRows = {
  readonly buckets: readonly number[];
  /** The same bytes twice: values and how many they are of. */
  readonly floats: Float32Array;
  readonly counts: Uint32Array;
  readonly rowBytes: number;
};

type Joint = {
  readonly buckets: readonly number[];
  readonly data: Buffer;
  readonly rowBytes: number;
};

/** Buckets `from` to `to` of a run at a level, and of each row so many bytes from `offset` (from 1) on. */
type Range = [
  offset: number,
  length: number,
  runId: number,
  level: number,
  from: number,
  to: number,
];
type Joined = [rows: number, bytes: number, first: number, last: number, data: Buffer];

const ROWS = `
  select bucket, substr(data, ?, ?) as data from rollup
  where run_id = ? and level = ? and bucket between ? and ? order by bucket`;

const JOINED = `
  select count(*), sum(length(data)), min(bucket), max(bucket),
    cast(group_concat(data, '') as blob) from (${ROWS})`;

/**
 * Reads rows as one blob, four times as fast as row by row. That SQLite joins blobs in their order
 * and in full is not promised: the first read is held against the rows, and what looks wrong later
 * is read row by row.
 */
export function rollupReader(database: Database): (...range: Range) => RollupRows {
  const rows = database.prepare<Range, [number, Buffer]>(ROWS);
  const joined = database.prepare<Range, Joined>(JOINED);
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
