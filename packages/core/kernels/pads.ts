// What rows have behind their last column.
import { pairMasks } from "./vector";

/** Makes the pads of a matrix 0. */
export function zeroPads(x: usize, rows: i32, n: i32, ld: i32): void {
  const stride = (<usize>ld) << 2, whole = (<usize>(n & ~7)) << 2;
  if (whole == stride) return;
  const masks = pairMasks(n & 7), zero = f32x4.splat(0);
  for (const end = x + <usize>rows * stride; x < end; x += stride) {
    const first = x + whole;
    const a = v128.and(v128.load(first), v128.load(masks)), b = v128.and(v128.load(first, 16), v128.load(masks, 16));
    v128.store(first, b, 16); v128.store(first, a);
    for (let at = first + 32; at < x + stride; at += 32) {
      v128.store(at, zero, 16); v128.store(at, zero);
    }
  }
}

/**
 * Puts `factor` consecutive rows of n columns side by side: y[i, f n + j] = x[i factor + f, j]. `rows` are those of y;
 * its pads stay.
 */
export function flattenRows(x: usize, y: usize, rows: i32, n: i32, factor: i32, ldX: i32, ldY: i32): void {
  const strideX = (<usize>ldX) << 2, strideY = (<usize>ldY) << 2, width = (<usize>n) << 2;
  for (let i = 0; i < rows; i++, y += strideY) {
    for (let to = y, f = 0; f < factor; f++, to += width, x += strideX) copyFloats(x, to, width);
  }
}

/** The reverse, of gradients. */
export function unflattenRows(y: usize, x: usize, rows: i32, n: i32, factor: i32, ldX: i32, ldY: i32): void {
  const strideX = (<usize>ldX) << 2, strideY = (<usize>ldY) << 2, width = (<usize>n) << 2;
  for (let i = 0; i < rows; i++, y += strideY) {
    for (let from = y, f = 0; f < factor; f++, from += width, x += strideX) copyFloats(from, x, width);
  }
}

@inline
function copyFloats(from: usize, to: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const a = v128.load(from + at), b = v128.load(from + at, 16);
    v128.store(to + at, b, 16); v128.store(to + at, a);
  }
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
}
