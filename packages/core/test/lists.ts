/** Models as lists of layers: of every kind, and drawn at random. */
import { ACTIVATIONS, type LayerSpec, type ModelSpec, type NormSpec } from "../src/spec.ts";

export const batch: NormSpec = {
  ...{ kind: "norm", norm: "batch" },
  ...{ epsilon: 1e-5, momentum: 0.1, running: "variance" },
};
export const batchStd: NormSpec = { ...batch, epsilon: 0.01, momentum: 0.001, running: "std" };
export const layer: NormSpec = { kind: "norm", norm: "layer", epsilon: 1e-5 };
export const rms: NormSpec = { kind: "norm", norm: "rms", epsilon: 1e-3 };
export const tanh: LayerSpec = { kind: "activation", activation: "tanh" };
export const output: LayerSpec = { kind: "linear", width: "output", bias: true };

export function linear(width: number, bias = true): LayerSpec {
  return { kind: "linear", width, bias };
}

export function residual(...layers: LayerSpec[]): LayerSpec {
  return { kind: "residual", layers };
}

export function flatten(factor: number): LayerSpec {
  return { kind: "flatten", factor };
}

export function dropout(rate: number): LayerSpec {
  return { kind: "dropout", rate };
}

export function listModel(layers: readonly LayerSpec[], rest: Partial<ModelSpec> = {}): ModelSpec {
  return { context: 4, embedding: 6, tie: false, layers, ...rest };
}

/** A model of each way to put layers together. */
export const LISTS: readonly (readonly [string, ModelSpec])[] = [
  ...ACTIVATIONS.map((activation): [string, ModelSpec] => [
    activation,
    listModel([linear(9), { kind: "activation", activation }, linear(8), layer, output]),
  ]),
  [
    "leaky relu of another slope",
    listModel([linear(9), { kind: "activation", activation: "leaky_relu", slope: 0.3 }, output]),
  ],
  ["layer norm and rms norm", listModel([linear(9), layer, tanh, linear(7), rms, tanh, output])],
  ["norms before the first linear layer", listModel([layer, batch, linear(9), tanh, output])],
  ["a norm of each position", listModel([rms, flatten(4), linear(9), tanh, output])],
  ["norms behind the output layer", listModel([linear(9), tanh, output, batchStd, layer])],
  [
    "batch norms of several conventions",
    listModel([linear(9), batch, batchStd, tanh, linear(8), batchStd, tanh, output, batch]),
  ],
  [
    "residual blocks with norms before",
    listModel([
      linear(16),
      residual(layer, linear(16), tanh),
      residual(batch, tanh, linear(16)),
      output,
    ]),
  ],
  [
    "residual blocks with norms behind",
    listModel([
      linear(9),
      residual(linear(9), tanh),
      layer,
      residual(linear(9), tanh, linear(9)),
      batchStd,
      output,
    ]),
  ],
  [
    "residual blocks inside residual blocks",
    listModel([
      linear(9),
      residual(rms, residual(linear(9), tanh, residual(tanh)), linear(9), residual(linear(9))),
      output,
    ]),
  ],
  ["a residual block of nothing", listModel([linear(9), residual(), linear(8), tanh, output])],
  ["a residual block that comes first", listModel([residual(layer, linear(24), tanh), output])],
  [
    "dropout everywhere",
    listModel([
      dropout(0.1),
      linear(9),
      dropout(0.5),
      tanh,
      residual(linear(9), tanh, dropout(0.3)),
      dropout(0.2),
      output,
    ]),
  ],
  [
    "positions side by side in three steps",
    listModel(
      [
        ...[flatten(2), linear(9, false), batch, tanh],
        ...[flatten(2), linear(12, false), batchStd, tanh],
        ...[flatten(2), linear(7), layer, tanh, output],
      ],
      { context: 8 },
    ),
  ],
  [
    "what belongs to positions before they are put side by side",
    listModel([
      ...[batch, flatten(2), residual(linear(12), tanh), dropout(0.25)],
      ...[linear(5), flatten(2), tanh, output],
    ]),
  ],
  ["tied weights", listModel([linear(9), tanh, linear(6), output], { tie: true })],
  [
    "tied weights without bias, after embeddings that are gathered",
    listModel(
      [
        layer,
        linear(6),
        tanh,
        linear(6, true),
        linear(6),
        { kind: "linear", width: "output", bias: false },
      ],
      { tie: true },
    ),
  ],
  ["tied weights alone", listModel([output], { tie: true, context: 1 })],
  ["one output layer", listModel([output])],
];

/** Draws whole numbers below a limit. */
export type Draw = (limit: number) => number;

/** Draws a list that can be planned. */
export function drawModel(draw: Draw): ModelSpec {
  const context = 2 ** draw(4);
  const embedding = 1 + draw(9);
  const tie = draw(4) === 0;
  const layers: LayerSpec[] = [];
  let [width, positions] = [embedding, context];
  let isFlat = false;
  for (let i = draw(4); i > 0; i--) {
    layers.push(...drawNear(draw));
    if (positions > 1 && draw(2) === 0) {
      layers.push(flatten(2));
      [width, positions, isFlat] = [2 * width, positions / 2, true];
    }
    if (!isFlat) [width, positions, isFlat] = [width * positions, 1, true];
    if (draw(3) === 0) layers.push(residual(...drawNear(draw), linear(width), ...drawNear(draw)));
    width = 1 + draw(20);
    layers.push(linear(width, draw(3) > 0), ...drawNear(draw));
    if (draw(3) === 0) layers.push(residual(...drawNear(draw), ...drawNear(draw)));
  }
  if (isFlat && positions > 1) layers.push(flatten(positions));
  if (tie) layers.push(linear(embedding));
  layers.push({ kind: "linear", width: "output", bias: draw(3) > 0 });
  if (draw(4) === 0) layers.push(NORMS[draw(NORMS.length)] ?? layer);
  return { context, embedding, layers, tie };
}

const NORMS: readonly NormSpec[] = [batch, batchStd, layer, rms];

/** Draws what leaves the width as it is. */
function drawNear(draw: Draw): LayerSpec[] {
  const near: LayerSpec[] = [];
  if (draw(3) === 0) near.push(NORMS[draw(NORMS.length)] ?? layer);
  const activation = ACTIVATIONS[draw(2 * ACTIVATIONS.length)];
  if (activation !== undefined) near.push({ kind: "activation", activation });
  if (draw(4) === 0) near.push(dropout(0.25));
  return near;
}
