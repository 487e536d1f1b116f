/** Runs trained by packages/core/test/goldens/pytorch/train.py, which knows nothing of our code. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunSpec } from "@ablate/core";

/** What a run left, here or in PyTorch; a number that is not finite is null. */
export type Trained = {
  readonly parameters: readonly string[];
  readonly loss: Series;
  readonly lr: Series;
  /** `[steps][parameters]` */
  readonly ratios: readonly Series[];
  readonly gradient_norm: Series;
  readonly clip_factor: Series;
  /** Parameters and running statistics after the last step. */
  readonly tensors: Readonly<Record<string, Series>>;
  /** What the optimiser keeps. */
  readonly state: Readonly<Record<string, Series>>;
  readonly evaluations: readonly {
    readonly split: string;
    readonly statistics: string;
    readonly loss: number | null;
  }[];
};

export type Series = readonly (number | null)[];

/** What PyTorch left. */
export type TrainedThere = Trained & {
  /** Whether rounding could turn nothing of a step's update: Lion takes the signs of numbers that may be next to 0. */
  readonly decided: readonly boolean[];
};

/** One run in float32, in float64, and with initial values that are moved by their last bit. */
export type Reference = {
  readonly single: TrainedThere;
  readonly others: readonly Trained[];
};

const SCRIPT = fileURLToPath(
  new URL("../../../core/test/goldens/pytorch/train.py", import.meta.url),
);

/** The Python that has PyTorch, of those that `ABLATE_PYTHON` names or of the usual places; null: none. */
export function pythonWithTorch(): string | null {
  const named = process.env.ABLATE_PYTHON?.split(":") ?? [];
  const found = [...named, "python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", "import torch"]).status === 0,
  );
  return found ?? null;
}

/** A spec whose seed may be larger than a number holds, as text: the script takes it as it is. */
type SpecThere = Omit<RunSpec, "seed"> & { readonly seed: number | string };

/** @param names - the file of the names, one a line */
export function trainInPyTorch(python: string, spec: SpecThere, names: string): Reference {
  const job = { spec, names };
  const jobs = [job, { ...job, float64: true }, { ...job, nudge: 1 }, { ...job, nudge: 2 }];
  const { status, stdout, stderr } = spawnSync(python, [SCRIPT], {
    input: jobs.map((one) => `${JSON.stringify(one)}\n`).join(""),
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`train.py failed: ${stderr}`);
  const [single, ...others] = stdout
    .trim()
    .split("\n")
    .map((line): TrainedThere => JSON.parse(line));
  if (single === undefined) throw new Error("train.py printed nothing");
  return { single, others };
}
