/** Where nonlinearities count as flat. */
import { expect, test } from "vitest";
import { saturationOf } from "../src/probe/saturation.ts";
import { ACTIVATIONS, type ActivationName } from "../src/spec.ts";
import { activated } from "./plain-network.ts";

const THRESHOLD = 0.97;
const STEP = 1e-4;

function y(activation: ActivationName, x: number): number {
  return activated({ activation, slope: 0.01 }, x);
}

function isFlat(nonlinearity: ActivationName, x: number): boolean {
  const pass = (value: number) => {
    const values = Float32Array.of(value);
    return { values, gradient: values };
  };
  const preactivation = pass(x);
  const activation = pass(y(nonlinearity, x));
  const seen = saturationOf({ units: 1, nonlinearity, preactivation, activation }, THRESHOLD);
  return seen?.share === 1;
}

/** Where each begins to be flat, from 0 downwards and upwards; none: it never is. */
const FLAT: Readonly<
  Record<ActivationName, readonly [below: number | null, above: number | null]>
> = {
  tanh: [-2.0923, 2.0923],
  sigmoid: [-4.1846, 4.1846],
  relu: [0, null],
  leaky_relu: [null, null],
  gelu: [-3.0674, null],
  gelu_tanh: [-3.0529, null],
  silu: [-6.2614, null],
  elu: [-4.6052, null],
  softplus: [-4.5951, null],
};

test.each(ACTIVATIONS)("%s is flat beyond where its slope is practically 0", (name) => {
  const [below, above] = FLAT[name];
  const places = Array.from({ length: 401 }, (_, i) => i / 20 - 10);

  for (const x of places) {
    const expected = (below !== null && x <= below) || (above !== null && x >= above);
    expect(isFlat(name, x), `${name} at ${x}`).toBe(expected);
  }
});

test.each(["gelu", "gelu_tanh", "silu", "elu", "softplus"] as const)(
  "%s begins to be flat at a slope of 0.01, and stays it",
  (name) => {
    const below = FLAT[name][0] ?? 0;
    const slopeAt = (x: number) => Math.abs(y(name, x + STEP) - y(name, x - STEP)) / (2 * STEP);

    expect(slopeAt(below)).toBeCloseTo(0.01, 4);
    for (let x = below - 0.1; x > -30; x -= 0.1) expect(slopeAt(x)).toBeLessThan(0.01);
  },
);

test("what has no nonlinearity has no saturation", () => {
  const pass = { values: Float32Array.of(1), gradient: Float32Array.of(1) };

  const layer = { units: 1, nonlinearity: "none", preactivation: pass, activation: pass } as const;

  expect(saturationOf(layer, THRESHOLD)).toBeNull();
});
