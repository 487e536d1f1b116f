/** Figures of all rounds, as numbers and as a table. */
import type { KernelTimes } from "./processes.ts";

export type Spread = { readonly median: number; readonly low: number; readonly high: number };

export type WorkloadReport = {
  readonly workload: string;
  readonly stepsPerSecond: Spread;
  readonly recordingStepsPerSecond: Spread;
  /** Time that recording adds, in percent, round by round. */
  readonly recordingPercent: Spread;
  readonly pytorch: readonly { version: string; stepsPerSecond: Spread }[];
  /** Recording, against the faster PyTorch, round by round; null without PyTorch. */
  readonly ratio: Spread | null;
  /** Training by the engine tfjs, and that against the faster PyTorch. */
  readonly tfjs: readonly {
    readonly backend: string;
    readonly version: string;
    readonly stepsPerSecond: Spread;
    readonly ratio: Spread | null;
  }[];
  readonly matrixFlops: number;
  readonly matrixGflops: number;
  /** GFLOP/s of the products alone, in percent of multiply and add alone. */
  readonly ceilingPercent: number;
  /** Share of the matrix products in the time of a step, in percent. */
  readonly matrixPercent: number;
  readonly kernels: KernelTimes;
  readonly revectorized: { readonly stepsPerSecond: Spread; readonly sameBits: boolean };
};

export type Report = {
  readonly date: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  readonly workloads: readonly WorkloadReport[];
};

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  const low = sorted.length % 2 === 1 ? high : (sorted[middle - 1] ?? high);
  return {
    median: (low + high) / 2,
    low: sorted[0] ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
  };
}

export function reportText({ date, machine, rounds, workloads }: Report): string {
  const rows = [
    [
      "workload",
      "training",
      "recording",
      "cost",
      "PyTorch",
      "ratio",
      "gemm",
      "of ceiling",
      "of step",
    ],
    ...workloads.map((w) => [
      w.workload,
      whole(w.stepsPerSecond),
      whole(w.recordingStepsPerSecond),
      `${w.recordingPercent.median.toFixed(1)} %`,
      w.pytorch.map(({ stepsPerSecond }) => whole(stepsPerSecond)).join(" | ") || "-",
      w.ratio === null ? "-" : `${tenths(w.ratio)}x`,
      `${w.matrixGflops.toFixed(1)} GFLOP/s`,
      `${w.ceilingPercent.toFixed(0)} %`,
      `${w.matrixPercent.toFixed(0)} %`,
    ]),
  ];
  const versions = workloads[0]?.pytorch.map(({ version }) => version).join(" | ");
  const about = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  return [
    `${date.slice(0, 10)}; ${about.join(", ")}; PyTorch ${versions || "not found"}`,
    `Steps per second, median (lowest to highest) of ${rounds} rounds in turn:`,
    "",
    ...columns(rows),
    "",
    ...workloads.flatMap(tfjsTexts),
    ...workloads.map(revectorizedText),
  ].join("\n");
}

export function profileText({ workload, stepsPerSecond, kernels }: WorkloadReport): string {
  const step = 1e6 / stepsPerSecond.median;
  const parts = [...kernels.matrix, ...kernels.rest];
  const left = step - parts.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const rows = [...parts, { kernel: "everything else", microseconds: left }].map(
    ({ kernel, microseconds }) => [
      kernel,
      `${microseconds.toFixed(1)} us`,
      `${((100 * microseconds) / step).toFixed(0)} %`,
    ],
  );
  return [`${workload}: a step is ${step.toFixed(0)} us`, ...columns(rows)].join("\n");
}

function tfjsTexts({ workload, tfjs }: WorkloadReport): string[] {
  return tfjs.map(({ backend, version, stepsPerSecond, ratio }) => {
    const against = ratio === null ? "" : `, ${hundredths(ratio)}x the faster PyTorch`;
    return `${workload} by tfjs on ${backend} ${version}: ${whole(stepsPerSecond)}${against}`;
  });
}

function revectorizedText({ workload, stepsPerSecond, revectorized }: WorkloadReport): string {
  const gain = revectorized.stepsPerSecond.median / stepsPerSecond.median;
  const bits = revectorized.sameBits ? "the same bits" : "OTHER BITS";
  return `${workload} under --experimental-wasm-revectorize: ${gain.toFixed(2)}x as fast, ${bits}`;
}

/** Lines of a table, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function whole({ median, low, high }: Spread): string {
  const [m, l, h] = [median, low, high].map((value) => Math.round(value).toLocaleString("en"));
  return `${m} (${l} to ${h})`;
}

function tenths(values: Spread): string {
  return ratioText(values, 1);
}

function hundredths(values: Spread): string {
  return ratioText(values, 2);
}

function ratioText({ median, low, high }: Spread, digits: number): string {
  const [m, l, h] = [median, low, high].map((value) => value.toFixed(digits));
  return `${m} (${l} to ${h})`;
}
