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
  const files = trained.map((run) => ({
    run,
    target: grid === null ? target : inFolder(target, run),
  }));
  if (grid !== null)
    makeFolder(
      target,
      files.map((file) => file.target),
    );
  for (const file of files) {
    await writeWhole(file.target, (path) => writeFileSync(path, weightsOf(reader, file.run)));
  }
  return { written: files.length, without: runs.length - files.length };
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

/** A run's file is called as the run in the grid. */
function inFolder({ file, path, force }: FileTarget, { run, label }: RunSummary): FileTarget {
  const name = `${label ?? run.replaceAll("/", "-")}.safetensors`;
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
