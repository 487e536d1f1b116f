import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "@ablate/core";
import type { RunSummary, StoreReader } from "@ablate/store";
import { UsageError } from "../errors.ts";
import type { Target } from "../store.ts";
import { type FileTarget, writeWhole } from "./whole-file.ts";

/** Weights of a run as a file, of a grid as a folder with a file for each run that has weights. */
export async function exportWeights(
  reader: StoreReader,
  { name, grid, runs }: Target,
  target: FileTarget,
): Promise<{ readonly written: number; readonly without: number }> {
  const trained = runs.filter(({ run }) => reader.weights(run) !== undefined);
  if (trained.length === 0) {
    const why = grid === null ? `it is ${runs[0]?.state}` : "none of its runs has finished";
    throw new UsageError(`${name} has no weights: ${why}`);
  }
  if (grid === null) {
    await writeWeights(reader, trained, [target]);
    return { written: 1, without: 0 };
  }
  const targets = fileNames(trained).map((file) => inFolder(target, file));
  makeFolder(target, targets);
  await writeWeights(reader, trained, targets);
  return { written: trained.length, without: runs.length - trained.length };
}

async function writeWeights(
  reader: StoreReader,
  runs: readonly RunSummary[],
  targets: readonly FileTarget[],
): Promise<void> {
  for (const [i, target] of targets.entries()) {
    const run = runs[i];
    if (run === undefined) continue;
    await writeWhole(target, (path) => writeFileSync(path, weightsOf(reader, run)));
  }
}

/** Runs by the labels that they have in the grid, where no two have the same. */
function fileNames(runs: readonly RunSummary[]): readonly string[] {
  const labels = runs.map(({ run, label }) => label ?? run);
  const names = new Set(labels).size === labels.length ? labels : runs.map(({ run }) => run);
  return names.map((name) => `${name.replaceAll("/", "-")}.safetensors`);
}

/** The stored tensors; the metadata say whose they are and what they were trained on. */
function weightsOf(reader: StoreReader, { run, hash, seed, config }: RunSummary): Uint8Array {
  const stored = reader.weights(run);
  if (stored === undefined) throw new UsageError(`${run} has no weights any more`);
  const { tensors, metadata } = decodeSafetensors(stored.bytes);
  return encodeSafetensors({
    tensors,
    metadata: { ...metadata, run, hash, seed: `${seed}`, step: `${stored.step}`, config },
  });
}

function inFolder({ file, path, force }: FileTarget, name: string): FileTarget {
  return { file: join(file, name), path: join(path, name), force };
}

function makeFolder({ file, path }: FileTarget, targets: readonly FileTarget[]): void {
  if (!existsSync(path)) {
    mkdirSync(path);
    return;
  }
  if (!statSync(path).isDirectory()) {
    throw new UsageError(`${file} is a file; weights of a grid need a folder`);
  }
  const there = targets.filter((target) => !target.force && existsSync(target.path));
  const [first] = there;
  if (first === undefined) return;
  const more = there.length > 1 ? ` and ${there.length - 1} more` : "";
  throw new UsageError(`${file} has ${basename(first.path)}${more} already; --force replaces them`);
}
