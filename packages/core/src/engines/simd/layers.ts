import {
  embeddingOf,
  type LayerShape,
  layerShapes,
  type NormShape,
} from "../../model/parameters.ts";
import type { ModelSpec, Parameter } from "../../spec.ts";
import type { Arena, Matrix } from "./arena.ts";

/** A parameter's values and gradient, of equal layout; `ratio` is where its update:data ratio goes. */
export type Slot = {
  readonly parameter: Parameter;
  readonly value: Matrix;
  readonly gradient: Matrix;
  readonly ratio: number;
};

/** Batch norm of one layer. `shape` names its tensors. Vectors are 1 x n; `spread` is a std or a variance, as the model says. */
export type Norm = {
  readonly shape: NormShape;
  readonly gamma: Slot;
  readonly beta: Slot;
  readonly runningMean: Matrix;
  readonly runningSpread: Matrix;
  /** Moments in use: of the current batch, or of an evaluation. */
  readonly mean: Matrix;
  readonly spread: Matrix;
  readonly divisor: Matrix;
  readonly slope: Matrix;
  /** Sums of columnMoments: 2 ld doubles. */
  readonly sums: number;
  readonly normal: Matrix;
};

/** A linear layer with what follows it; all row buffers have room for `rows` examples. */
export type Layer = {
  readonly shape: LayerShape;
  readonly weight: Slot;
  readonly bias: Slot | null;
  readonly norm: Norm | null;
  /** x W + b, then after batch norm, then after the nonlinearity: the same matrix where nothing changes it. */
  readonly linear: Matrix;
  readonly normed: Matrix;
  readonly output: Matrix;
  readonly gradient: Matrix;
};

/** Everything of a model in the arena, in forward order. */
export type Layout = {
  readonly embedding: Slot;
  readonly layers: readonly Layer[];
  readonly slots: readonly Slot[];
  readonly input: Matrix;
  readonly inputGradient: Matrix;
  readonly logits: Matrix;
  readonly logitsGradient: Matrix;
};

/** Reserves parameters, gradients and activations of a model; ratios lie at `ratios`, 4 bytes each. */
export function layOut(
  arena: Arena,
  {
    model,
    vocabularySize,
    rows,
    ratios,
  }: {
    readonly model: ModelSpec;
    readonly vocabularySize: number;
    readonly rows: number;
    readonly ratios: number;
  },
): Layout {
  const slots: Slot[] = [];
  const slot = (parameter: Parameter): Slot => {
    const [height, width] = heightAndWidth(parameter.shape);
    const made = {
      parameter,
      value: arena.matrix(height, width),
      gradient: arena.matrix(height, width),
      ratio: ratios + 4 * slots.length,
    };
    slots.push(made);
    return made;
  };
  const embedding = slot(embeddingOf(model, vocabularySize));
  const layers = layerShapes(model, vocabularySize).map((shape): Layer => {
    const weight = slot(shape.weight);
    const bias = shape.bias === null ? null : slot(shape.bias);
    const linear = arena.matrix(rows, shape.fanOut);
    const norm = shape.norm === null ? null : layOutNorm(arena, slot, shape.norm, rows);
    const normed = norm === null ? linear : arena.matrix(rows, shape.fanOut);
    const isLinear = shape.kind === "output" || model.activation === "none";
    const output = isLinear ? normed : arena.matrix(rows, shape.fanOut);
    const gradient = arena.matrix(rows, shape.fanOut);
    return { shape, weight, bias, norm, linear, normed, output, gradient };
  });
  const inputs = model.context * model.embedding;
  const last = layers.at(-1);
  if (last === undefined) throw new RangeError("simd: a model has at least its output layer");
  return {
    embedding,
    layers,
    slots,
    input: arena.matrix(rows, inputs),
    inputGradient: arena.matrix(rows, inputs),
    logits: last.output,
    logitsGradient: last.gradient,
  };
}

function layOutNorm(
  arena: Arena,
  slot: (parameter: Parameter) => Slot,
  shape: NormShape,
  rows: number,
): Norm {
  const fanOut = shape.gain.size;
  const vector = () => arena.matrix(1, fanOut);
  return {
    shape,
    gamma: slot(shape.gain),
    beta: slot(shape.shift),
    runningMean: vector(),
    runningSpread: vector(),
    mean: vector(),
    spread: vector(),
    divisor: vector(),
    slope: vector(),
    sums: arena.reserve(2 * (fanOut + 3) * 8),
    normal: arena.matrix(rows, fanOut),
  };
}

/** A vector is a matrix of one row. */
function heightAndWidth(shape: readonly number[]): readonly [number, number] {
  const [first = 0, second] = shape;
  return second === undefined ? [1, first] : [first, second];
}
