/** Runs trained by the real command from a config, and read back through its exports. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "@ablate/core";
import { dataHash, loadConfig, type PlannedRun, planRuns } from "@ablate/runner";
import { ablate } from "../make.ts";
import type { Series, Trained } from "./in-pytorch.ts";
import type { YamlMap } from "./random-model.ts";

/** The config cannot be planned or trained. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Writes a config, and the names that it is about, into a folder. */
export function writeConfig(folder: string, config: YamlMap, names: readonly string[]): void {
  writeFileSync(join(folder, "names.txt"), `${names.join("\n")}\n`);
  // JSON is YAML.
  writeFileSync(join(folder, "spec.yaml"), `${JSON.stringify(config, null, 1)}\n`);
}

/** The one run of a folder's config. */
export function runIn(folder: string): PlannedRun {
  const config = loadConfig(join(folder, "spec.yaml"), {});
  const [run] = planRuns(config, dataHash(readFileSync(config.dataFile))).runs;
  if (run === undefined) throw new RefusedError("the config has no run");
  return run;
}

/** Trains the runs of a folder's config by an engine. */
export async function trainRuns(folder: string, engine: string): Promise<void> {
  const flags = ["--engine", engine, "--quiet", ...storeOf(engine)];
  const { status, stderr } = await ablate(folder, "run", "spec.yaml", ...flags);
  // 1: a run has diverged, which PyTorch's may too.
  if (status !== 0 && status !== 1) throw new RefusedError(stderr.trim());
}

/** Reads what a run, called so, has left in the folder where an engine has trained it. */
export async function readRun(folder: string, run: string, engine: string): Promise<Trained> {
  const store = storeOf(engine);
  const table = async (...which: readonly string[]): Promise<Record<string, unknown>[]> => {
    const words = [run, "--format", "jsonl", ...which, "-o", "-", ...store];
    const { status, stdout, stderr } = await ablate(folder, "export", ...words);
    if (status !== 0) throw new RefusedError(stderr.trim());
    const lines = stdout.trim().split("\n");
    return lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  };
  const steps = await table();
  const [first = {}] = steps;
  const column = (name: string): Series =>
    name in first ? steps.map((row) => numberIn(row[name])) : [];
  const parameters = Object.keys(first).flatMap((key) =>
    key.startsWith(RATIO) ? [key.slice(RATIO.length)] : [],
  );
  const weights = `${engine}.safetensors`;
  await ablate(folder, "export", run, "-o", weights, "--optimizer", "--force", ...store);
  const { tensors } = decodeSafetensors(readFileSync(join(folder, weights)));
  // `hidden1.weight.exp_avg` is what the optimiser keeps of `hidden1.weight`.
  const isState = (name: string) => parameters.includes(name.slice(0, name.lastIndexOf(".")));
  const named = (all: typeof tensors) =>
    Object.fromEntries(all.map(({ name, values }) => [name, [...values]]));
  return {
    parameters,
    loss: column("loss"),
    lr: column("lr"),
    ratios: steps.map((row) => parameters.map((name) => numberIn(row[`${RATIO}${name}`]))),
    gradient_norm: column("metric.gradient_norm"),
    clip_factor: column("metric.clip_factor"),
    tensors: named(tensors.filter(({ name }) => !isState(name))),
    state: named(tensors.filter(({ name }) => isState(name))),
    evaluations: (await table("--table", "evals")).map(({ split, statistics, loss }) => ({
      split: String(split),
      statistics: String(statistics),
      loss: numberIn(loss),
    })),
  };
}

function storeOf(engine: string): readonly string[] {
  return ["--store", `${engine}.db`];
}

const RATIO = "ratio:";

function numberIn(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
