/** Runs to show in a paper, some of them lost, under names that every language has other plans for. */
import { all, metric, recordRun } from "./recorded-make.ts";

/** What LaTeX, HTML and Typst would obey, and what fonts of LaTeX lack. */
export const HOSTILE: string = String.raw`[a_b %c &d #e $f {g} ~h ^i \j <k> |l| --m,,n é λ ≤ 日`;

/** Units of which the best lost runs, each with two depths, and a long grid of one run each. */
export function recordPaper(folder: string): void {
  const losses: Readonly<Record<string, readonly (number | null)[]>> = {
    plain: [24.2, 24.9, 25.4, 25.9, 26.8005],
    gated: [26, 26.25, 26.5, 26.75, 27],
    [HOSTILE]: [20, 20.1, null, 20.2, null],
  };
  for (const [i, [unit, values]] of Object.entries(losses).entries()) {
    for (const depth of [1, 2]) {
      for (const [k, loss] of values.entries()) {
        const label = `unit=u${i}-depth=${depth}-seed=${k + 1}`;
        recordPaperRun(folder, {
          grid: "paper",
          label,
          config: { unit, depth },
          seed: k + 1,
          loss,
        });
      }
    }
  }
  recordSense(folder);
  for (let lr = 1; lr <= 60; lr++) {
    recordPaperRun(folder, { grid: "long", label: `lr=${lr}`, config: { lr }, seed: 1, loss: lr });
  }
}

/** Norms of which one takes away what the rate does, and another loses a run. */
function recordSense(folder: string): void {
  const losses: Readonly<Record<string, readonly (readonly (number | null)[])[]>> = {
    none: [
      [1, 1.05, 0.95],
      [5, 5.1, 4.9],
    ],
    batch: [
      [0.9, 0.95, 0.85],
      [1, 1.0525, 0.9475],
    ],
    rms: [
      [3, 3.5, 2.5],
      [2, 2, 2],
      [3, null, 3],
    ],
  };
  for (const [norm, rates] of Object.entries(losses))
    for (const [i, seeds] of rates.entries())
      for (const [k, loss] of seeds.entries())
        recordPaperRun(folder, {
          grid: "sense",
          label: `norm=${norm}-rate=${i + 1}-seed=${k + 1}`,
          config: { norm, rate: i + 1 },
          seed: k + 1,
          loss,
        });
}

type PaperRun = {
  readonly grid: string;
  readonly label: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Null: it failed. */
  readonly loss: number | null;
};

function recordPaperRun(folder: string, { loss, ...run }: PaperRun): void {
  recordRun(folder, {
    ...run,
    state: loss === null ? "failed" : "finished",
    record:
      loss === null ? () => {} : all(metric("val_loss", [loss]), metric("accuracy", [loss * 1e-9])),
  });
}
