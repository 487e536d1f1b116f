/** Every module and every optimiser of engine tfjs, compared with PyTorch's in double precision. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { clipped, gradientNorm } from "../src/engines/tfjs/clipping.ts";
import { activation } from "../src/engines/tfjs/modules/activation.ts";
import { batchNorm, momentsOf } from "../src/engines/tfjs/modules/batch-norm.ts";
import { crossEntropy } from "../src/engines/tfjs/modules/cross-entropy.ts";
import { rowNorm } from "../src/engines/tfjs/modules/row-norm.ts";
import { Optimizer } from "../src/engines/tfjs/optimizers/optimizer.ts";
import { Weights } from "../src/engines/tfjs/weights.ts";
import { clipFactor } from "../src/optimizers/clip-factor.ts";
import { keptStates } from "../src/optimizers/optimizers.ts";
import type { Parameter } from "../src/spec.ts";
import { ACTIVATIONS } from "../src/spec.ts";
import { GIVEN, GOLDEN_OPTIMIZERS } from "./golden-optimizers.ts";
import { goldenPart } from "./golden-parts.ts";
import { type Clipping, expectClose, type Matrix, NORMS, type Smoothing } from "./parts.ts";
import { loadBackends, useBackend } from "./tfjs-make.ts";

const backends = (await loadBackends()).map(([backend]) => backend);

type Curve = { readonly y: readonly number[]; readonly slope: readonly number[] };

const curves = goldenPart<{ readonly x: readonly number[] } & Readonly<Record<string, Curve>>>(
  "activations",
);
const CURVES = backends.flatMap((backend) =>
  [
    ...ACTIVATIONS.map((name) => ({ name, kind: name, slope: 0.01 })),
    { name: "leaky_relu 0.2", kind: "leaky_relu" as const, slope: 0.2 },
  ].map((one) => ({ ...one, backend })),
);

test.each(CURVES)("$name and its slope are PyTorch's on $backend", ({ backend, ...one }) => {
  useBackend(backend);
  const [y = [], slope = []] = valuesOf(() => {
    const x = tf.tensor2d([...curves.x], [1, curves.x.length]);
    const { value, grad } = tf.valueAndGrad((given: tf.Tensor) =>
      activation(one.kind, given as tf.Tensor2D, one.slope),
    )(x);
    return [value, grad];
  });

  expectClose(y, curves[one.name]?.y ?? []);
  expectClose(slope, curves[one.name]?.slope ?? []);
});

test.each(CURVES)("$name lets NaN through on $backend", ({ backend, kind, slope }) => {
  useBackend(backend);

  const [y = []] = valuesOf(() => [activation(kind, tf.tensor2d([[Number.NaN, 1]]), slope)]);

  expect(y[0]).toBeNaN();
  expect(y[1]).not.toBeNaN();
});

test.each(backends)("gradients are clipped as in PyTorch on %s, and NaN stays", (backend) => {
  useBackend(backend);
  const { gradients, of } = goldenPart<Clipping>("clipping");
  let before = gradients;
  for (const { by, most, norm: wanted, after } of of) {
    if (by === "norm") before = gradients;
    const given = before.map((gradient) => tf.tensor1d(gradient.flat()));
    const norm = gradientNorm(given);

    const found = valuesOf(() => [...clipped({ by, most }, given, clipFactor({ by, most }, norm))]);

    tf.dispose(given);
    if (wanted !== undefined) expect(norm).toBeCloseTo(wanted, 5);
    for (const [i, values] of after.entries()) expectClose(found[i] ?? [], values.flat());
    before = after;
  }
  const [kept = []] = valuesOf(() => [
    ...clipped({ by: "value", most: 1 }, [tf.tensor1d([Number.NaN, -3, 3])], 1),
  ]);
  expect(kept).toEqual([Number.NaN, -1, 1]);
});

const NORM_CASES = backends.flatMap((backend) =>
  Object.entries(NORMS.specs).map(([name, spec]) => ({ name, spec, backend })),
);

test.each(NORM_CASES)("norm $name and its gradients are PyTorch's on $backend", (one) => {
  useBackend(one.backend);
  const { given, [one.name]: expected } = NORMS;

  const [y, mean, spread] = valuesOf(() => {
    const inputs = normInputs(one.spec);
    const value = normOf(one.spec, inputs);
    if (one.spec.norm !== "batch") return [value];
    const moments = momentsOf(inputs[0] as tf.Tensor2D, one.spec);
    return [value, moments.mean, moments.spread];
  });
  const gradients = valuesOf(() => {
    const upstream = tf.tensor2d(copy(given.upstream));
    const weighted = (...inputs: tf.Tensor[]) => tf.sum(tf.mul(normOf(one.spec, inputs), upstream));
    return tf.grads(weighted)(normInputs(one.spec));
  });

  expectClose(y ?? [], expected?.y.flat() ?? [], 2e-6);
  const names = ["x.grad", "gain.grad", "shift.grad"] as const;
  for (const [i, gradient] of gradients.entries()) {
    expectClose(gradient, expected?.[names[i] ?? "x.grad"]?.flat() ?? [], 2e-6);
  }
  // One batch moves the running moments, from 0 and 1, by a tenth.
  const [runningMean = [], runningSpread = []] = expected?.running ?? [];
  expectClose(
    (mean ?? []).map((value) => 0.1 * value),
    runningMean,
  );
  expectClose(
    (spread ?? []).map((value) => 0.9 + 0.1 * value),
    runningSpread,
  );
});

type AnyNorm = (typeof NORMS)["specs"][string];

function normInputs({ norm }: AnyNorm): tf.Tensor[] {
  const { x, gain, shift } = NORMS.given;
  const inputs = [tf.tensor2d(copy(x)), tf.tensor1d([...gain])];
  return norm === "rms" ? inputs : [...inputs, tf.tensor1d([...shift])];
}

function normOf(spec: AnyNorm, [x, gain, shift]: readonly tf.Tensor[]): tf.Tensor2D {
  const rows = x as tf.Tensor2D;
  const affine = { gamma: gain as tf.Tensor1D, beta: shift as tf.Tensor1D };
  return spec.norm === "batch"
    ? batchNorm(rows, affine, spec, () => {})
    : rowNorm(rows, { gain: affine.gamma, shift: affine.beta ?? null }, spec);
}

test.each(backends)("label smoothing costs what it costs in PyTorch on %s", (backend) => {
  useBackend(backend);
  const { logits, targets, of } = goldenPart<Smoothing>("smoothing");
  for (const { smoothing, loss, "logits.grad": gradient } of of) {
    const [value = [], grad = []] = valuesOf(() => {
      const V = logits[0]?.length ?? 0;
      const oneHot = tf.oneHot(tf.tensor1d([...targets], "int32"), V);
      const shares = tf.add<tf.Tensor2D>(tf.mul(oneHot, 1 - smoothing), smoothing / V);
      const of = tf.valueAndGrad((x: tf.Tensor) => crossEntropy(x as tf.Tensor2D, shares));
      const found = of(tf.tensor2d(copy(logits)));
      return [found.value, found.grad];
    });

    expectClose(value, [loss]);
    expectClose(grad, gradient.flat());
  }
});

const OPTIMIZERS = backends.flatMap((backend) =>
  GOLDEN_OPTIMIZERS.map((one) => ({ ...one, backend })),
);

test.each(OPTIMIZERS)("$name updates as PyTorch's on $backend, and keeps the same", (golden) => {
  useBackend(golden.backend);
  const size = GIVEN.start.length;
  const parameter: Parameter = {
    ...{ name: "p", layer: "hidden1", layerKind: "hidden", role: "weight" },
    ...{ shape: [size], size },
  };
  const start = { ...parameter, values: Float32Array.from(GIVEN.start) };
  const weights = new Weights([parameter], [start]);
  const train = { batchSize: 1, l2: 0, optimizer: golden.spec };
  let optimizer = new Optimizer([parameter], { train });

  for (const [t, gradient] of GIVEN.gradients.entries()) {
    const before = weights.tensors()[0]?.values ?? new Float32Array();
    const step = {
      rates: Float64Array.of(GIVEN.rates[t] ?? 0),
      ratios: new Float32Array(1),
    };
    tf.tidy(() => optimizer.step(weights, [tf.tensor1d([...gradient])], step));

    const after = weights.tensors()[0]?.values ?? new Float32Array();
    expectClose(after, golden.after[t] ?? [], 2e-6);
    const changed = std(before.map((value, i) => value - (after[i] ?? 0)));
    expect((step.ratios[0] ?? 0) / (changed / std(after))).toBeCloseTo(1, 3);
    const optimizerTensors = optimizer.tensors();
    optimizer.dispose();
    optimizer = new Optimizer([parameter], { train, optimizerTensors, updates: t + 1 });
  }

  const kept = optimizer.tensors();
  expect(kept.map(({ name }) => name)).toEqual(
    keptStates(golden.spec).map(({ name }) => `p.${name}`),
  );
  expect(kept.map(({ name }) => name).sort()).toEqual(
    Object.keys(golden.state)
      .map((name) => `p.${name}`)
      .sort(),
  );
  for (const { name, values } of kept) expectClose(values, golden.state[name.slice(2)] ?? [], 2e-6);
  optimizer.dispose();
  weights.dispose();
});

function valuesOf(compute: () => tf.Tensor[]): number[][] {
  return tf.tidy(() => compute().map((tensor) => [...tensor.dataSync()]));
}

function copy(matrix: Matrix): number[][] {
  return matrix.map((row) => [...row]);
}

function std(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
