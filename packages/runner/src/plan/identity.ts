import { createHash } from "node:crypto";
import { canonicalJson } from "../config/canonical-json.ts";
import type { ResolvedConfig, TrainConfig } from "../config/config.ts";
import { stopSpecOf } from "../config/to-run-spec.ts";

/** Returns the identity of a data file: sha256 of its bytes, hex. */
export function dataHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Returns the identity of a run: sha256, hex, of what decides its numbers. Where the data lies and what
 * is recorded is not part of it.
 */
export function runHash(resolved: ResolvedConfig, dataHash: string): string {
  return runHasher(dataHash)(resolved);
}

/** `runHash` for many runs of one data file, which share most of their values. */
export function runHasher(dataHash: string): (resolved: ResolvedConfig) => string {
  return hasher(dataHash, (train) => train);
}

/** Hashes what runs that differ in their number of steps alone have in common: sha256, hex. */
export function familyHasher(dataHash: string): (resolved: ResolvedConfig) => string {
  return hasher(dataHash, ({ steps: _, ...train }) => train);
}

/** @param partOf - what of `train` decides; its `stop` counts without what has no effect in it */
function hasher(
  dataHash: string,
  partOf: (train: TrainConfig) => Partial<TrainConfig>,
): (resolved: ResolvedConfig) => string {
  const texts = new WeakMap<object, string>();
  const textOf = (value: object, read = (): unknown => value): string => {
    const text = texts.get(value) ?? canonicalJson(read());
    texts.set(value, text);
    return text;
  };
  return ({ data, model, init, train, seed, engine }) => {
    const { context, shuffle_seed } = data;
    const parts = [
      ["data", canonicalJson({ hash: dataHash, context, shuffle_seed })],
      ["engine", JSON.stringify(engine)],
      ["init", textOf(init)],
      ["model", textOf(model)],
      ["seed", JSON.stringify(seed)],
      ["train", textOf(train, () => ({ ...partOf(train), stop: stopSpecOf(train) }))],
    ];
    const identity = `{${parts.map(([key, text]) => `"${key}":${text}`).join(",")}}`;
    return createHash("sha256").update(identity).digest("hex");
  };
}
