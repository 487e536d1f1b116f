/** Gradients that are written out, compared with those of automatic differentiation. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import type { Affine } from "../src/engines/tfjs/modules/batch-norm.ts";
import { ACTIVATIONS } from "../src/spec.ts";
import { loadBackends, useBackend } from "./tfjs-make.ts";
import { type Blocks, PLAIN, WRITTEN_OUT } from "./tfjs-plain.ts";

const backends = (await loadBackends()).map(([backend]) => backend);

type Case = {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  /** What no gradient is wanted of; it comes after the inputs. */
  readonly constant?: () => tf.Tensor;
  readonly apply: (blocks: Blocks, inputs: readonly tf.Tensor[]) => tf.Tensor;
};

const NORMS = [
  { running: "variance", epsilon: 1e-5 },
  { running: "variance", epsilon: 0 },
  { running: "std", epsilon: 0 },
  { running: "std", epsilon: 0.3 },
] as const;

const CASES: readonly Case[] = [
  {
    name: "embedding",
    inputs: [[4, 5]],
    constant: () => tf.tensor1d([3, 0, 3, 1, 2, 2, 0, 3, 3], "int32"),
    apply: ({ embedding }, [table, tokens]) => embedding(as2d(table), as1d(tokens)),
  },
  {
    name: "linear",
    inputs: [[7, 5], [5, 3], [3]],
    apply: ({ linear }, [x, w, b]) => linear(as2d(x), as2d(w), as1d(b)),
  },
  {
    name: "linear without bias",
    inputs: [
      [7, 5],
      [5, 3],
    ],
    apply: ({ linear }, [x, w]) => linear(as2d(x), as2d(w), null),
  },
  {
    name: "linear by the embedding",
    inputs: [[7, 5], [3, 5], [3]],
    apply: ({ tiedLinear }, [x, table, b]) => tiedLinear(as2d(x), as2d(table), as1d(b)),
  },
  {
    name: "linear by the embedding without bias",
    inputs: [
      [7, 5],
      [3, 5],
    ],
    apply: ({ tiedLinear }, [x, table]) => tiedLinear(as2d(x), as2d(table), null),
  },
  ...ACTIVATIONS.map((kind) => ({
    name: kind,
    inputs: [[6, 5]],
    apply: ({ activation }: Blocks, [x]: readonly tf.Tensor[]) => activation(kind, as2d(x), 0.2),
  })),
  ...NORMS.map(({ running, epsilon }) => ({
    name: `batch norm by ${running}, epsilon ${epsilon}`,
    inputs: [[6, 4], [4], [4]],
    apply: ({ batchNorm }: Blocks, [x, gamma, beta]: readonly tf.Tensor[]) => {
      const affine: Affine = { gamma: as1d(gamma), beta: as1d(beta) };
      return batchNorm(as2d(x), affine, { running, epsilon }, () => {});
    },
  })),
  ...([1e-5, 0.3] as const).flatMap((epsilon) => [
    {
      name: `layer norm, epsilon ${epsilon}`,
      inputs: [[6, 4], [4], [4]],
      apply: ({ rowNorm }: Blocks, [x, gain, shift]: readonly tf.Tensor[]) =>
        rowNorm(as2d(x), { gain: as1d(gain), shift: as1d(shift) }, { norm: "layer", epsilon }),
    },
    {
      name: `rms norm, epsilon ${epsilon}`,
      inputs: [[6, 4], [4]],
      apply: ({ rowNorm }: Blocks, [x, gain]: readonly tf.Tensor[]) =>
        rowNorm(as2d(x), { gain: as1d(gain), shift: null }, { norm: "rms", epsilon }),
    },
  ]),
  {
    name: "cross-entropy",
    inputs: [[5, 6]],
    constant: () => tf.cast(tf.oneHot(tf.tensor1d([0, 5, 2, 2, 1], "int32"), 6), "float32"),
    apply: ({ crossEntropy }, [logits, targets]) => crossEntropy(as2d(logits), as2d(targets)),
  },
  {
    name: "cross-entropy of smoothed targets",
    inputs: [[3, 4]],
    constant: () =>
      tf.tensor2d(
        [0.925, 0.025, 0.025, 0.025, 0.05, 0.05, 0.85, 0.05, 0.25, 0.25, 0.25, 0.25],
        [3, 4],
      ),
    apply: ({ crossEntropy }, [logits, targets]) => crossEntropy(as2d(logits), as2d(targets)),
  },
];

const everywhere = backends.flatMap((backend) => CASES.map((one) => ({ ...one, backend })));

test.each(everywhere)("$name has the value and gradients of its plain form on $backend", (one) => {
  useBackend(one.backend);
  const before = tf.memory().numTensors;

  const plain = valueAndGradients(one, PLAIN);
  const fused = valueAndGradients(one, WRITTEN_OUT);

  expect(fused).toHaveLength(one.inputs.length + 1);
  for (const [i, expected] of plain.entries()) {
    expect(fused[i]).toHaveLength(expected.length);
    for (const [j, value] of expected.entries()) {
      expect(Math.abs((fused[i]?.[j] ?? Number.NaN) - value), `[${i}][${j}]`).toBeLessThan(2e-6);
    }
  }
  expect(tf.memory().numTensors).toBe(before);
});

test.each(backends)(
  "a confidently wrong example costs its logit on %s, not infinity",
  (backend) => {
    useBackend(backend);
    const loss = tf.tidy(() =>
      WRITTEN_OUT.crossEntropy(tf.tensor2d([[200, 0, 0]]), tf.tensor2d([[0, 1, 0]])).dataSync(),
    );

    expect(loss[0]).toBeCloseTo(200, 4);
  },
);

/** Of a weighted sum of the result, so that the incoming gradient is not constant. */
function valueAndGradients({ inputs, constant, apply }: Case, blocks: Blocks): number[][] {
  const results = tf.tidy(() => {
    const given = inputs.map((shape, i) => tf.randomNormal([...shape], 0, 1, "float32", 7 + i));
    const constants = constant === undefined ? [] : [constant()];
    const lossOf = tf.valueAndGrads((...xs: tf.Tensor[]) => {
      const y = apply(blocks, [...xs, ...constants]);
      return tf.sum(tf.mul(y, tf.randomNormal(y.shape, 0, 1, "float32", 99))) as tf.Scalar;
    });
    const { value, grads } = lossOf(given);
    return [value, ...grads].map((tensor) => [...tensor.dataSync()]);
  });
  return results;
}

function as2d(tensor: tf.Tensor | undefined): tf.Tensor2D {
  if (tensor?.rank !== 2) throw new RangeError("a matrix is missing");
  return tensor as tf.Tensor2D;
}

function as1d(tensor: tf.Tensor | undefined): tf.Tensor1D {
  if (tensor?.rank !== 1) throw new RangeError("a vector is missing");
  return tensor as tf.Tensor1D;
}
