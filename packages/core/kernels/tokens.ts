// The first layer on distinct tokens. A batch has few different tokens at a position of its contexts (27 letters, some 15
// of them in 32 examples), so x W of the gathered embeddings repeats itself. Here each position t has its own product,
// of the rows of the table that its tokens need and of W's rows for that position, and an example adds up T rows of
// products. Its gradient goes the same way back: rows of dy that had the same token are added first, and the products
// are of these sums.
//
// Letters: B examples of T tokens, E values an embedding, N units, D distinct tokens of all positions, those of one
// position side by side, in the order in which the examples have them. Which rows a product has does not change their
// bits, so tiles of an evaluation may group their tokens as they like.
import { gemm, gemmTransposedA } from "./gemm";
import { panelRoom } from "./room";
import { flush4, madd } from "./vector";

/** Addresses of what the functions below leave for each other; the host writes them once, in this order. */
@unmanaged
class Groups {
  /** Rows of the table for the distinct tokens; `[D, E]`. */
  input: usize;
  /** Gradient of `input`; `[D, E]`. */
  gradient: usize;
  /** Products on the way forward, sums of gradients on the way back; `[D, N]`. */
  products: usize;
  /** An int32 for each token of the vocabulary; need not be cleared. */
  slots: usize;
  /** The distinct tokens; int32, `[D]`. */
  distinct: usize;
  /** Where each position's tokens begin in `distinct`, and D; int32, `[T + 1]`. */
  first: usize;
  /** Where each token's examples begin in `members`, and their number; int32, `[D + 1]`. */
  starts: usize;
  /** The examples of each token in ascending order, as byte offsets of their rows; int32, `[B T]`. */
  members: usize;
  /** The product of each token, as the byte offset of its row; int32, `[B, T]`. */
  places: usize;
}

/** Finds the distinct tokens of each position; `ld` is that of products and of examples' rows, of N values both. */
export function groupTokens(tokens: usize, groups: usize, B: i32, T: i32, ld: i32): void {
  const room = changetype<Groups>(groups);
  const slots = room.slots, distinct = room.distinct, first = room.first;
  const starts = room.starts, members = room.members, places = room.places;
  const all = (<usize>(B * T)) << 2, row = (<usize>T) << 2;
  let count = 0;
  for (let t: usize = 0; t < row; t += 4) {
    const begin = count;
    store<i32>(first + t, begin);
    for (let at = t; at < all; at += row) {
      const token = load<i32>(tokens + at);
      const slot = slots + ((<usize>token) << 2);
      let place = load<i32>(slot);
      // A slot may be of another batch: it counts if its place is of this position and has this token.
      if (place < begin || place >= count || load<i32>(distinct + ((<usize>place) << 2)) != token) {
        place = count++;
        store<i32>(slot, place);
        store<i32>(distinct + ((<usize>place) << 2), token);
        store<i32>(starts + ((<usize>place) << 2), 0);
      }
      const size = starts + ((<usize>place) << 2);
      store<i32>(size, load<i32>(size) + 1);
      store<i32>(places + at, place);
    }
  }
  store<i32>(first + row, count);
  // From sizes to ends, then each member moves its token's end forward to what is the start at last.
  const last = starts + ((<usize>count) << 2);
  let sum = 0;
  for (let at = starts; at < last; at += 4) {
    sum += load<i32>(at);
    store<i32>(at, sum);
  }
  store<i32>(last, sum);
  const stride = ld << 2;
  for (let b = B - 1; b >= 0; b--) {
    const end = (<usize>(b + 1)) * row;
    for (let at = end - row; at < end; at += 4) {
      const place = load<i32>(places + at);
      const start = starts + ((<usize>place) << 2);
      const i = load<i32>(start) - 1;
      store<i32>(start, i);
      store<i32>(members + ((<usize>i) << 2), b * stride);
      store<i32>(places + at, place * stride);
    }
  }
}

/**
 * y = x W + bias, flushed, of contexts whose tokens are grouped.
 *
 * @param table - the embedding; its rows are `ldE` apart
 * @param bias - a row of N, or 0 for none
 * @param ld - of weight and y
 */
export function forwardTokens(
  table: usize, weight: usize, bias: usize, groups: usize, y: usize,
  B: i32, T: i32, E: i32, N: i32, ldE: i32, ld: i32,
): void {
  const room = changetype<Groups>(groups);
  const input = room.input, products = room.products, first = room.first;
  const stride = (<usize>ld) << 2, strideE = (<usize>ldE) << 2;
  copyRows(table, room.distinct, input, load<i32>(first + ((<usize>T) << 2)), strideE);
  let w = weight, start = bias;
  for (let t = 0; t < T; t++, w += <usize>E * stride, start = 0) {
    const begin = load<i32>(first + ((<usize>t) << 2)), end = load<i32>(first + ((<usize>t) << 2), 4);
    const x = input + <usize>begin * strideE;
    gemm(x, w, start, products + <usize>begin * stride, end - begin, E, N, ldE, ld, ld);
  }
  addProducts(products, room.places, y, B, T, N, stride);
}

/** Gradients of forwardTokens, after it: of the weight, and of the table, which is [V, E]. */
export function backwardTokens(
  dy: usize, weight: usize, dweight: usize, dtable: usize, groups: usize,
  T: i32, E: i32, N: i32, V: i32, ldE: i32, ld: i32,
): void {
  const room = changetype<Groups>(groups);
  const sums = room.products, first = room.first;
  const stride = (<usize>ld) << 2, strideE = (<usize>ldE) << 2;
  const count = load<i32>(first + ((<usize>T) << 2));
  sumMembers(dy, room.starts, room.members, sums, count, N, stride);
  let from: usize = 0;
  for (let t = 0; t < T; t++, from += <usize>E * stride) {
    const begin = load<i32>(first + ((<usize>t) << 2)), size = load<i32>(first + ((<usize>t) << 2), 4) - begin;
    const dyt = sums + <usize>begin * stride, at = <usize>begin * strideE;
    gemmTransposedA(room.input + at, dyt, dweight + from, E, size, N, ldE, ld, ld);
    dots(dyt, weight + from, room.gradient + at, size, N, E, stride, strideE);
  }
  memory.fill(dtable, 0, <usize>V * strideE);
  addRows(room.gradient, room.distinct, dtable, count, strideE);
}

/** Rows of B in a tile of `dots`: with two rows of A, ten sums stay in registers. */
const TILE: i32 = 5;

/**
 * C = A B', flushed: A is m x k, B is n x k, both `stride` bytes from row to row. Where both m and n are as small as here,
 * sums across lanes are cheaper than a transposed B. The last tile overlaps the one before, or repeats its last row.
 */
function dots(
  a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, stride: usize, strideC: usize,
): void {
  const width = (<usize>((k + 7) >> 3)) << 5, room = panelRoom();
  for (let i = 0; i < m; i += 2) {
    const i0 = <usize>max(min(i, m - 2), 0), i1 = <usize>min(i0 + 1, m - 1);
    for (let j = 0; j < n; j += TILE) {
      const j0 = max(min(j, n - TILE), 0);
      dotTile(
        a + i0 * stride, a + i1 * stride, b + <usize>j0 * stride, b + <usize>min(j0 + 1, n - 1) * stride,
        b + <usize>min(j0 + 2, n - 1) * stride, b + <usize>min(j0 + 3, n - 1) * stride,
        b + <usize>min(j0 + 4, n - 1) * stride, width, room);
      let sum = room;
      for (let q = 0; q < TILE; q++, sum += 64) {
        const at = c + ((<usize>min(j0 + q, n - 1)) << 2);
        store<f32>(at + i0 * strideC, sumOf(sum));
        store<f32>(at + i1 * strideC, sumOf(sum + 32));
      }
    }
  }
}

/** The lanes' sums of two rows times five, as ten pairs in `room`: the first row's and the second's in turn. */
function dotTile(
  a0: usize, a1: usize, b0: usize, b1: usize, b2: usize, b3: usize, b4: usize, width: usize, room: usize,
): void {
  let s0 = f32x4.splat(0), t0 = s0, u0 = s0, v0 = s0, s1 = s0, t1 = s0, u1 = s0, v1 = s0;
  let s2 = s0, t2 = s0, u2 = s0, v2 = s0, s3 = s0, t3 = s0, u3 = s0, v3 = s0, s4 = s0, t4 = s0, u4 = s0, v4 = s0;
  for (const end = a0 + width; a0 < end;) {
    const x = v128.load(a0), y = v128.load(a0, 16), z = v128.load(a1), w = v128.load(a1, 16);
    { const p = v128.load(b0), q = v128.load(b0, 16); s0 = madd(x, p, s0); t0 = madd(y, q, t0); u0 = madd(z, p, u0); v0 = madd(w, q, v0); }
    { const p = v128.load(b1), q = v128.load(b1, 16); s1 = madd(x, p, s1); t1 = madd(y, q, t1); u1 = madd(z, p, u1); v1 = madd(w, q, v1); }
    { const p = v128.load(b2), q = v128.load(b2, 16); s2 = madd(x, p, s2); t2 = madd(y, q, t2); u2 = madd(z, p, u2); v2 = madd(w, q, v2); }
    { const p = v128.load(b3), q = v128.load(b3, 16); s3 = madd(x, p, s3); t3 = madd(y, q, t3); u3 = madd(z, p, u3); v3 = madd(w, q, v3); }
    { const p = v128.load(b4), q = v128.load(b4, 16); s4 = madd(x, p, s4); t4 = madd(y, q, t4); u4 = madd(z, p, u4); v4 = madd(w, q, v4); }
    a0 += 32; a1 += 32; b0 += 32; b1 += 32; b2 += 32; b3 += 32; b4 += 32;
  }
  v128.store(room, t0, 16); v128.store(room, s0); v128.store(room, v0, 48); v128.store(room, u0, 32);
  v128.store(room, t1, 80); v128.store(room, s1, 64); v128.store(room, v1, 112); v128.store(room, u1, 96);
  v128.store(room, t2, 144); v128.store(room, s2, 128); v128.store(room, v2, 176); v128.store(room, u2, 160);
  v128.store(room, t3, 208); v128.store(room, s3, 192); v128.store(room, v3, 240); v128.store(room, u3, 224);
  v128.store(room, t4, 272); v128.store(room, s4, 256); v128.store(room, v4, 304); v128.store(room, u4, 288);
}

/** The sum of a pair's lanes, flushed. */
@inline
function sumOf(pair: usize): f32 {
  let s = f32x4.add(v128.load(pair), v128.load(pair, 16));
  s = f32x4.add(s, v128.shuffle<f32>(s, s, 2, 3, 0, 1));
  s = f32x4.add(s, v128.shuffle<f32>(s, s, 1, 0, 3, 2));
  return f32x4.extract_lane(flush4(s), 0);
}

/** out[d] = table[distinct[d]]: whole rows, their pads included. */
function copyRows(table: usize, distinct: usize, out: usize, count: i32, stride: usize): void {
  for (let d = 0; d < count; d++, distinct += 4) {
    let from = table + <usize>load<i32>(distinct) * stride;
    for (const end = out + stride; out < end; from += 32, out += 32) {
      const a = v128.load(from), b = v128.load(from, 16);
      v128.store(out, b, 16); v128.store(out, a);
    }
  }
}

/** table[distinct[d]] += rows[d], one after another. */
function addRows(rows: usize, distinct: usize, table: usize, count: i32, stride: usize): void {
  for (let d = 0; d < count; d++, distinct += 4) {
    let to = table + <usize>load<i32>(distinct) * stride;
    for (const end = rows + stride; rows < end; rows += 32, to += 32) {
      const a = f32x4.add(v128.load(to), v128.load(rows)), b = f32x4.add(v128.load(to, 16), v128.load(rows, 16));
      v128.store(to, b, 16); v128.store(to, a);
    }
  }
}

/** y[b] = the sum of the products of its T tokens, flushed. */
function addProducts(products: usize, places: usize, y: usize, B: i32, T: i32, n: i32, stride: usize): void {
  const row = (<usize>T) << 2;
  for (let b = 0; b < B; b++, places += row, y += stride) addAt(products, places, places + row, y, n);
}

/** sums[d] = the sum of dy's rows of the examples that have token d, flushed. */
function sumMembers(
  dy: usize, starts: usize, members: usize, sums: usize, count: i32, n: i32, stride: usize,
): void {
  for (let d = 0; d < count; d++, starts += 4, sums += stride) {
    const begin = members + ((<usize>load<i32>(starts)) << 2), end = members + ((<usize>load<i32>(starts, 4)) << 2);
    addAt(dy, begin, end, sums, n);
  }
}

/**
 * out = the sum of the rows of n values at the byte offsets that lie from `begin` to `end`, at least one, flushed. Four
 * pairs at a time: the sums stay in registers.
 */
@inline
function addAt(rows: usize, begin: usize, end: usize, out: usize, n: i32): void {
  let left = n;
  for (; left > 24; left -= 32, rows += 128, out += 128) {
    let from = rows + load<u32>(begin);
    let a0 = v128.load(from), a1 = v128.load(from, 16), b0 = v128.load(from, 32), b1 = v128.load(from, 48);
    let c0 = v128.load(from, 64), c1 = v128.load(from, 80), d0 = v128.load(from, 96), d1 = v128.load(from, 112);
    for (let at = begin + 4; at < end; at += 4) {
      from = rows + load<u32>(at);
      a0 = f32x4.add(a0, v128.load(from)); a1 = f32x4.add(a1, v128.load(from, 16));
      b0 = f32x4.add(b0, v128.load(from, 32)); b1 = f32x4.add(b1, v128.load(from, 48));
      c0 = f32x4.add(c0, v128.load(from, 64)); c1 = f32x4.add(c1, v128.load(from, 80));
      d0 = f32x4.add(d0, v128.load(from, 96)); d1 = f32x4.add(d1, v128.load(from, 112));
    }
    a0 = flush4(a0); a1 = flush4(a1); b0 = flush4(b0); b1 = flush4(b1);
    c0 = flush4(c0); c1 = flush4(c1); d0 = flush4(d0); d1 = flush4(d1);
    v128.store(out, a1, 16); v128.store(out, a0); v128.store(out, b1, 48); v128.store(out, b0, 32);
    v128.store(out, c1, 80); v128.store(out, c0, 64); v128.store(out, d1, 112); v128.store(out, d0, 96);
  }
  for (; left > 0; left -= 8, rows += 32, out += 32) {
    let from = rows + load<u32>(begin);
    let a0 = v128.load(from), a1 = v128.load(from, 16);
    for (let at = begin + 4; at < end; at += 4) {
      from = rows + load<u32>(at);
      a0 = f32x4.add(a0, v128.load(from)); a1 = f32x4.add(a1, v128.load(from, 16));
    }
    a0 = flush4(a0); a1 = flush4(a1);
    v128.store(out, a1, 16); v128.store(out, a0);
  }
}
