/** Nonlinearities and their slopes, number by number in doubles: what the engine rounds to float32 once. */
import { exp, ln1p } from "../../../math.ts";
import type { ActivationName } from "../../../spec.ts";

/** A function of one number, and its derivative. */
type Curve = {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
};

/** Those that TensorFlow.js does not have, or not to the last bits of a float32. */
export type CurveName = Exclude<ActivationName, "tanh" | "relu" | "leaky_relu">;

export const CURVES: Readonly<Record<CurveName, Curve>> = {
  // Hendrycks & Gimpel (2016), arXiv:1606.08415
  gelu: {
    value: (x) => x * normalShare(x),
    slope: (x) => normalShare(x) + x * normalDensity(x),
  },
  gelu_tanh: {
    value: (x) => x * sigmoid(2 * bend(x)),
    slope: (x) => {
      const share = sigmoid(2 * bend(x));
      return share + x * share * (1 - share) * 2 * bendSlope(x);
    },
  },
  silu: {
    value: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)),
  },
  elu: {
    value: (x) => (x > 0 ? x : expm1(x)),
    slope: (x) => (x > 0 ? 1 : exp(x)),
  },
  sigmoid: {
    value: sigmoid,
    slope: (x) => sigmoid(x) * sigmoid(-x),
  },
  softplus: {
    value: (x) => (x > SOFTPLUS_THRESHOLD ? x : ln1p(exp(x))),
    slope: (x) => (x > SOFTPLUS_THRESHOLD ? 1 : sigmoid(x)),
  },
};

/** Above it PyTorch's softplus is the identity. */
const SOFTPLUS_THRESHOLD = 20;

function sigmoid(x: number): number {
  return 1 / (1 + exp(-x));
}

/** Below it `exp(x) - 1` would lose more digits than three terms of its series leave out. */
const SMALL = 1e-4;

function expm1(x: number): number {
  return Math.abs(x) < SMALL ? x * (1 + (x / 2) * (1 + x / 3)) : exp(x) - 1;
}

const ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

/** What the tanh form of GELU puts into tanh: (1 + tanh u) / 2 is the sigmoid of 2 u. */
function bend(x: number): number {
  return ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x);
}

function bendSlope(x: number): number {
  return ROOT_TWO_OVER_PI * (1 + 3 * 0.044715 * x * x);
}

function normalDensity(x: number): number {
  return (exp((-x * x) / 2) * Math.SQRT1_2) / Math.sqrt(Math.PI);
}

/** Share of the standard normal distribution below x: `(1 + erf(x / sqrt 2)) / 2`. */
function normalShare(x: number): number {
  if (Math.abs(x) < NEAR) return 0.5 + normalDensity(x) * series(x);
  const tail = normalDensity(x) * tailRatio(Math.abs(x));
  return x > 0 ? 1 - tail : tail;
}

/** Up to here the series needs few terms; from here on the fraction does. */
const NEAR = 3;

/** `x + x^3 / 3 + x^5 / (3 5) + ...`; Abramowitz & Stegun (1964), 26.2.11. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > Math.abs(sum) * Number.EPSILON; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** `1 / (x + 1 / (x + 2 / (x + 3 / (x + ...))))`; Abramowitz & Stegun (1964), 26.2.14. */
function tailRatio(x: number): number {
  let below = x;
  for (let k = FRACTION_TERMS; k > 0; k--) below = x + k / below;
  return 1 / below;
}

/** Enough for 1e-14 from `NEAR` on. */
const FRACTION_TERMS = 60;
