// Room for what products copy: columns of B in one piece, or rows transposed. It lies behind the constants; where
// several instances share one memory, each takes a room of its own.

/** Terms of the longest sum that is not cut in blocks: 64 bytes each, they fill half of a first-level cache. */
export const MOST_TERMS: i32 = 320;
/** Rows of C' that are computed before they are transposed back; a multiple of the rows of a tile. */
export const ROWS_OF_RESULT: i32 = 252;

/** Bytes of a row of a panel of the most pairs. */
const WIDEST: usize = 96;
/** Zeros: a row of B that is not there, the start of a sum without a bias. */
const ZEROS: usize = (<usize>MOST_TERMS) << 2;
/** Where rows of C go that are not there. */
const NOWHERE: usize = (<usize>((ROWS_OF_RESULT + 7) & ~7)) << 2;
const PANEL: usize = <usize>MOST_TERMS * WIDEST;
const RESULT: usize = <usize>((ROWS_OF_RESULT + 7) & ~7) * WIDEST;

// A variable, and so no address that the compilers could fold into a load or a store: see vector.ts.
let room: usize = (__heap_base + 63) & ~63;

/** Bytes of a room, a multiple of 64. */
export function roomBytes(): usize {
  return (ZEROS + NOWHERE + PANEL + RESULT + 63) & ~63;
}

/** The first multiple of 64 bytes that constants and the first room leave free. */
export function heapBase(): usize {
  return ((__heap_base + 63) & ~63) + roomBytes();
}

/** Makes this instance use the room at `at`, a multiple of 64, instead of the first. */
export function useRoom(at: usize): void {
  memory.fill(at, 0, roomBytes());
  room = at;
}

@inline
export function zeros(): usize {
  return room;
}

@inline
export function panelRoom(): usize {
  return room + ZEROS + NOWHERE;
}

@inline
export function resultRoom(): usize {
  return room + ZEROS + NOWHERE + PANEL;
}

/** Copies so many pairs of columns of so many rows into one piece. */
export function copyColumns(from: usize, to: usize, pairs: i32, rows: i32, stride: usize): void {
  for (let i = 0; i < rows; i++, from += stride) {
    for (let at = from, end = from + ((<usize>pairs) << 5); at < end; at += 32, to += 32) {
      const left = v128.load(at), right = v128.load(at, 16);
      v128.store(to, right, 16);
      v128.store(to, left);
    }
  }
}

/**
 * The first `terms` of 8 `pairs` rows, of which `rows` are there and the rest count as zeros, as columns in one
 * piece: to[p][r] = from[r][p]. Up to three terms more are written.
 */
export function transposeRows(
  from: usize, to: usize, pairs: i32, rows: i32, terms: i32, stride: usize,
): void {
  // A known width is part of the stores' addresses.
  if (pairs == 2) columnsOf(from, to, 64, rows, terms, stride);
  else columnsOf(from, to, (<usize>pairs) << 5, rows, terms, stride);
}

@inline
function columnsOf(from: usize, to: usize, width: usize, rows: i32, terms: i32, stride: usize): void {
  const length = <usize>((terms + 3) & ~3) * width;
  for (let r = 0; r < <i32>(width >> 2); r += 4, from += 4 * stride, to += 16) {
    if (r >= rows) {
      const zero = i32x4.splat(0);
      for (let out = to; out < to + length; out += width) v128.store(out, zero);
      continue;
    }
    let f0 = from, f1 = r + 1 < rows ? from + stride : zeros();
    let f2 = r + 2 < rows ? from + 2 * stride : zeros(), f3 = r + 3 < rows ? from + 3 * stride : zeros();
    for (let out = to; out < to + length; out += 4 * width) {
      transpose4(f0, f1, f2, f3, out, out + width, out + 2 * width, out + 3 * width);
      f0 += 16; f1 += 16; f2 += 16; f3 += 16;
    }
  }
}

/** The reverse, of a result of `terms` rows in one piece: to[r][p] = from[p][r]. Of a last group of four, all is written. */
export function transposeBack(
  from: usize, to: usize, pairs: i32, rows: i32, terms: i32, stride: usize,
): void {
  if (pairs == 2) rowsOf(from, to, 64, rows, terms, stride);
  else rowsOf(from, to, (<usize>pairs) << 5, rows, terms, stride);
}

@inline
function rowsOf(from: usize, to: usize, width: usize, rows: i32, terms: i32, stride: usize): void {
  const nowhere = room + ZEROS, length = <usize>((terms + 3) & ~3) * width;
  memory.fill(from + <usize>terms * width, 0, length - <usize>terms * width);
  for (let r = 0; r < rows; r += 4, to += 4 * stride, from += 16) {
    let o0 = to, o1 = r + 1 < rows ? to + stride : nowhere;
    let o2 = r + 2 < rows ? to + 2 * stride : nowhere, o3 = r + 3 < rows ? to + 3 * stride : nowhere;
    for (let row = from; row < from + length; row += 4 * width) {
      transpose4(row, row + width, row + 2 * width, row + 3 * width, o0, o1, o2, o3);
      o0 += 16; o1 += 16; o2 += 16; o3 += 16;
    }
  }
}

/** Four vectors as the rows of a square, transposed. */
@inline
function transpose4(
  f0: usize, f1: usize, f2: usize, f3: usize, o0: usize, o1: usize, o2: usize, o3: usize,
): void {
  const p = v128.load(f0), q = v128.load(f1), r = v128.load(f2), s = v128.load(f3);
  const pqLow = v128.shuffle<f32>(p, q, 0, 4, 1, 5), pqHigh = v128.shuffle<f32>(p, q, 2, 6, 3, 7);
  const rsLow = v128.shuffle<f32>(r, s, 0, 4, 1, 5), rsHigh = v128.shuffle<f32>(r, s, 2, 6, 3, 7);
  v128.store(o0, v128.shuffle<f32>(pqLow, rsLow, 0, 1, 4, 5));
  v128.store(o1, v128.shuffle<f32>(pqLow, rsLow, 2, 3, 6, 7));
  v128.store(o2, v128.shuffle<f32>(pqHigh, rsHigh, 0, 1, 4, 5));
  v128.store(o3, v128.shuffle<f32>(pqHigh, rsHigh, 2, 3, 6, 7));
}
