/** A nonlinearity as a curve, computed by what trains. */
import { MOST_PROBE_EXAMPLES } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import { modelParameters } from "../model/parameters.ts";
import type { ActivationName, ModelSpec } from "../spec.ts";

/** Points of a curve, float32. */
export type ActivationCurve = {
  readonly y: Float32Array;
  /** What a gradient is multiplied by on its way back. */
  readonly slope: Float32Array;
};

export const MOST_POINTS: number = MOST_PROBE_EXAMPLES;

/**
 * Sends numbers through a nonlinearity and a gradient back: a network of one unit, whose embeddings are these numbers.
 *
 * @param x - at most `MOST_POINTS`, at least 2
 */
export function activationCurve(activation: ActivationName, x: Float32Array): ActivationCurve {
  const model: ModelSpec = {
    ...{ context: 1, embedding: 1, tie: false },
    layers: [
      { kind: "linear", width: 1, bias: false },
      { kind: "activation", activation },
      { kind: "linear", width: "output", bias: false },
    ],
  };
  const vocabulary = Array.from(x, String);
  const weights = { embedding: x, "hidden1.weight": Float32Array.of(1) };
  const outputs = Float32Array.from(x, (_, i) => (i === 0 ? 1 : 0));
  const tensors = modelParameters(model, x.length).map(({ name, shape }) => ({
    ...{ name, shape },
    values: name === "output.weight" ? outputs : (new Map(Object.entries(weights)).get(name) ?? x),
  }));
  const none = { count: 0, contexts: new Uint16Array(), targets: new Uint16Array() };
  const train = { batchSize: x.length, l2: 0 };
  const engine = SIMD.create({ model, train, dataset: { train: none, vocabulary }, tensors });
  const { layers } = engine.probe({
    count: x.length,
    contexts: Uint16Array.from(x, (_, i) => i),
    targets: new Uint16Array(x.length),
  });
  const hidden = layers.find(({ kind }) => kind === "hidden");
  const y = hidden?.activation.values.slice() ?? new Float32Array();
  const leaving = hidden?.activation.gradient ?? new Float32Array();
  const slope = (hidden?.preactivation.gradient ?? new Float32Array()).map(
    (entering, i) => entering / (leaving[i] ?? Number.NaN),
  );
  engine.dispose();
  return { y, slope };
}
