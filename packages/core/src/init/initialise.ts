import { LEAKY_SLOPE } from "../model/network-plan.ts";
import type { TorchGenerator } from "../random/torch-generator.ts";
import type { Distribution, InitScheme, Nonlinearity } from "../spec.ts";

/** `[fan_in, fan_out]` of a weight, `[n]` of a vector, whose fans are both n. */
type Shape = readonly number[];

/**
 * Fills a tensor by a scheme; scaling happens in float32 after the draw, as in PyTorch.
 *
 * @param shape - `[fan_in, fan_out]` or `[n]`
 * @returns row-major float32 values
 */
export function initialise(
  init: InitScheme,
  shape: Shape,
  generator: TorchGenerator,
): Float32Array {
  const values = draw(init, shape, generator);
  return init.scale === 1 ? values : scaled(values, init.scale);
}

function draw(init: InitScheme, shape: Shape, generator: TorchGenerator): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const [fanIn = 1, fanOut = fanIn] = shape;
  const drawScaled = (std: number, distribution: Distribution): Float32Array => {
    if (distribution === "normal") return scaled(generator.randn(size), std);
    const bound = Math.sqrt(3) * std;
    return between(generator.rand(size), -bound, bound);
  };
  switch (init.scheme) {
    case "zeros":
      return new Float32Array(size);
    case "ones":
      return new Float32Array(size).fill(1);
    case "constant":
      return new Float32Array(size).fill(init.value);
    case "normal":
      return drawScaled(init.std, "normal");
    case "uniform":
      return between(generator.rand(size), init.low, init.high);
    case "kaiming": {
      const fan = init.mode === "fan_in" ? fanIn : fanOut;
      return drawScaled(gainOf(init.gain) / Math.sqrt(fan), init.distribution);
    }
    case "xavier":
      return drawScaled(init.gain * Math.sqrt(2 / (fanIn + fanOut)), init.distribution);
    case "lecun":
      return drawScaled(1 / Math.sqrt(fanIn), init.distribution);
    case "orthogonal":
      return scaled(orthogonal(fanIn, fanOut, generator), init.gain);
  }
}

/**
 * Returns the gain that keeps the spread through a nonlinearity, as `torch.nn.init.calculate_gain`:
 * linear and sigmoid 1, tanh 5/3, relu sqrt(2), leaky relu sqrt(2 / (1 + slope^2)), selu 3/4.
 */
export function gainOf(gain: number | Nonlinearity): number {
  return typeof gain === "number" ? gain : GAINS[gain];
}

const GAINS = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  leaky_relu: Math.sqrt(2 / (1 + LEAKY_SLOPE ** 2)),
  selu: 3 / 4,
} as const satisfies Record<Nonlinearity, number>;

function scaled(values: Float32Array, factor: number): Float32Array {
  const rounded = Math.fround(factor);
  return values.map((value) => value * rounded);
}

function between(values: Float32Array, low: number, high: number): Float32Array {
  const span = Math.fround(high - low);
  const start = Math.fround(low);
  return values.map((value) => Math.fround(value * span) + start);
}

/**
 * A `[rows, columns]` matrix with orthonormal columns (or rows, whichever are fewer), uniform over all
 * such matrices: Gram-Schmidt, twice for accuracy, on standard normal vectors, in doubles.
 *
 * Source: Saxe, McClelland & Ganguli (2014), arXiv:1312.6120.
 */
function orthogonal(rows: number, columns: number, generator: TorchGenerator): Float32Array {
  const drawn = generator.randn(rows * columns);
  const result = new Float32Array(rows * columns);
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const indexOf = (vector: number, i: number) =>
    rows >= columns ? i * columns + vector : vector * columns + i;
  const basis: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, (_, i) => drawn[indexOf(v, i)] ?? 0);
    removeProjections(vector, basis);
    removeProjections(vector, basis);
    const norm = Math.sqrt(dot(vector, vector));
    for (const [i, value] of vector.entries()) {
      vector[i] = value / norm;
      result[indexOf(v, i)] = value / norm;
    }
    basis.push(vector);
  }
  return result;
}

function removeProjections(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    const along = dot(vector, direction);
    for (let i = 0; i < vector.length; i++) {
      vector[i] = (vector[i] ?? 0) - along * (direction[i] ?? 0);
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
