/** A network in plain double precision, written down module by module as its plan says. */

import { type ModelSpec, planNetwork } from "../src/index.ts";
import type {
  ActivationModule,
  BatchNormModule,
  PlannedModule,
  RowNormModule,
} from "../src/model/network-plan.ts";
import { normalTail } from "./normal-distribution.ts";

export type Tensors = ReadonlyMap<string, Float64Array>;

export type Batch = {
  readonly contexts: readonly (readonly number[])[];
  readonly targets: readonly number[];
  /** What each dropout multiplies by, in forward order; without them nothing is dropped. */
  readonly factors?: readonly ArrayLike<number>[];
  /** Share of each target that goes to all tokens alike. */
  readonly smoothing?: number;
};

type Rows = readonly (readonly number[])[];

/** Mean cross-entropy of a batch, batch norm by the batch's own moments. */
export function lossOf(tensors: Tensors, model: ModelSpec, V: number, batch: Batch): number {
  const { contexts, targets, smoothing = 0 } = batch;
  const E = model.embedding;
  const table = valuesOf(tensors, "embedding");
  const embedded = contexts.flatMap((tokens) =>
    tokens.map((token) => [...table.subarray(token * E, (token + 1) * E)]),
  );
  const run: Run = { tensors, E, factors: [...(batch.factors ?? [])] };
  const losses = through(run, planNetwork(model, V).modules, embedded).map((logits, b) => {
    const largest = Math.max(...logits);
    const sum = logits.reduce((s, logit) => s + Math.exp(logit - largest), 0);
    const own = logits[targets[b] ?? 0] ?? 0;
    return Math.log(sum) + largest - (1 - smoothing) * own - smoothing * mean(logits);
  });
  return mean(losses);
}

type Run = {
  readonly tensors: Tensors;
  readonly E: number;
  /** Those of the dropouts that are still to come. */
  readonly factors: ArrayLike<number>[];
};

function through(run: Run, modules: readonly PlannedModule[], input: Rows): Rows {
  return modules.reduce((rows, module) => apply(run, module, rows), input);
}

function apply(run: Run, module: PlannedModule, rows: Rows): Rows {
  switch (module.kind) {
    case "linear": {
      const bias = module.bias && valuesOf(run.tensors, module.bias.name);
      const weight = weightOf(run, module.weight?.name, module.width);
      return rows.map((x) =>
        Array.from({ length: module.width }, (_, j) =>
          x.reduce((sum, value, i) => sum + value * weight(i, j), bias?.[j] ?? 0),
        ),
      );
    }
    case "norm":
      return "runningMean" in module ? byColumn(run, module, rows) : byRow(run, module, rows);
    case "activation":
      return rows.map((row) => row.map((x) => activated(module, x)));
    case "dropout": {
      const factors = run.factors.shift();
      if (factors === undefined) return rows;
      return rows.map((row, i) => row.map((x, j) => x * (factors[i * row.length + j] ?? 0)));
    }
    case "residual": {
      const sums = through(run, module.modules, rows);
      return rows.map((row, i) => row.map((x, j) => x + (sums[i]?.[j] ?? 0)));
    }
    case "flatten":
      return Array.from({ length: rows.length / module.factor }, (_, i) =>
        rows.slice(i * module.factor, (i + 1) * module.factor).flat(),
      );
  }
}

function weightOf(
  { tensors, E }: Run,
  name: string | undefined,
  width: number,
): (i: number, j: number) => number {
  if (name === undefined) {
    const table = valuesOf(tensors, "embedding");
    return (i, j) => table[j * E + i] ?? 0;
  }
  const weight = valuesOf(tensors, name);
  return (i, j) => weight[i * width + j] ?? 0;
}

function byColumn({ tensors }: Run, { spec, gain, shift }: BatchNormModule, rows: Rows): Rows {
  const [gains, shifts] = [valuesOf(tensors, gain.name), valuesOf(tensors, shift.name)];
  const { epsilon, running } = spec;
  const moments = [...gains].map((_, j) => {
    const column = rows.map((row) => row[j] ?? 0);
    const mu = mean(column);
    const variance = column.reduce((s, x) => s + (x - mu) ** 2, 0) / (rows.length - 1);
    const divisor =
      running === "std" ? Math.sqrt(variance) + epsilon : Math.sqrt(variance + epsilon);
    return { mu, divisor };
  });
  return rows.map((row) =>
    row.map((x, j) => {
      const { mu, divisor } = moments[j] ?? { mu: 0, divisor: 1 };
      return ((gains[j] ?? 0) * (x - mu)) / divisor + (shifts[j] ?? 0);
    }),
  );
}

function byRow({ tensors }: Run, { spec, gain, shift }: RowNormModule, rows: Rows): Rows {
  const gains = valuesOf(tensors, gain.name);
  const shifts = shift && valuesOf(tensors, shift.name);
  return rows.map((row) => {
    const mu = spec.norm === "layer" ? mean(row) : 0;
    const square = mean(row.map((x) => (x - mu) ** 2));
    const divisor = Math.sqrt(square + spec.epsilon);
    return row.map((x, j) => ((gains[j] ?? 0) * (x - mu)) / divisor + (shifts?.[j] ?? 0));
  });
}

/** A nonlinearity by its formula in PyTorch's documentation. */
export function activated(
  { activation, slope }: Pick<ActivationModule, "activation" | "slope">,
  x: number,
): number {
  switch (activation) {
    case "tanh":
      return Math.tanh(x);
    case "relu":
      return Math.max(x, 0);
    case "gelu":
      return x * (x < 0 ? normalTail(-x) : 1 - normalTail(x));
    case "gelu_tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "silu":
      return x / (1 + Math.exp(-x));
    case "leaky_relu":
      return x > 0 ? x : slope * x;
    case "elu":
      return x > 0 ? x : Math.expm1(x);
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "softplus":
      return x > 20 ? x : Math.log1p(Math.exp(x));
  }
}

function valuesOf(tensors: Tensors, name: string): Float64Array {
  const values = tensors.get(name);
  if (values === undefined) throw new Error(`${name} is missing`);
  return values;
}

function mean(list: readonly number[]): number {
  return list.reduce((s, v) => s + v, 0) / list.length;
}
