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

// How a step is made is a type, so that the compiler makes a loop of each kind without a branch in it.
type Separate = i16;
type Fused = i32;

/** s x + y: two instructions, or one. */
@inline
function step<Kind>(s: v128, x: v128, y: v128): v128 {
  if (sizeof<Kind>() == sizeof<Fused>()) return f32x4.relaxed_madd(s, x, y);
  return f32x4.add(f32x4.mul(s, x), y);
}

/** Twelve vectors of four: 96 flops a turn. */
export function multiplyAdd(turns: i32, at: usize): void { vectors<Separate>(turns, at); }
export function multiplyAddFused(turns: i32, at: usize): void { vectors<Fused>(turns, at); }

/** Twelve pairs: 192 flops a turn. */
export function multiplyAddPairs(turns: i32, at: usize): void { pairs<Separate>(turns, at); }
export function multiplyAddPairsFused(turns: i32, at: usize): void { pairs<Fused>(turns, at); }

@inline
function vectors<Kind>(turns: i32, at: usize): void {
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
    s0 = step<Kind>(s0, factor, summand);
    s1 = step<Kind>(s1, factor, summand);
    s2 = step<Kind>(s2, factor, summand);
    s3 = step<Kind>(s3, factor, summand);
    s4 = step<Kind>(s4, factor, summand);
    s5 = step<Kind>(s5, factor, summand);
    s6 = step<Kind>(s6, factor, summand);
    s7 = step<Kind>(s7, factor, summand);
    s8 = step<Kind>(s8, factor, summand);
    s9 = step<Kind>(s9, factor, summand);
    s10 = step<Kind>(s10, factor, summand);
    s11 = step<Kind>(s11, factor, summand);
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

@inline
function pairs<Kind>(turns: i32, at: usize): void {
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
    s0 = step<Kind>(s0, factor, summand); t0 = step<Kind>(t0, factor, summand);
    s1 = step<Kind>(s1, factor, summand); t1 = step<Kind>(t1, factor, summand);
    s2 = step<Kind>(s2, factor, summand); t2 = step<Kind>(t2, factor, summand);
    s3 = step<Kind>(s3, factor, summand); t3 = step<Kind>(t3, factor, summand);
    s4 = step<Kind>(s4, factor, summand); t4 = step<Kind>(t4, factor, summand);
    s5 = step<Kind>(s5, factor, summand); t5 = step<Kind>(t5, factor, summand);
    s6 = step<Kind>(s6, factor, summand); t6 = step<Kind>(t6, factor, summand);
    s7 = step<Kind>(s7, factor, summand); t7 = step<Kind>(t7, factor, summand);
    s8 = step<Kind>(s8, factor, summand); t8 = step<Kind>(t8, factor, summand);
    s9 = step<Kind>(s9, factor, summand); t9 = step<Kind>(t9, factor, summand);
    s10 = step<Kind>(s10, factor, summand); t10 = step<Kind>(t10, factor, summand);
    s11 = step<Kind>(s11, factor, summand); t11 = step<Kind>(t11, factor, summand);
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
