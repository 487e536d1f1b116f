/** `kernel-times.ts WORKLOAD`: microseconds of each kind of kernel in one step, and the ceiling. */
import { readFileSync } from "node:fs";
import { instantiateKernels, type Kernels } from "../../packages/core/src/engines/simd/kernels.ts";
import { leadingDimension } from "../../packages/core/src/engines/simd/layout.ts";
import { isWorkload, loadWorkload, matrixFlops, type Product, productsOf } from "./workloads.ts";

const REPEATS = 7;
const CALLS = 1500;
const MEMORY_PAGES = 128;
/** Of the bare loop: twelve vectors of four, multiplied and added. */
const FLOPS_A_TURN = 96;

const [name = ""] = process.argv.slice(2);
if (!isWorkload(name)) throw new RangeError(`no workload ${name}`);
const { spec, dataset } = loadWorkload(name, 1);
const products = productsOf(spec, dataset);
const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES });
const kernels = instantiateKernels(memory);
const floats = new Float32Array(memory.buffer, 0, 1 << 20);
const first = kernels.heapBase();
for (let i = first / 4; i < floats.length; i++) floats[i] = Math.sin(i) / 8;
const [A, B, C] = [first, first + (1 << 20), first + (2 << 20)];

const forms: Readonly<Record<string, (product: Product) => void>> = {
  "forward A B": ({ rows, fanIn: K, fanOut: N }) =>
    kernels.gemm(
      A,
      B,
      0,
      C,
      rows,
      K,
      N,
      leadingDimension(K),
      leadingDimension(N),
      leadingDimension(N),
    ),
  "weight gradients A' B": ({ rows, fanIn: K, fanOut: N }) =>
    kernels.gemmTransposedA(
      A,
      B,
      C,
      K,
      rows,
      N,
      leadingDimension(K),
      leadingDimension(N),
      leadingDimension(N),
    ),
  "input gradients A B'": ({ rows, fanIn: K, fanOut: N }) =>
    kernels.gemmTransposedB(
      A,
      B,
      C,
      rows,
      N,
      K,
      leadingDimension(N),
      leadingDimension(N),
      leadingDimension(K),
    ),
};
const hidden = products.slice(0, -1);
const others: Readonly<Record<string, () => void>> = {
  nonlinearity: () =>
    each(hidden, ({ rows, fanOut: N }) => kernels.tanhForward(A, C, rows * leadingDimension(N))),
  "its gradient": () =>
    each(hidden, ({ rows, fanOut: N }) =>
      kernels.tanhBackward(A, B, C, rows * leadingDimension(N)),
    ),
  "softmax and loss": () => softmax(kernels),
  "update and ratios": () =>
    each(products, ({ fanIn: K, fanOut: N }) => {
      kernels.update(A, B, C, C + 64, K, N, leadingDimension(N), 1e-9, 0);
    }),
};

const matrix = Object.entries(forms).map(([form, call]) => ({
  kernel: form,
  microseconds: time(() => each(products, call)),
}));
const rest = Object.entries(others).map(([kernel, call]) => ({ kernel, microseconds: time(call) }));
const third = matrixFlops(products) / 3;
process.stdout.write(
  `${JSON.stringify({
    ceilingGflops: ceiling(),
    matrixMicroseconds: matrix.reduce((sum, { microseconds }) => sum + microseconds, 0),
    matrix: matrix.map((row) => ({ ...row, gflops: third / row.microseconds / 1000 })),
    rest,
  })}\n`,
);

function each<T>(items: readonly T[], call: (item: T) => void): void {
  for (const item of items) call(item);
}

function softmax({ crossEntropy }: Kernels): void {
  const { batchSize } = spec.train;
  const V = dataset.vocabulary.length;
  const [targets, sums] = [C + (1 << 16), C + (1 << 17)];
  new Int32Array(memory.buffer, targets, batchSize).fill(1);
  crossEntropy(A, targets, C, sums, batchSize, V, leadingDimension(V));
}

/** Microseconds of one call: the median of several rounds. */
function time(call: () => void): number {
  const rounds = Array.from({ length: REPEATS }, () => {
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) call();
    return ((performance.now() - start) * 1000) / CALLS;
  });
  return rounds.sort((a, b) => a - b)[REPEATS >> 1] ?? Number.NaN;
}

/** GFLOP/s of multiply and add alone. */
function ceiling(): number {
  const file = new URL("../dist/kernels.wasm", import.meta.url);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    env: { memory },
  });
  const { multiplyAdd } = exports as {
    multiplyAdd(turns: number, x: number, y: number): number;
  };
  const turns = 10_000;
  return (turns * FLOPS_A_TURN) / time(() => multiplyAdd(turns, 0.5, 1)) / 1000;
}
