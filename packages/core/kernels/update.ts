// The SGD step of one parameter and what it says about learning: the update:data ratio. A parameter p and its
// gradient g are rows x n; with their zero pads they are one run of pairs of vectors, read once.
//
// Sums and sums of squares are float32 over BLOCK bytes, then doubles: ratios within 1e-6. Where that is
// not enough (numbers too small or too large to square in float32, or all nearly equal) both deviations are
// taken again, in doubles.
//
// Several threads share the work of `descendBlocks`; what they leave is added up block by block as one thread adds it.
import { panelRoom } from "./room";
import { flush4, madd, promoteHigh, sumPair } from "./vector";

/** Bytes of p whose squares are summed in float32 before they go to doubles: 128 pairs. */
export const BLOCK: usize = 4096;
/** Below this mean square, what flush4 drops from the squares would be noticed. */
const LEAST_MEAN_SQUARE: f64 = 1e-30;
/** Above this ratio of mean square to variance, too many digits cancel. */
const MOST_CANCELLATION: f64 = 16;

let sumG: f64 = 0, squareG: f64 = 0, sumP: f64 = 0, squareP: f64 = 0;

/**
 * p -= lr (g + 2 lambda p / size), flushed; then ratio = std(lr g) / std(p), unbiased, as float32 at `ratio`:
 * NaN for a single element. Returns lambda mean(p^2) of the values before the update, the parameter's share
 * of the loss. `room` is 128 bytes that are overwritten.
 */
export function update(
  p: usize, g: usize, ratio: usize, room: usize, rows: i32, n: i32, ld: i32, lr: f64, lambda: f64,
): f64 {
  const penalty = lambda == 0 ? 0 : decay(p, g, rows, n, ld, lambda);
  descend(p, g, (<usize>(rows * ld)) << 2, <f32>-lr, room);
  storeRatio(p, g, ratio, rows, n, ld, lr);
  return penalty;
}

/** The first part of update: g += 2 lambda p / size, flushed; returns lambda mean(p^2). */
export function decay(p: usize, g: usize, rows: i32, n: i32, ld: i32, lambda: f64): f64 {
  const size = <f64>rows * <f64>n;
  return lambda * (addDecay(p, g, (<usize>(rows * ld)) << 2, <f32>(2 * lambda / size)) / size);
}

/** Values of a block; parts of descendBlocks are whole blocks. */
export function updateBlock(): i32 {
  return <i32>(BLOCK >> 2);
}

/** The second: p -= lr g of `count` values; `sums` receives the four sums of each block, in doubles. */
export function descendBlocks(p: usize, g: usize, sums: usize, count: i32, lr: f64): void {
  const room = panelRoom();
  for (const end = p + ((<usize>count) << 2); p < end; p += BLOCK, g += BLOCK, sums += 32) {
    descendBlock(p, g, min(p + BLOCK, end), <f32>-lr, room);
    storeSums(room, sums);
  }
}

/** Leaves the four sums of one block, whose update is at `g` and whose values are new, as descendBlocks does. */
export function sumBlock(p: usize, g: usize, stop: usize, sums: usize): void {
  let sg0 = f32x4.splat(0), sg1 = sg0, qg0 = sg0, qg1 = sg0, sp0 = sg0, sp1 = sg0, qp0 = sg0, qp1 = sg0;
  for (; p < stop; p += 32, g += 32) {
    const g0 = v128.load(g), g1 = v128.load(g, 16), p0 = v128.load(p), p1 = v128.load(p, 16);
    sg0 = f32x4.add(sg0, g0); sg1 = f32x4.add(sg1, g1); qg0 = madd(g0, g0, qg0); qg1 = madd(g1, g1, qg1);
    sp0 = f32x4.add(sp0, p0); sp1 = f32x4.add(sp1, p1); qp0 = madd(p0, p0, qp0); qp1 = madd(p1, p1, qp1);
  }
  const room = panelRoom();
  v128.store(room, sg1, 16); v128.store(room, sg0); v128.store(room, qg1, 48); v128.store(room, qg0, 32);
  v128.store(room, sp1, 80); v128.store(room, sp0, 64); v128.store(room, qp1, 112); v128.store(room, qp0, 96);
  storeSums(room, sums);
}

@inline
function storeSums(room: usize, sums: usize): void {
  store<f64>(sums, sumPair(room)); store<f64>(sums, sumPair(room + 32), 8);
  store<f64>(sums, sumPair(room + 64), 16); store<f64>(sums, sumPair(room + 96), 24);
}

/** The last: the ratio, from the sums of all blocks. */
export function finishUpdate(
  p: usize, g: usize, ratio: usize, sums: usize, rows: i32, n: i32, ld: i32, lr: f64,
): void {
  sumG = 0; squareG = 0; sumP = 0; squareP = 0;
  const bytes = (<usize>(rows * ld)) << 2;
  for (let at: usize = 0; at < bytes; at += BLOCK, sums += 32) {
    sumG += load<f64>(sums); squareG += load<f64>(sums, 8);
    sumP += load<f64>(sums, 16); squareP += load<f64>(sums, 24);
  }
  storeRatio(p, g, ratio, rows, n, ld, lr);
}

/** ratio = std(lr g) / std(p), from the sums that are left. */
function storeRatio(p: usize, g: usize, ratio: usize, rows: i32, n: i32, ld: i32, lr: f64): void {
  const size = <f64>rows * <f64>n;
  let varianceG = varianceOf(sumG, squareG, size);
  if (isRough(varianceG, squareG, size)) varianceG = exactVariance(g, rows, n, ld);
  let varianceP = varianceOf(sumP, squareP, size);
  if (isRough(varianceP, squareP, size)) varianceP = exactVariance(p, rows, n, ld);
  store<f32>(ratio, <f32>(lr * sqrt(varianceG) / sqrt(varianceP)));
}

/** p += rate g; leaves the sums of g and of the new p. */
function descend(p: usize, g: usize, bytes: usize, rate: f32, room: usize): void {
  sumG = 0; squareG = 0; sumP = 0; squareP = 0;
  const end = p + bytes;
  while (p < end) {
    const stop = min(p + BLOCK, end);
    descendBlock(p, g, stop, rate, room);
    sumG += sumPair(room); squareG += sumPair(room + 32); sumP += sumPair(room + 64); squareP += sumPair(room + 96);
    g += stop - p;
    p = stop;
  }
}

/**
 * The same up to `stop`. The four sums, of g, of its squares, of the new p and of its squares, go to `room`, eight lanes
 * each: what is not stored as a pair is not computed as one. Two of each, because each addition is waited for.
 */
function descendBlock(p: usize, g: usize, stop: usize, rate: f32, room: usize): void {
  const rates = f32x4.splat(rate);
  let sg0 = f32x4.splat(0), sg1 = sg0, qg0 = sg0, qg1 = sg0, sp0 = sg0, sp1 = sg0, qp0 = sg0, qp1 = sg0;
  let tg0 = sg0, tg1 = sg0, rg0 = sg0, rg1 = sg0, tp0 = sg0, tp1 = sg0, rp0 = sg0, rp1 = sg0;
  for (; p + 32 < stop; p += 64, g += 64) {
    const g0 = v128.load(g), g1 = v128.load(g, 16), g2 = v128.load(g, 32), g3 = v128.load(g, 48);
    const p0 = flush4(madd(rates, g0, v128.load(p))), p1 = flush4(madd(rates, g1, v128.load(p, 16)));
    const p2 = flush4(madd(rates, g2, v128.load(p, 32))), p3 = flush4(madd(rates, g3, v128.load(p, 48)));
    sg0 = f32x4.add(sg0, g0); sg1 = f32x4.add(sg1, g1); qg0 = madd(g0, g0, qg0); qg1 = madd(g1, g1, qg1);
    sp0 = f32x4.add(sp0, p0); sp1 = f32x4.add(sp1, p1); qp0 = madd(p0, p0, qp0); qp1 = madd(p1, p1, qp1);
    tg0 = f32x4.add(tg0, g2); tg1 = f32x4.add(tg1, g3); rg0 = madd(g2, g2, rg0); rg1 = madd(g3, g3, rg1);
    tp0 = f32x4.add(tp0, p2); tp1 = f32x4.add(tp1, p3); rp0 = madd(p2, p2, rp0); rp1 = madd(p3, p3, rp1);
    v128.store(p, p1, 16); v128.store(p, p0); v128.store(p, p3, 48); v128.store(p, p2, 32);
  }
  if (p < stop) {
    const g0 = v128.load(g), g1 = v128.load(g, 16);
    const p0 = flush4(madd(rates, g0, v128.load(p))), p1 = flush4(madd(rates, g1, v128.load(p, 16)));
    sg0 = f32x4.add(sg0, g0); sg1 = f32x4.add(sg1, g1); qg0 = madd(g0, g0, qg0); qg1 = madd(g1, g1, qg1);
    sp0 = f32x4.add(sp0, p0); sp1 = f32x4.add(sp1, p1); qp0 = madd(p0, p0, qp0); qp1 = madd(p1, p1, qp1);
    v128.store(p, p1, 16); v128.store(p, p0);
  }
  sg0 = f32x4.add(sg0, tg0); sg1 = f32x4.add(sg1, tg1); qg0 = f32x4.add(qg0, rg0); qg1 = f32x4.add(qg1, rg1);
  sp0 = f32x4.add(sp0, tp0); sp1 = f32x4.add(sp1, tp1); qp0 = f32x4.add(qp0, rp0); qp1 = f32x4.add(qp1, rp1);
  v128.store(room, sg1, 16); v128.store(room, sg0); v128.store(room, qg1, 48); v128.store(room, qg0, 32);
  v128.store(room, sp1, 80); v128.store(room, sp0, 64); v128.store(room, qp1, 112); v128.store(room, qp0, 96);
}

/** g += decay p; returns the sum of p^2, in doubles. */
function addDecay(p: usize, g: usize, bytes: usize, decay: f32): f64 {
  const factor = f32x4.splat(decay);
  let s0 = f64x2.splat(0), s1 = s0;
  for (const end = p + bytes; p < end; p += 32, g += 32) {
    const p0 = v128.load(p), p1 = v128.load(p, 16);
    const g0 = flush4(madd(factor, p0, v128.load(g))), g1 = flush4(madd(factor, p1, v128.load(g, 16)));
    v128.store(g, g1, 16); v128.store(g, g0);
    s0 = f64x2.add(s0, squaresOf(p0)); s1 = f64x2.add(s1, squaresOf(p1));
  }
  s0 = f64x2.add(s0, s1);
  return f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
}

/** Squares of four float32 in doubles, added two by two. */
@inline
function squaresOf(x: v128): v128 {
  const low = f64x2.promote_low_f32x4(x), high = promoteHigh(x);
  return f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high));
}

@inline
function varianceOf(sum: f64, squares: f64, size: f64): f64 {
  return max(squares - sum * sum / size, 0) / (size - 1);
}

/** The sum of the squares of `count` values: float32 over BLOCK bytes, then doubles. */
export function squares(x: usize, count: i32): f64 {
  const room = panelRoom();
  let sum: f64 = 0;
  for (const end = x + ((<usize>count) << 2); x < end;) {
    let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
    const stop = min(x + BLOCK, end);
    for (; x + 32 < stop; x += 64) {
      const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
      s0 = madd(a, a, s0); s1 = madd(b, b, s1); t0 = madd(c, c, t0); t1 = madd(d, d, t1);
    }
    if (x < stop) {
      const a = v128.load(x), b = v128.load(x, 16);
      s0 = madd(a, a, s0); s1 = madd(b, b, s1);
      x += 32;
    }
    s0 = f32x4.add(s0, t0); s1 = f32x4.add(s1, t1);
    v128.store(room, s1, 16); v128.store(room, s0);
    sum += sumPair(room);
  }
  return sum;
}

/** Whether a variance from float32 sums may be wrong; true of NaN. */
@inline
function isRough(variance: f64, squares: f64, size: f64): bool {
  const meanSquare = squares / size;
  return !(meanSquare > LEAST_MEAN_SQUARE && meanSquare < MOST_CANCELLATION * variance && squares < Infinity);
}

/** Sums in doubles, as deviations from the first element, so that a constant tensor has exactly no spread. */
function exactVariance(x: usize, rows: i32, n: i32, ld: i32): f64 {
  const origin = <f64>load<f32>(x);
  let sum: f64 = 0, squares: f64 = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j++) {
      const d = <f64>load<f32>(x + ((<usize>(i * ld + j)) << 2)) - origin;
      sum += d;
      squares += d * d;
    }
  }
  return varianceOf(sum, squares, <f64>rows * <f64>n);
}
