import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EngineName,
  firstActivation,
  firstBatchNorm,
  hiddenWidths,
  type InitScheme,
  type LayerInit,
  modelOf,
  type NameLists,
  onlyNames,
  type RunSpec,
  type ShortForm,
  type ThresholdChanges,
} from "@ablate/core";
import { type GridOptions, type GridOutcome, type RecordConfig, runGrid } from "@ablate/runner";
import { openWriter, type StoreWriter } from "@ablate/store";

const NORMAL: InitScheme = { scheme: "normal", std: 1, scale: 0.2 };
const LAYER: LayerInit = {
  weight: NORMAL,
  bias: { scheme: "zeros", scale: 1 },
  gamma: { scheme: "ones", scale: 1 },
  beta: { scheme: "zeros", scale: 1 },
};

/** A small net on a few names. */
export function makeSpec({
  steps = 300,
  rate = 0.1,
  seed = 1,
  model = {},
}: {
  readonly steps?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly model?: Partial<ShortForm>;
} = {}): RunSpec {
  return {
    model: modelOf({
      context: 3,
      embedding: 4,
      hidden: [16],
      activation: "tanh",
      bias: true,
      batchNorm: "none",
      ...model,
    }),
    init: { embedding: NORMAL, hidden: LAYER, output: LAYER },
    train: { steps, batchSize: 8, lr: [{ step: 0, rate }], l2: 0 },
    seed,
    shuffleSeed: 42,
  };
}

/** The config of a run as a store keeps it. */
export function storedConfig(
  { model, init, train, seed, shuffleSeed }: RunSpec,
  probes: RecordConfig["probes"] = "none",
): string {
  const { steps, batchSize, lr, l2 } = train;
  const { kind: _, norm: __, ...norm } = firstBatchNorm(model) ?? { kind: "none", norm: "none" };
  return JSON.stringify({
    data: { file: "names.txt", context: model.context, shuffle_seed: shuffleSeed },
    model: {
      embedding: model.embedding,
      hidden: hiddenWidths(model),
      activation: firstActivation(model),
      bias: true,
      batch_norm: "epsilon" in norm ? { where: "hidden", ...norm } : "none",
    },
    init,
    train: {
      ...{ steps, batch_size: batchSize, l2 },
      lr: "rate" in lr ? lr : Object.fromEntries(lr.map(({ step, rate }) => [step, rate])),
    },
    record: { evaluate: "end", samples: 0, probes, checkpoint: "none" },
    ...{ engine: "simd", seed },
  });
}

export const NAMES: NameLists = onlyNames(
  "emma olivia ava isabella sophia mia charlotte amelia evelyn abigail harper emily".split(" "),
);

/** What a worker is told of a run that is computed as ever. */
export const ONE_THREAD = { now: 1, most: 1, isMeasured: true } as const;

export function makePath(): string {
  return join(mkdtempSync(join(tmpdir(), "ablate-run-")), "ablate.db");
}

export type TrainingOptions = {
  /** Of all runs; without it none goes on from another. */
  readonly family?: string;
  readonly engine?: EngineName;
  readonly probes?: RecordConfig["probes"];
  readonly evaluate?: RecordConfig["evaluate"];
  readonly thresholds?: ThresholdChanges;
  readonly checkpoint?: RecordConfig["checkpoint"];
  readonly best?: RecordConfig["best"];
};

/** Plans `specs` as the grid `g`, each under its key, and trains them into the store at `path`. */
export async function trainInto(
  path: string,
  specs: Readonly<Record<string, RunSpec>>,
  {
    engine = "simd",
    probes = "none",
    evaluate = "end",
    thresholds = {},
    checkpoint = "30s",
    best,
    family,
    ...options
  }: Partial<GridOptions> & TrainingOptions = {},
): Promise<GridOutcome> {
  const store: StoreWriter = openWriter(path);
  const kept = best === undefined ? {} : { best };
  try {
    return await runGrid({
      store,
      grid: {
        name: "g",
        description: "",
        spec: "name: g\n",
        runs: Object.entries(specs).map(([label, spec]) => ({
          hash: `hash-of-${label}`,
          name: `g/${label}`,
          label,
          config: JSON.stringify({ ...spec, record: { probes, ...kept } }),
          seed: spec.seed,
          engine,
          steps: spec.train.steps,
          ...(family === undefined ? {} : { family }),
        })),
      },
      runs: Object.entries(specs).map(([label, spec]) => ({
        hash: `hash-of-${label}`,
        family,
        spec,
        record: { evaluate, samples: 5, probes, checkpoint, ...kept },
        thresholds,
        engine,
      })),
      data: NAMES,
      dataHash: "hash of the names",
      provenance: { host: "here" },
      ...options,
    });
  } finally {
    store.close();
  }
}
