/** Products, kernels and bare loops as tables. */
import type { SpeedReport, WorkloadReport } from "./report.ts";
import type { Ceilings } from "./roofline.ts";
import type { Table } from "./table.ts";

/** Products beside what the core can do at most. */
export function productTables({ workloads }: SpeedReport): Table[] {
  return [productTable(workloads), rooflineTable(workloads)];
}

/** GFLOP/s of each product alone. */
export function shapeTable({ workloads }: SpeedReport): Table {
  return {
    title: "Each product alone, rows x length of the sums x columns",
    head: ["net", "product", "layers", "time", "rate"],
    rows: workloads.flatMap(({ net, kernels }) =>
      kernels.products.map(({ product, layers, microseconds, gflops }) => [
        net,
        product,
        String(layers),
        `${microseconds.toFixed(2)} us`,
        `${gflops.toFixed(1)} GFLOP/s`,
      ]),
    ),
  };
}

/** Microseconds of each kernel in a step. */
export function profileTable({ net, kernels }: WorkloadReport): Table {
  const { stepMicroseconds: step } = kernels;
  const left = step - kernels.kernels.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const rest = { kernel: "everything else", calls: null, microseconds: left, gflops: null };
  return {
    title: `Where a step of \`${net}\` goes, ${step.toFixed(1)} us`,
    head: ["kernel", "calls", "time", "share", "products"],
    rows: [...kernels.kernels, rest].map(({ kernel, calls, microseconds, gflops }) => [
      kernel,
      calls === null ? "" : String(calls),
      `${microseconds.toFixed(2)} us`,
      `${((100 * microseconds) / step).toFixed(0)} %`,
      gflops === null ? "" : `${gflops.toFixed(1)} GFLOP/s`,
    ]),
  };
}

function productTable(workloads: readonly WorkloadReport[]): Table {
  return {
    title: "Matrix products, weighted by their time, and in percent of the 256-bit FMA loop",
    head: ["net", "matrix work", "alone, at the shapes of all layers", "", "in the step", ""],
    rows: workloads.map(({ net, flops, kernels: { alone, inStep, ceilings } }) => {
      const percent = (gflops: number): string =>
        `${((100 * gflops) / ceilings.multiplyAddPairsFused).toFixed(0)} %`;
      return [
        net,
        `${(flops / 1e6).toFixed(1)} MFLOP`,
        `${alone.gflops.toFixed(1)} GFLOP/s`,
        percent(alone.gflops),
        `${inStep.gflops.toFixed(1)} GFLOP/s`,
        percent(inStep.gflops),
      ];
    }),
  };
}

function rooflineTable(workloads: readonly WorkloadReport[]): Table {
  const row = (name: string, loop: keyof Ceilings): string[] => [
    name,
    `${Math.max(...workloads.map(({ kernels }) => kernels.ceilings[loop])).toFixed(1)} GFLOP/s`,
  ];
  return {
    title: "Bare loops in registers",
    head: ["loop", "highest"],
    rows: [
      row("128 bits, multiply and add", "multiplyAdd"),
      row("128 bits, fused", "multiplyAddFused"),
      row("256 bits, multiply and add", "multiplyAddPairs"),
      row("256 bits, fused", "multiplyAddPairsFused"),
    ],
  };
}
