/** `kernel-times.ts NET`: microseconds of every kernel in a training step, and what the core could do at most. */
import { Trainer } from "@ablate/core";
import { CallRecorder, type KernelHistory, observeKernels } from "./observed-kernels.ts";
import { type ProductTime, productTimes } from "./product-times.ts";
import { bestDecile, type Ceilings, measureCeilings, openLoops } from "./roofline.ts";
import { loadWorkload } from "./workloads.ts";

export type KernelTimes = {
  readonly ceilings: Ceilings;
  /** Of the whole step, with the cost of observing it taken off. */
  readonly stepMicroseconds: number;
  /** Products that the step calls, weighted by their time; a first layer on distinct tokens has its own within it. */
  readonly inStep: Weighted;
  /** Products at the shapes of all layers, each alone, weighted by their time. */
  readonly alone: Weighted;
  readonly products: readonly ProductTime[];
  readonly kernels: readonly KernelTime[];
};

type Weighted = { readonly microseconds: number; readonly gflops: number };

type KernelTime = {
  readonly kernel: string;
  readonly calls: number;
  readonly microseconds: number;
  /** Null for what is no product of matrices. */
  readonly gflops: number | null;
};

/** Where the dimensions of a product begin in its arguments. */
const DIMENSIONS: Readonly<Record<string, number>> = {
  gemm: 4,
  gemmTransposedA: 3,
  gemmTransposedB: 3,
};
/** Until V8 has compiled everything. */
const WARM_UP_MS = 300;
const TIMED_MS = 1000;
const FEWEST_STEPS = 100;
const EMPTY_ROUNDS = 500;
const EMPTY_CALLS = 50;

const [net = ""] = process.argv.slice(2);
const { spec, dataset } = loadWorkload(net, 1_000_000_000);
const products = productTimes(spec, dataset.vocabulary.length);
const recorder = new CallRecorder(flopsOf);
observeKernels(recorder);
const trainer = new Trainer(spec, dataset);
trainFor(WARM_UP_MS);
recorder.clear();
const steps = trainFor(TIMED_MS);
const histories = [...recorder.byKernel];
process.stdout.write(`${JSON.stringify(reportOf(histories, observingMs()))}\n`);

/** Returns the milliseconds of each step. */
function trainFor(ms: number): number[] {
  const ratios = new Float32Array(trainer.parameters.length);
  const row = { loss: new Float64Array(1), lr: new Float64Array(1), ratios };
  const times: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end || times.length < FEWEST_STEPS) {
    const start = performance.now();
    recorder.beginStep();
    trainer.advance(row, 1);
    times.push(performance.now() - start);
  }
  return times;
}

function flopsOf(kernel: string, args: readonly number[]): number {
  const first = DIMENSIONS[kernel];
  if (first === undefined) {
    if (kernel.startsWith("gemm")) throw new Error(`the dimensions of ${kernel} are not known`);
    return 0;
  }
  const [m = 0, k = 0, n = 0] = args.slice(first, first + 3);
  return 2 * m * k * n;
}

/** What observing adds to a call: to the time that is recorded of it, and in all. */
function observingMs(): { readonly recorded: number; readonly whole: number } {
  const run = openLoops();
  recorder.clear();
  const whole = Array.from({ length: EMPTY_ROUNDS }, () => {
    recorder.beginStep();
    const start = performance.now();
    for (let i = 0; i < EMPTY_CALLS; i++) run("multiplyAdd", 0);
    return performance.now() - start;
  });
  const recorded = recorder.byKernel.get("multiplyAdd")?.ms ?? [];
  return {
    recorded: bestDecile(recorded) / EMPTY_CALLS,
    whole: bestDecile(whole) / EMPTY_CALLS,
  };
}

function reportOf(
  histories: readonly (readonly [string, KernelHistory])[],
  observing: ReturnType<typeof observingMs>,
): KernelTimes {
  const kernels = histories.map(([kernel, history]) => {
    const [calls = 0] = history.calls;
    const microseconds = 1000 * Math.max(0, bestDecile(history.ms) - calls * observing.recorded);
    const flops = mean(history.flops);
    return { kernel, calls, microseconds, gflops: flops > 0 ? flops / microseconds / 1000 : null };
  });
  const calls = sum(kernels.map((one) => one.calls));
  return {
    ceilings: measureCeilings(),
    stepMicroseconds: 1000 * (bestDecile(steps) - calls * observing.whole),
    inStep: weighted(
      kernels.flatMap(({ gflops, microseconds }) =>
        gflops === null ? [] : [{ gflops, microseconds }],
      ),
    ),
    alone: weighted(
      products.map(({ layers, gflops, microseconds }) => ({
        gflops,
        microseconds: layers * microseconds,
      })),
    ),
    products,
    kernels: kernels.sort((a, b) => b.microseconds - a.microseconds),
  };
}

function weighted(times: readonly Weighted[]): Weighted {
  const microseconds = sum(times.map((one) => one.microseconds));
  const work = sum(times.map((one) => one.gflops * one.microseconds));
  return { microseconds, gflops: work / microseconds };
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
