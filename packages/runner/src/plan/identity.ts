import { createHash } from "node:crypto";
import { USUAL_READING } from "@ablate/core";
import { canonicalJson } from "../config/canonical-json.ts";
import type { ResolvedConfig, TrainConfig } from "../config/config.ts";
import { stopSpecOf } from "../config/to-run-spec.ts";

/**
 * Returns the identity of the data: sha256, hex, of the bytes of the file of names; with files of their own for other
 * splits, of the hashes of all of them by split.
 */
export function dataHash(
  names: Uint8Array,
  own: Readonly<Partial<Record<"valid" | "test", Uint8Array | null>>> = {},
): string {
  const sha256 = (value: Uint8Array | string): string =>
    createHash("sha256").update(value).digest("hex");
  const hash = sha256(names);
  const others = Object.entries(own).flatMap(([split, bytes]) =>
    bytes === null ? [] : [[split, sha256(bytes)] as const],
  );
  if (others.length === 0) return hash;
  return sha256(canonicalJson({ names: hash, ...Object.fromEntries(others) }));
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

/** What decides of `data`: the separator where the file reads otherwise by the other, an unusual end token. */
function dataParts(
  { context, shuffle_seed, separator, end }: ResolvedConfig["data"],
  hash: string,
): unknown {
  return {
    hash,
    context,
    shuffle_seed,
    ...(separator === "line" ? { separator } : {}),
    ...(end === undefined || end === USUAL_READING.end ? {} : { end }),
  };
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
    const parts = [
      ["data", canonicalJson(dataParts(data, dataHash))],
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
