/** What one core can do at most: loops of nothing but multiply and add (`kernels/index.ts`). */
import { readFileSync } from "node:fs";
import { pairing, takesFlags } from "../../packages/core/src/engines/simd/v8-flags.ts";

type Loop = "multiplyAdd" | "multiplyAddFused" | "multiplyAddPairs" | "multiplyAddPairsFused";

/** GFLOP/s of each loop. */
export type Ceilings = Readonly<Record<Loop, number>>;

const FLOPS_PER_TURN: Ceilings = {
  multiplyAdd: 96,
  multiplyAddFused: 96,
  multiplyAddPairs: 192,
  multiplyAddPairsFused: 192,
};
/** A fifth of a millisecond or less, so that most calls are not interrupted. */
const TURNS = 10_000;
const REPEATS = 400;
/** Beyond the accumulators of all loops. */
const AT = 1024;
/** s = s / 2 + 1 */
const FACTORS = [0.5, 1];

/** Instantiates the loops, compiled in pairs where this V8 does that; each takes the number of turns. */
export function openLoops(): (loop: Loop, turns: number) => void {
  return process.arch === "x64" && takesFlags() ? pairing(instantiateLoops) : instantiateLoops();
}

function instantiateLoops(): ReturnType<typeof openLoops> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const file = new URL("../dist/kernels.wasm", import.meta.url);
  const module = new WebAssembly.Module(readFileSync(file));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const loops = exports as Readonly<Record<Loop, (turns: number, at: number) => void>>;
  new Float32Array(memory.buffer, AT).set(FACTORS);
  for (const loop of Object.values(loops)) loop(1, AT); // what is not called now is not compiled now
  return (loop, turns) => loops[loop](turns, AT);
}

export function measureCeilings(): Ceilings {
  const run = openLoops();
  const gflops = (loop: Loop): number => {
    const times = Array.from({ length: REPEATS }, () => {
      const start = performance.now();
      run(loop, TURNS);
      return performance.now() - start;
    });
    return (TURNS * FLOPS_PER_TURN[loop]) / bestDecile(times) / 1e6;
  };
  return {
    multiplyAdd: gflops("multiplyAdd"),
    multiplyAddFused: gflops("multiplyAddFused"),
    multiplyAddPairs: gflops("multiplyAddPairs"),
    multiplyAddPairsFused: gflops("multiplyAddPairsFused"),
  };
}

/** Returns what the fastest tenth of some measurements took at most. */
export function bestDecile(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 10)] ?? Number.NaN;
}
