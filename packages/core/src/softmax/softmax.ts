import { exp, ln } from "../math.ts";

/** Probabilities that logits stand for: `exp(logit - largest)`, divided by their sum. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const { powers } = powersOf(logits);
  const total = sumOf(powers);
  return powers.map((power) => power / total);
}

/**
 * What it costs that one class is the right one: `-ln softmax(logits)[target]`, in nats. It stays finite
 * where the probability itself is 0 in double precision.
 */
export function crossEntropy(logits: ArrayLike<number>, target: number): number {
  const { powers, largest } = powersOf(logits);
  return ln(sumOf(powers)) - ((logits[target] ?? Number.NaN) - largest);
}

function powersOf(logits: ArrayLike<number>): {
  readonly powers: Float64Array;
  readonly largest: number;
} {
  const values = Float64Array.from(logits);
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { powers: values.map((logit) => exp(logit - largest)), largest };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
