import type { Engine, LoadedEngine } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import { exp } from "../math.ts";
import { TorchGenerator } from "../random/torch-generator.ts";
import { softmax } from "../softmax/softmax.ts";
import type { RunSpec } from "../spec.ts";
import { trainedWeights } from "./checkpoint.ts";

/** A name is cut here: a model that never emits the end marker must not go on for ever. */
const LONGEST_NAME = 64;

/** What names are drawn, beside the model. */
type Sampling = {
  /** Token index to character, the end marker first. */
  readonly vocabulary: readonly string[];
  readonly context: number;
  readonly count: number;
  readonly seed: number | string;
  /** How a character is drawn; `cumulated` unless given. */
  readonly by?: "cumulated" | "multinomial" | undefined;
};

/**
 * Draws names from a model, character by character, under running statistics. The generator is its own,
 * so sampling never moves the training stream: the same weights and seed give the same names.
 */
export function sampleNames(
  engine: Engine,
  { vocabulary, context, count, seed, by = "cumulated" }: Sampling,
): string[] {
  const generator = new TorchGenerator(seed);
  const draw = { cumulated: drawToken, multinomial }[by];
  const logits = new Float32Array(vocabulary.length);
  return Array.from({ length: count }, () => {
    const window = new Array<number>(context).fill(0);
    let name = "";
    for (let length = 0; length < LONGEST_NAME; length++) {
      engine.predict(window, logits);
      const token = draw(logits, generator);
      if (token === 0) break;
      name += vocabulary[token] ?? "";
      window.push(token);
      window.shift();
    }
    return name;
  });
}

/** Returns the token at which the cumulated softmax passes a number that is drawn from `[0, 1)`. */
function drawToken(logits: Float32Array, generator: TorchGenerator): number {
  const u = generator.rand(1)[0] ?? 0;
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (logit) => exp(logit - largest));
  let left = u * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [token, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return token;
  }
  return 0;
}

/**
 * `torch.multinomial(softmax(logits), 1, generator=generator)`: of the probabilities, each divided by a number from the
 * exponential distribution, the largest.
 */
function multinomial(logits: Float32Array, generator: TorchGenerator): number {
  const divisors = generator.exponential(logits.length);
  const quotients = Float32Array.from(softmax(logits)).map((p, i) => p / (divisors[i] ?? 1));
  return quotients.reduce((best, one, i) => (one > (quotients[best] ?? 0) ? i : best), 0);
}

/**
 * Samples names from a trained model.
 *
 * @param engine - what predicts; `simd` unless given
 * @param spec - what it was trained by: the size of its batches decides in which order an engine adds
 * @param weights - safetensors bytes of `Trainer.weights`, which carry the vocabulary
 * @throws CheckpointError - they are not those of such a model
 */
export function sampleFromWeights({
  engine: { create } = SIMD,
  spec: { model, train: training },
  weights,
  ...sampling
}: Pick<Sampling, "count" | "seed" | "by"> & {
  readonly engine?: LoadedEngine;
  readonly spec: Pick<RunSpec, "model" | "train">;
  readonly weights: Uint8Array;
}): string[] {
  const { tensors, vocabulary } = trainedWeights(weights, model);
  const train = { count: 0, contexts: new Uint16Array(), targets: new Uint16Array() };
  const dataset = { train, vocabulary };
  const engine = create({ model, train: training, dataset, tensors });
  const names = sampleNames(engine, { vocabulary, context: model.context, ...sampling });
  engine.dispose();
  return names;
}
