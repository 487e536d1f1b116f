import { readFileSync } from "node:fs";

type Pointer = number;

/** The functions of `kernels/index.ts`, where each is documented. Pointers are byte offsets. */
export type Kernels = {
  heapBase(): Pointer;
  exp(x: number): number;
  ln(x: number): number;
  ln1p(x: number): number;
  sin(x: number): number;
  cos(x: number): number;
  log10(x: number): number;
  gemm(
    a: Pointer,
    b: Pointer,
    bias: Pointer,
    c: Pointer,
    m: number,
    k: number,
    n: number,
    lda: number,
    ldb: number,
    ldc: number,
  ): void;
  gemmTransposedA(
    a: Pointer,
    b: Pointer,
    c: Pointer,
    m: number,
    k: number,
    n: number,
    lda: number,
    ldb: number,
    ldc: number,
  ): void;
  gemmTransposedB: Kernels["gemmTransposedA"];
  takeExamples(
    contexts: Pointer,
    targets: Pointer,
    indices: Pointer,
    tokens: Pointer,
    tokenTargets: Pointer,
    B: number,
    T: number,
  ): void;
  gather(
    table: Pointer,
    tokens: Pointer,
    x: Pointer,
    B: number,
    T: number,
    E: number,
    ldTable: number,
    ldX: number,
  ): void;
  scatterAdd(
    gradient: Pointer,
    tokens: Pointer,
    dx: Pointer,
    B: number,
    T: number,
    E: number,
    V: number,
    ldGradient: number,
    ldX: number,
  ): void;
  columnSums(x: Pointer, sums: Pointer, rows: number, n: number, ld: number): void;
  tanhForward(x: Pointer, y: Pointer, count: number): void;
  tanhBackward(y: Pointer, dy: Pointer, dx: Pointer, count: number): void;
  reluForward(x: Pointer, y: Pointer, count: number): void;
  expForward(x: Pointer, y: Pointer, count: number): void;
  logForward(x: Pointer, y: Pointer, count: number): void;
  reluBackward(y: Pointer, dy: Pointer, dx: Pointer, count: number): void;
  batchMoments(
    x: Pointer,
    mean: Pointer,
    spread: Pointer,
    divisor: Pointer,
    slope: Pointer,
    rows: number,
    n: number,
    ld: number,
    epsilon: number,
    keepsVariance: number,
  ): void;
  divisorOf(
    spread: Pointer,
    divisor: Pointer,
    n: number,
    epsilon: number,
    keepsVariance: number,
  ): void;
  finishMoments(
    sums: Pointer,
    shift: Pointer,
    mean: Pointer,
    spread: Pointer,
    count: number,
    n: number,
    ld: number,
    keepsVariance: number,
  ): void;
  columnMoments(
    x: Pointer,
    shift: Pointer,
    sums: Pointer,
    rows: number,
    n: number,
    ld: number,
  ): void;
  normalise(
    x: Pointer,
    mean: Pointer,
    divisor: Pointer,
    gamma: Pointer,
    beta: Pointer,
    normal: Pointer,
    y: Pointer,
    rows: number,
    n: number,
    ld: number,
  ): void;
  normBackward(
    dy: Pointer,
    normal: Pointer,
    divisor: Pointer,
    slope: Pointer,
    gamma: Pointer,
    dgamma: Pointer,
    dbeta: Pointer,
    dx: Pointer,
    rows: number,
    n: number,
    ld: number,
  ): void;
  foldRunning(running: Pointer, batch: Pointer, momentum: number, n: number): void;
  crossEntropy(
    logits: Pointer,
    targets: Pointer,
    gradient: Pointer,
    sums: Pointer,
    B: number,
    V: number,
    ld: number,
  ): number;
  update(
    p: Pointer,
    g: Pointer,
    ratio: Pointer,
    rows: number,
    n: number,
    ld: number,
    lr: number,
    lambda: number,
  ): number;
};

const KERNELS_FILE = new URL("../../../dist/kernels.wasm", import.meta.url);

let compiled: WebAssembly.Module | undefined;

/** Instantiates the kernels over `memory`; the module is compiled once a process. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(KERNELS_FILE));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  // WebAssembly exports carry no TypeScript types; this is the one place where they get them.
  return exports as unknown as Kernels;
}
