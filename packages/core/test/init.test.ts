import { expect, test } from "vitest";
import { gainOf, type InitScheme, type Nonlinearity } from "../src/index.ts";
import { initialise } from "../src/init/initialise.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { goldenPart } from "./golden-parts.ts";

const SHAPE = [400, 100];
const NONLINEARITIES = ["linear", "tanh", "relu", "leaky_relu", "sigmoid", "selu"] as const;

function draw(init: InitScheme, shape: readonly number[] = SHAPE): Float32Array {
  return initialise(init, shape, new TorchGenerator(3));
}

function std(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

// The spread that each scheme's definition promises for 400 inputs and 100 outputs.
test.each<[string, InitScheme, number]>([
  ["normal", { scheme: "normal", std: 0.5, scale: 1 }, 0.5],
  ["scaled normal", { scheme: "normal", std: 0.5, scale: 4 }, 2],
  ["uniform", { scheme: "uniform", low: -1, high: 2, scale: 1 }, 3 / Math.sqrt(12)],
  [
    "kaiming",
    { scheme: "kaiming", gain: "tanh", mode: "fan_in", distribution: "normal", scale: 1 },
    5 / 3 / 20,
  ],
  [
    "kaiming fan-out",
    { scheme: "kaiming", gain: "relu", mode: "fan_out", distribution: "uniform", scale: 1 },
    Math.SQRT2 / 10,
  ],
  [
    "xavier",
    { scheme: "xavier", gain: 2, distribution: "normal", scale: 1 },
    2 * Math.sqrt(2 / 500),
  ],
  [
    "xavier uniform",
    { scheme: "xavier", gain: 1, distribution: "uniform", scale: 1 },
    Math.sqrt(2 / 500),
  ],
  ["lecun", { scheme: "lecun", distribution: "normal", scale: 1 }, 1 / 20],
])("%s has the spread of its definition", (_, init, expected) => {
  expect(std(draw(init)) / expected).toBeCloseTo(1, 1);
});

test("uniform values stay within their bounds and reach close to both", () => {
  const values = draw({ scheme: "uniform", low: -1, high: 2, scale: 1 });

  expect(Math.min(...values)).toBeCloseTo(-1, 2);
  expect(Math.max(...values)).toBeCloseTo(2, 2);
});

test.each([
  [20, 8],
  [8, 20],
])(
  "an orthogonal %i x %i matrix has orthonormal columns or rows, times the gain",
  (rows, columns) => {
    const q = draw({ scheme: "orthogonal", gain: 3, scale: 1 }, [rows, columns]);

    const isTall = rows >= columns;
    const at = (vector: number, i: number) =>
      q[isTall ? i * columns + vector : vector * columns + i] ?? 0;
    const length = Math.max(rows, columns);
    for (let a = 0; a < Math.min(rows, columns); a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        expect(product).toBeCloseTo(a === b ? 9 : 0, 5);
      }
    }
  },
);

test("constants draw nothing; a normal of no spread draws all the same", () => {
  const generator = new TorchGenerator(3);
  const untouched = new TorchGenerator(3);
  const drawn = new TorchGenerator(3);
  drawn.randn(20);

  for (const scheme of ["zeros", "ones"] as const)
    initialise({ scheme, scale: 1 }, [20], generator);
  const constant = initialise({ scheme: "constant", value: 2, scale: 0.5 }, [20], generator);
  expect(generator.rand(1)).toEqual(untouched.rand(1));

  const flat = new TorchGenerator(3);
  expect(Math.max(...initialise({ scheme: "normal", std: 0, scale: 1 }, [20], flat))).toBe(0);
  expect(flat.rand(1)).toEqual(drawn.rand(1));
  expect([...constant]).toEqual(new Array(20).fill(1));
});

test("gains are those of torch.nn.init.calculate_gain", () => {
  expect(gainOf("tanh")).toBe(5 / 3);
  expect(gainOf("relu")).toBe(Math.SQRT2);
  expect(gainOf("linear")).toBe(1);
  expect(gainOf(0.7)).toBe(0.7);
  const gains = goldenPart<Readonly<Record<Nonlinearity, number>>>("gains");
  for (const name of NONLINEARITIES) expect(gainOf(name), name).toBeCloseTo(gains[name], 9);
});
