// What a core can do at most: loops of nothing but multiply and add, by vectors of four float32 and by pairs of
// them, which V8 makes into vectors of eight; each once as two instructions and once as the fused one.
//
// s = s x + y on twelve independent accumulators, which hide the latency of both instructions. Every product needs
// the sum before it, so none can be left out or moved out of the loop. With |x| < 1 the sums converge to
// y / (1 - x): no overflow, no subnormals.
//
// x and y are the first two float32 at `at`, a multiple of 64; the accumulators follow 64 bytes after it. V8 pairs
// only what ends in two stores side by side, and only where they are not at a constant address. The upper half is
// stored first; otherwise V8 adds a store of four for each pair. Vectors that are to stay alone lie 32 bytes apart.

/**
 * Twelve vectors of four, two instructions each: 96 flops a turn.
 */
export function multiplyAdd(turns: i32, at: usize): void {
  const factor = v128.load_splat<f32>(at), summand = v128.load_splat<f32>(at, 4);
  at += 64;
  let s0 = v128.load(at);
  let s1 = v128.load(at, 32);
  let s2 = v128.load(at, 64);
  let s3 = v128.load(at, 96);
  let s4 = v128.load(at, 128);
  let s5 = v128.load(at, 160);
  let s6 = v128.load(at, 192);
  let s7 = v128.load(at, 224);
  let s8 = v128.load(at, 256);
  let s9 = v128.load(at, 288);
  let s10 = v128.load(at, 320);
  let s11 = v128.load(at, 352);
  for (let i = 0; i < turns; i++) {
    s0 = f32x4.add(f32x4.mul(s0, factor), summand);
    s1 = f32x4.add(f32x4.mul(s1, factor), summand);
    s2 = f32x4.add(f32x4.mul(s2, factor), summand);
    s3 = f32x4.add(f32x4.mul(s3, factor), summand);
    s4 = f32x4.add(f32x4.mul(s4, factor), summand);
    s5 = f32x4.add(f32x4.mul(s5, factor), summand);
    s6 = f32x4.add(f32x4.mul(s6, factor), summand);
    s7 = f32x4.add(f32x4.mul(s7, factor), summand);
    s8 = f32x4.add(f32x4.mul(s8, factor), summand);
    s9 = f32x4.add(f32x4.mul(s9, factor), summand);
    s10 = f32x4.add(f32x4.mul(s10, factor), summand);
    s11 = f32x4.add(f32x4.mul(s11, factor), summand);
  }
  v128.store(at, s0);
  v128.store(at, s1, 32);
  v128.store(at, s2, 64);
  v128.store(at, s3, 96);
  v128.store(at, s4, 128);
  v128.store(at, s5, 160);
  v128.store(at, s6, 192);
  v128.store(at, s7, 224);
  v128.store(at, s8, 256);
  v128.store(at, s9, 288);
  v128.store(at, s10, 320);
  v128.store(at, s11, 352);
}

/**
 * Twelve vectors of four, one instruction each: 96 flops a turn.
 */
export function multiplyAddFused(turns: i32, at: usize): void {
  const factor = v128.load_splat<f32>(at), summand = v128.load_splat<f32>(at, 4);
  at += 64;
  let s0 = v128.load(at);
  let s1 = v128.load(at, 32);
  let s2 = v128.load(at, 64);
  let s3 = v128.load(at, 96);
  let s4 = v128.load(at, 128);
  let s5 = v128.load(at, 160);
  let s6 = v128.load(at, 192);
  let s7 = v128.load(at, 224);
  let s8 = v128.load(at, 256);
  let s9 = v128.load(at, 288);
  let s10 = v128.load(at, 320);
  let s11 = v128.load(at, 352);
  for (let i = 0; i < turns; i++) {
    s0 = f32x4.relaxed_madd(s0, factor, summand);
    s1 = f32x4.relaxed_madd(s1, factor, summand);
    s2 = f32x4.relaxed_madd(s2, factor, summand);
    s3 = f32x4.relaxed_madd(s3, factor, summand);
    s4 = f32x4.relaxed_madd(s4, factor, summand);
    s5 = f32x4.relaxed_madd(s5, factor, summand);
    s6 = f32x4.relaxed_madd(s6, factor, summand);
    s7 = f32x4.relaxed_madd(s7, factor, summand);
    s8 = f32x4.relaxed_madd(s8, factor, summand);
    s9 = f32x4.relaxed_madd(s9, factor, summand);
    s10 = f32x4.relaxed_madd(s10, factor, summand);
    s11 = f32x4.relaxed_madd(s11, factor, summand);
  }
  v128.store(at, s0);
  v128.store(at, s1, 32);
  v128.store(at, s2, 64);
  v128.store(at, s3, 96);
  v128.store(at, s4, 128);
  v128.store(at, s5, 160);
  v128.store(at, s6, 192);
  v128.store(at, s7, 224);
  v128.store(at, s8, 256);
  v128.store(at, s9, 288);
  v128.store(at, s10, 320);
  v128.store(at, s11, 352);
}

/**
 * Twelve pairs, two instructions each: 192 flops a turn.
 */
export function multiplyAddPairs(turns: i32, at: usize): void {
  const factor = v128.load_splat<f32>(at), summand = v128.load_splat<f32>(at, 4);
  at += 64;
  let s0 = v128.load(at), t0 = v128.load(at, 16);
  let s1 = v128.load(at, 32), t1 = v128.load(at, 48);
  let s2 = v128.load(at, 64), t2 = v128.load(at, 80);
  let s3 = v128.load(at, 96), t3 = v128.load(at, 112);
  let s4 = v128.load(at, 128), t4 = v128.load(at, 144);
  let s5 = v128.load(at, 160), t5 = v128.load(at, 176);
  let s6 = v128.load(at, 192), t6 = v128.load(at, 208);
  let s7 = v128.load(at, 224), t7 = v128.load(at, 240);
  let s8 = v128.load(at, 256), t8 = v128.load(at, 272);
  let s9 = v128.load(at, 288), t9 = v128.load(at, 304);
  let s10 = v128.load(at, 320), t10 = v128.load(at, 336);
  let s11 = v128.load(at, 352), t11 = v128.load(at, 368);
  for (let i = 0; i < turns; i++) {
    s0 = f32x4.add(f32x4.mul(s0, factor), summand); t0 = f32x4.add(f32x4.mul(t0, factor), summand);
    s1 = f32x4.add(f32x4.mul(s1, factor), summand); t1 = f32x4.add(f32x4.mul(t1, factor), summand);
    s2 = f32x4.add(f32x4.mul(s2, factor), summand); t2 = f32x4.add(f32x4.mul(t2, factor), summand);
    s3 = f32x4.add(f32x4.mul(s3, factor), summand); t3 = f32x4.add(f32x4.mul(t3, factor), summand);
    s4 = f32x4.add(f32x4.mul(s4, factor), summand); t4 = f32x4.add(f32x4.mul(t4, factor), summand);
    s5 = f32x4.add(f32x4.mul(s5, factor), summand); t5 = f32x4.add(f32x4.mul(t5, factor), summand);
    s6 = f32x4.add(f32x4.mul(s6, factor), summand); t6 = f32x4.add(f32x4.mul(t6, factor), summand);
    s7 = f32x4.add(f32x4.mul(s7, factor), summand); t7 = f32x4.add(f32x4.mul(t7, factor), summand);
    s8 = f32x4.add(f32x4.mul(s8, factor), summand); t8 = f32x4.add(f32x4.mul(t8, factor), summand);
    s9 = f32x4.add(f32x4.mul(s9, factor), summand); t9 = f32x4.add(f32x4.mul(t9, factor), summand);
    s10 = f32x4.add(f32x4.mul(s10, factor), summand); t10 = f32x4.add(f32x4.mul(t10, factor), summand);
    s11 = f32x4.add(f32x4.mul(s11, factor), summand); t11 = f32x4.add(f32x4.mul(t11, factor), summand);
  }
  v128.store(at, t0, 16); v128.store(at, s0);
  v128.store(at, t1, 48); v128.store(at, s1, 32);
  v128.store(at, t2, 80); v128.store(at, s2, 64);
  v128.store(at, t3, 112); v128.store(at, s3, 96);
  v128.store(at, t4, 144); v128.store(at, s4, 128);
  v128.store(at, t5, 176); v128.store(at, s5, 160);
  v128.store(at, t6, 208); v128.store(at, s6, 192);
  v128.store(at, t7, 240); v128.store(at, s7, 224);
  v128.store(at, t8, 272); v128.store(at, s8, 256);
  v128.store(at, t9, 304); v128.store(at, s9, 288);
  v128.store(at, t10, 336); v128.store(at, s10, 320);
  v128.store(at, t11, 368); v128.store(at, s11, 352);
}

/**
 * Twelve pairs, one instruction each: 192 flops a turn.
 */
export function multiplyAddPairsFused(turns: i32, at: usize): void {
  const factor = v128.load_splat<f32>(at), summand = v128.load_splat<f32>(at, 4);
  at += 64;
  let s0 = v128.load(at), t0 = v128.load(at, 16);
  let s1 = v128.load(at, 32), t1 = v128.load(at, 48);
  let s2 = v128.load(at, 64), t2 = v128.load(at, 80);
  let s3 = v128.load(at, 96), t3 = v128.load(at, 112);
  let s4 = v128.load(at, 128), t4 = v128.load(at, 144);
  let s5 = v128.load(at, 160), t5 = v128.load(at, 176);
  let s6 = v128.load(at, 192), t6 = v128.load(at, 208);
  let s7 = v128.load(at, 224), t7 = v128.load(at, 240);
  let s8 = v128.load(at, 256), t8 = v128.load(at, 272);
  let s9 = v128.load(at, 288), t9 = v128.load(at, 304);
  let s10 = v128.load(at, 320), t10 = v128.load(at, 336);
  let s11 = v128.load(at, 352), t11 = v128.load(at, 368);
  for (let i = 0; i < turns; i++) {
    s0 = f32x4.relaxed_madd(s0, factor, summand); t0 = f32x4.relaxed_madd(t0, factor, summand);
    s1 = f32x4.relaxed_madd(s1, factor, summand); t1 = f32x4.relaxed_madd(t1, factor, summand);
    s2 = f32x4.relaxed_madd(s2, factor, summand); t2 = f32x4.relaxed_madd(t2, factor, summand);
    s3 = f32x4.relaxed_madd(s3, factor, summand); t3 = f32x4.relaxed_madd(t3, factor, summand);
    s4 = f32x4.relaxed_madd(s4, factor, summand); t4 = f32x4.relaxed_madd(t4, factor, summand);
    s5 = f32x4.relaxed_madd(s5, factor, summand); t5 = f32x4.relaxed_madd(t5, factor, summand);
    s6 = f32x4.relaxed_madd(s6, factor, summand); t6 = f32x4.relaxed_madd(t6, factor, summand);
    s7 = f32x4.relaxed_madd(s7, factor, summand); t7 = f32x4.relaxed_madd(t7, factor, summand);
    s8 = f32x4.relaxed_madd(s8, factor, summand); t8 = f32x4.relaxed_madd(t8, factor, summand);
    s9 = f32x4.relaxed_madd(s9, factor, summand); t9 = f32x4.relaxed_madd(t9, factor, summand);
    s10 = f32x4.relaxed_madd(s10, factor, summand); t10 = f32x4.relaxed_madd(t10, factor, summand);
    s11 = f32x4.relaxed_madd(s11, factor, summand); t11 = f32x4.relaxed_madd(t11, factor, summand);
  }
  v128.store(at, t0, 16); v128.store(at, s0);
  v128.store(at, t1, 48); v128.store(at, s1, 32);
  v128.store(at, t2, 80); v128.store(at, s2, 64);
  v128.store(at, t3, 112); v128.store(at, s3, 96);
  v128.store(at, t4, 144); v128.store(at, s4, 128);
  v128.store(at, t5, 176); v128.store(at, s5, 160);
  v128.store(at, t6, 208); v128.store(at, s6, 192);
  v128.store(at, t7, 240); v128.store(at, s7, 224);
  v128.store(at, t8, 272); v128.store(at, s8, 256);
  v128.store(at, t9, 304); v128.store(at, s9, 288);
  v128.store(at, t10, 336); v128.store(at, s10, 320);
  v128.store(at, t11, 368); v128.store(at, s11, 352);
}
