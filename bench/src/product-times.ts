/** The products of a net's layers alone, each at the shape that its layer has: what the kernels reach on their own. */
import { linearModules, planNetwork, type RunSpec } from "@ablate/core";
import { instantiateKernels, type Kernels } from "../../packages/core/src/engines/simd/kernels.ts";
import { leadingDimension } from "../../packages/core/src/engines/simd/layout.ts";
import { bestDecile } from "./roofline.ts";

export type ProductTime = {
  /** `A B`, `A' B` or `A B'` with its sizes: rows, length of the sums, columns. */
  readonly product: string;
  /** How many layers have it. */
  readonly layers: number;
  readonly microseconds: number;
  readonly gflops: number;
};

type Shape = { readonly rows: number; readonly fanIn: number; readonly fanOut: number };

const ROUNDS = 200;
/** Microseconds of the calls that are timed together: few enough that most rounds are not interrupted. */
const ROUND = 100;
/** For operands of up to 4 MB. */
const OPERAND = 1 << 22;
const PAGE = 65_536;

/** Returns the time of every product of a net's layers, equal ones once. */
export function productTimes(spec: RunSpec, vocabularySize: number): ProductTime[] {
  const memory = new WebAssembly.Memory({ initial: (4 * OPERAND) / PAGE });
  const kernels = instantiateKernels(memory);
  const floats = new Float32Array(memory.buffer);
  for (let i = OPERAND / 4; i < floats.length; i++) floats[i] = ((i * 7919) % 1000) / 4000 - 0.125;
  const times = new Map<string, ProductTime>();
  for (const one of linearModules(planNetwork(spec.model, vocabularySize))) {
    const { fanIn, width: fanOut } = one;
    const shape = { rows: spec.train.batchSize * one.positions, fanIn, fanOut };
    for (const [product, call] of Object.entries(callsOf(kernels, shape))) {
      const known = times.get(product);
      if (known === undefined) times.set(product, timed(product, shape, call));
      else times.set(product, { ...known, layers: known.layers + 1 });
    }
  }
  return [...times.values()];
}

/** Returns the three products of a layer, as the engine calls them. */
function callsOf(kernels: Kernels, { rows: B, fanIn: K, fanOut: N }: Shape) {
  const [a, b, c] = [OPERAND, 2 * OPERAND, 3 * OPERAND];
  const [k, n] = [leadingDimension(K), leadingDimension(N)];
  return {
    [`A B ${B}x${K}x${N}`]: () => kernels.gemm(a, b, 0, c, B, K, N, k, n, n),
    [`A' B ${K}x${B}x${N}`]: () => kernels.gemmTransposedA(a, b, c, K, B, N, k, n, n),
    [`A B' ${B}x${N}x${K}`]: () => kernels.gemmTransposedB(a, b, c, B, N, K, n, n, k),
  };
}

function timed(product: string, { rows, fanIn, fanOut }: Shape, call: () => void): ProductTime {
  const flops = 2 * rows * fanIn * fanOut;
  const calls = Math.max(1, Math.round(ROUND / (flops / 50_000)));
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (1000 * (performance.now() - start)) / calls;
  });
  const microseconds = bestDecile(times);
  return { product, layers: 1, microseconds, gflops: flops / microseconds / 1000 };
}
