import { exp, ln } from "../math.ts";
import { TorchGenerator } from "../random/torch-generator.ts";
import { statisticsOf } from "../statistics.ts";

/** Returns the probabilities that logits stand for: `exp(logit - largest)`, divided by their sum. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const { powers, total } = powersOf(logits);
  return powers.map((power) => power / total);
}

/**
 * Returns the cross-entropy of one class, `-ln softmax(logits)[target]`, in nats. It stays finite where
 * the probability itself is 0 in double precision.
 */
export function crossEntropy(logits: ArrayLike<number>, target: number): number {
  const { total, largest } = powersOf(logits);
  return ln(total) - ((logits[target] ?? Number.NaN) - largest);
}

function powersOf(logits: ArrayLike<number>) {
  const values = Float64Array.from(logits);
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = values.map((logit) => exp(logit - largest));
  return { powers, total: powers.reduce((sum, power) => sum + power, 0), largest };
}

export type RandomLogits = {
  readonly classes: number;
  readonly draws: number;
  readonly seed: number | string;
  /** From N(0, 1), as `torch.randn`, unless given; `rand`: from U(0, 1). */
  readonly from?: "rand" | "randn";
};

type RandomLosses = {
  /** Nats. */
  readonly mean: number;
  /** Unbiased; NaN of a single draw. */
  readonly std: number;
  /** Draws that cost more than equal logits would, from 0 to 1. */
  readonly worse: number;
};

/** Draws logits times `scale`, in float32; `[draws, classes]`. The same seed gives the same draws whatever the scale. */
export function randomLogits(
  scale: number,
  { classes, draws, seed, from = "randn" }: RandomLogits,
): Float32Array {
  const factor = Math.fround(scale);
  return new TorchGenerator(seed)[from](draws * classes).map((value) => value * factor);
}

/**
 * Draws logits and takes the cross-entropy of each draw.
 *
 * @param options - `target`: the right class, from 0
 */
export function randomLosses(
  scale: number,
  options: RandomLogits & { readonly target: number },
): RandomLosses {
  const { classes, draws, target } = options;
  const logits = randomLogits(scale, options);
  const losses = Float64Array.from({ length: draws }, (_, i) =>
    crossEntropy(logits.subarray(i * classes, (i + 1) * classes), target),
  );
  const equal = crossEntropy(new Float64Array(classes), target);
  const { mean, std } = statisticsOf(losses);
  return { mean, std, worse: losses.filter((loss) => loss > equal).length / draws };
}
