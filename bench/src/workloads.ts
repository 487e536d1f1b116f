/** What is measured: one config each, and how much matrix work a step of it is. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildDataset, type Dataset, layerShapes, parseNames, type RunSpec } from "@ablate/core";
import { dataHash, loadConfig, planRuns } from "@ablate/runner";

export type WorkloadName = "two-layer" | "two-layer-bn" | "six-layer-bn-100" | "six-layer-bn-200";

type Steps = { readonly steps: number; readonly peerSteps: number };

/** Steps of one measurement, about a second each; `peerSteps` of PyTorch and of the engine tfjs. */
export const WORKLOADS: Readonly<Record<WorkloadName, Steps>> = {
  "two-layer": { steps: 10_000, peerSteps: 3000 },
  "two-layer-bn": { steps: 8000, peerSteps: 2000 },
  "six-layer-bn-100": { steps: 4000, peerSteps: 700 },
  "six-layer-bn-200": { steps: 1500, peerSteps: 500 },
};

export const WORKLOAD_NAMES: readonly WorkloadName[] = Object.keys(WORKLOADS).filter(isWorkload);

export function isWorkload(name: string): name is WorkloadName {
  return name in WORKLOADS;
}

export function workloadFile(name: WorkloadName): string {
  return fileURLToPath(new URL(`../workloads/${name}.yaml`, import.meta.url));
}

/** The one run of a workload, with its data. */
export function loadWorkload(
  name: WorkloadName,
  steps: number,
): { spec: RunSpec; dataset: Dataset } {
  const config = loadConfig(workloadFile(name), { steps });
  const data = readFileSync(config.dataFile);
  const { runs } = planRuns(config, dataHash(data));
  const [run] = runs;
  if (run === undefined) throw new Error(`${name} has no run`);
  const { spec } = run;
  const settings = { context: spec.model.context, shuffleSeed: spec.shuffleSeed };
  return { spec, dataset: buildDataset(parseNames(data).names, settings) };
}

/** The three products of one layer: rows of the batch, fan-in, fan-out. */
export type Product = { readonly rows: number; readonly fanIn: number; readonly fanOut: number };

/** Of each layer of the model; a step does 3 x 2 x rows x fan-in x fan-out flops with each. */
export function productsOf({ model, train }: RunSpec, { vocabulary }: Dataset): Product[] {
  return layerShapes(model, vocabulary.length).map(({ fanIn, fanOut }) => ({
    rows: train.batchSize,
    fanIn,
    fanOut,
  }));
}

/** Floating-point operations of the matrix products of one step. */
export function matrixFlops(products: readonly Product[]): number {
  return products.reduce((sum, { rows, fanIn, fanOut }) => sum + 6 * rows * fanIn * fanOut, 0);
}
