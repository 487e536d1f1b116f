import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "@ablate/core";
import type { RunSummary, StoreReader } from "@ablate/store";
import { UsageError } from "../command-line/errors.ts";
import { unlessAborted } from "../command-line/interrupt.ts";
import type { Target } from "../store/resolve.ts";
import { type FileTarget, writeWhole, writeWholeFolder } from "./whole-files.ts";

/** Weights of a run as a file, of a grid as a folder with a file for each run that has weights. */
export async function exportWeights(
  reader: StoreReader,
  { name, grid, runs }: Target,
  { target, signal }: { readonly target: FileTarget; readonly signal: AbortSignal },
): Promise<{ readonly written: number; readonly without: number }> {
  const trained = runs.filter(({ name }) => reader.weights(name) !== undefined);
  const [only] = trained;
  if (only === undefined) {
    const why = grid === null ? `it is ${runs[0]?.state}` : "none of its runs has finished";
    throw new UsageError(`${name} has no weights: ${why}`);
  }
  if (grid === null) {
    await writeWhole(target, (path) => writeFileSync(path, weightsOf(reader, only)));
    return { written: 1, without: 0 };
  }
  const names = fileNames(trained);
  await writeWholeFolder(target, names, async (folder) => {
    for (const [i, run] of trained.entries()) {
      await unlessAborted(signal);
      writeFileSync(join(folder, names[i] ?? run.name), weightsOf(reader, run));
    }
  });
  return { written: trained.length, without: runs.length - trained.length };
}

/** Runs by the labels that they have in the grid, where no two have the same. */
function fileNames(runs: readonly RunSummary[]): readonly string[] {
  const labels = runs.map(({ name: run, label }) => label ?? run);
  const names = new Set(labels).size === labels.length ? labels : runs.map(({ name }) => name);
  return names.map((name) => `${name.replaceAll("/", "-")}.safetensors`);
}

/** The stored tensors; the metadata say whose they are and what they were trained on. */
function weightsOf(reader: StoreReader, { name: run, hash, seed, config }: RunSummary): Uint8Array {
  const stored = reader.weights(run);
  if (stored === undefined) throw new UsageError(`${run} has no weights any more`);
  const { tensors, metadata } = decodeSafetensors(stored.bytes);
  return encodeSafetensors({
    tensors,
    metadata: { ...metadata, run, hash, seed: `${seed}`, step: `${stored.step}`, config },
  });
}
