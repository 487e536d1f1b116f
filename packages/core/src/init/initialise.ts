import type { TorchGenerator } from "../random/torch-generator.ts";
import type { InitScheme, Nonlinearity } from "../spec.ts";
import { orthogonal } from "./orthogonal.ts";

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
  switch (init.scheme) {
    case "zeros":
      return new Float32Array(size);
    case "ones":
      return new Float32Array(size).fill(1);
    case "constant":
      return new Float32Array(size).fill(init.value);
    case "normal":
      return scaled(generator.randn(size), init.std);
    case "uniform":
      return between(generator.rand(size), init.low, init.high);
    case "kaiming": {
      const fan = init.mode === "fan_in" ? fanIn(shape) : fanOut(shape);
      return spread(gainOf(init.gain) / Math.sqrt(fan), init.distribution, size, generator);
    }
    case "xavier": {
      const std = init.gain * Math.sqrt(2 / (fanIn(shape) + fanOut(shape)));
      return spread(std, init.distribution, size, generator);
    }
    case "lecun":
      return spread(1 / Math.sqrt(fanIn(shape)), init.distribution, size, generator);
    case "orthogonal":
      return scaled(orthogonal(fanIn(shape), fanOut(shape), generator), init.gain);
  }
}

/**
 * The gain that keeps the spread through a nonlinearity, as `torch.nn.init.calculate_gain`:
 * linear and sigmoid 1, tanh 5/3, relu sqrt(2), selu 3/4.
 */
export function gainOf(gain: number | Nonlinearity): number {
  return typeof gain === "number" ? gain : GAINS[gain];
}

const GAINS = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
} as const satisfies Record<Nonlinearity, number>;

function spread(
  std: number,
  distribution: "normal" | "uniform",
  size: number,
  generator: TorchGenerator,
): Float32Array {
  if (distribution === "normal") return scaled(generator.randn(size), std);
  const bound = Math.sqrt(3) * std;
  return between(generator.rand(size), -bound, bound);
}

function scaled(values: Float32Array, factor: number): Float32Array {
  const rounded = Math.fround(factor);
  return values.map((value) => value * rounded);
}

function between(values: Float32Array, low: number, high: number): Float32Array {
  const span = Math.fround(high - low);
  const start = Math.fround(low);
  return values.map((value) => Math.fround(value * span) + start);
}

function fanIn(shape: Shape): number {
  return shape[0] ?? 1;
}

function fanOut(shape: Shape): number {
  return shape[1] ?? fanIn(shape);
}
