import type { LoadedEngine } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import type { ModelSpec } from "../spec.ts";
import { decodeSafetensors } from "../weights/safetensors.ts";
import { sampleNames } from "./sample-names.ts";

/**
 * Names from a trained model.
 *
 * @param engine - what predicts; `simd` unless given
 * @param weights - safetensors bytes of `Trainer.weights`, which carry the vocabulary
 * @throws RangeError - the bytes do not fit the model
 */
export function sampleFromWeights({
  engine: { create } = SIMD,
  model,
  weights,
  count,
  seed,
}: {
  readonly engine?: LoadedEngine;
  readonly model: ModelSpec;
  readonly weights: Uint8Array;
  readonly count: number;
  readonly seed: number;
}): string[] {
  const { tensors, metadata } = decodeSafetensors(weights);
  const vocabulary = parseVocabulary(metadata.vocabulary ?? "[]");
  const train = { count: 0, contexts: new Uint16Array(), targets: new Uint16Array() };
  const engine = create({
    model,
    train: { batchSize: 1, l2: 0 },
    dataset: { train, vocabulary },
    tensors,
  });
  const names = sampleNames(engine, { vocabulary, context: model.context, count, seed });
  engine.dispose();
  return names;
}

function parseVocabulary(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((token) => typeof token === "string") : [];
}
