/** What is trained: a workload by its name, or any widths and batch; and how much matrix work a step of it is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as core from "@ablate/core";
import * as runner from "@ablate/runner";
import type { Checkout } from "./checkout.ts";

export const WORKLOAD_NAMES = [
  "two-layer",
  "two-layer-bn",
  "six-layer-bn-100",
  "six-layer-bn-200",
  "two-layer-adamw",
  "six-layer-ln-100",
  "hierarchical",
] as const;

export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

export function isWorkload(name: string): name is WorkloadName {
  return WORKLOAD_NAMES.some((workload) => workload === name);
}

/** Whether the checkout in a folder has a workload. */
export function hasWorkload(folder: string, name: WorkloadName): boolean {
  return existsSync(join(folder, "bench/workloads", `${name}.yaml`));
}

/** The config of a net and what is set on top of it: `512,512/128` is `two-layer` with other widths and another batch. */
export function configOf(net: string): { readonly file: string; readonly set: readonly string[] } {
  const name = isWorkload(net) ? net : "two-layer";
  const file = fileURLToPath(new URL(`../workloads/${name}.yaml`, import.meta.url));
  if (isWorkload(net)) return { file, set: [] };
  const [, widths, batch] = /^(\d+(?:,\d+)*)\/(\d+)$/.exec(net) ?? [];
  if (widths === undefined || batch === undefined) {
    const names = WORKLOAD_NAMES.join(", ");
    throw new RangeError(`no net "${net}"; there are ${names}, and WIDTH,.../BATCH`);
  }
  return { file, set: [`model.hidden=[${widths}]`, `train.batch_size=${batch}`] };
}

/** The one run of a net, with its data, as a checkout plans it: this one unless another is given. */
export function loadWorkload(
  net: string,
  steps: number,
  by: Checkout = { core, runner },
): { spec: core.RunSpec; dataset: core.Dataset } {
  return loadNet(configOf(net), steps, by);
}

/** The same of a config and what is set on top of it. */
export function loadNet(
  { file, set }: ReturnType<typeof configOf>,
  steps: number,
  by: Checkout = { core, runner },
): { spec: core.RunSpec; dataset: core.Dataset } {
  const config = by.runner.loadConfig(file, { steps, set });
  const data = readFileSync(config.dataFile);
  const { runs } = by.runner.planRuns(config, by.runner.dataHash(data));
  const [run] = runs;
  if (run === undefined) throw new Error(`${file} has no run`);
  const { spec } = run;
  const settings = { context: spec.model.context, shuffleSeed: spec.shuffleSeed };
  return { spec, dataset: by.core.buildDataset(by.core.parseNames(data).names, settings) };
}

/** Returns the floating-point operations of a step's matrix products: three for each layer, pads not counted. */
export function matrixFlops({ model, train }: core.RunSpec, { vocabulary }: core.Dataset): number {
  return core
    .linearModules(core.planNetwork(model, vocabulary.length))
    .reduce(
      (sum, { fanIn, width, positions }) => sum + 6 * train.batchSize * positions * fanIn * width,
      0,
    );
}

/** Steps of a chunk and of one measurement. */
export type Length = { readonly chunk: number; readonly steps: number };

/** Of a step: what does not grow with its products, and the products of a core that is slow at them. */
const FIXED_SECONDS = 30e-6;
const FLOPS_PER_SECOND = 60e9;
/** Shorter than a time slice of the system, so that some chunks are not interrupted; long enough to be timed. */
const CHUNK_SECONDS = 6e-3;
/** What one step of PyTorch eager takes at least, in steps of ours. */
const EAGER = 8;

/** Returns how long to measure a net for so many seconds, at least thirty chunks; or for so many steps. */
export function lengthOf(flops: number, seconds: number, steps: number | null = null): Length {
  const step = FIXED_SECONDS + flops / FLOPS_PER_SECOND;
  const chunk = Math.max(1, Math.round(CHUNK_SECONDS / step));
  if (steps !== null) return { chunk: Math.min(chunk, steps), steps };
  return { chunk, steps: chunk * Math.max(30, Math.round(seconds / (chunk * step))) };
}

/** Returns the length for a side that pays for each operation and not only for arithmetic. */
export function eagerLength({ chunk, steps }: Length): Length {
  const shorter = Math.max(1, Math.round(chunk / EAGER));
  const fewest = Math.min(30, steps / chunk);
  return { chunk: shorter, steps: shorter * Math.ceil(Math.max(fewest, steps / EAGER / shorter)) };
}
