/** What logits drawn at random cost, by how wide they are drawn; nothing is trained. */
import { TorchGenerator } from "../random/torch-generator.ts";
import { statisticsOf } from "../statistics.ts";
import { crossEntropy } from "./softmax.ts";

export type RandomLogits = {
  readonly classes: number;
  readonly draws: number;
  /** The right class, from 0. */
  readonly target: number;
  readonly seed: number;
};

export type RandomLosses = {
  /** Nats. */
  readonly mean: number;
  /** Unbiased; NaN of a single draw. */
  readonly std: number;
  /** Draws that cost more than equal logits would, from 0 to 1. */
  readonly worse: number;
};

/**
 * Draws logits from N(0, 1), times `scale`, in float32, and takes the cross-entropy of each draw. The
 * same seed gives the same draws whatever the scale.
 */
export function randomLosses(scale: number, options: RandomLogits): RandomLosses {
  const { classes, draws, target, seed } = options;
  const factor = Math.fround(scale);
  const logits = new TorchGenerator(seed).randn(draws * classes).map((value) => value * factor); // [draws, classes]
  const losses = Float64Array.from({ length: draws }, (_, i) =>
    crossEntropy(logits.subarray(i * classes, (i + 1) * classes), target),
  );
  const equal = crossEntropy(new Float64Array(classes), target);
  const { mean, std } = statisticsOf(losses);
  return { mean, std, worse: losses.filter((loss) => loss > equal).length / draws };
}
