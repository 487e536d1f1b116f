/** Stores of runs that other programs have trained, as they are recorded from logs. */
import { hostname } from "node:os";
import { join } from "node:path";
import {
  type MetricFacts,
  openWriter,
  type Parameter,
  type Probe,
  type RunEnd,
  type StoreWriter,
} from "@ablate/store";
import { temporaryFolder } from "./make.ts";
import { makeProbe } from "./probe-make.ts";

export type RecordedPlan = {
  readonly label: string;
  readonly source?: string;
  readonly framework?: string | null;
  readonly seed?: number | null;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Null: the end is open. */
  readonly steps?: number | null;
  /** Steps from 0 on with a loss, a rate and ratios; none where the log has metrics alone. */
  readonly trained?: number;
  readonly parameters?: readonly Parameter[];
  readonly loss?: (step: number) => number;
  /** Numbers by name: at which steps, and how much. */
  readonly series?: Readonly<Record<string, Series>>;
  readonly probes?: readonly Probe[];
  /** Null: the run goes on. */
  readonly end?: Partial<RunEnd> | null;
  readonly provenance?: Readonly<Record<string, string | number | boolean | null>>;
};

export type Series = {
  readonly every: number;
  readonly until: number;
  readonly value: (step: number) => number;
};

/** A store with these runs in one grid; returns its path. */
export function recordedStore(runs: readonly RecordedPlan[], grid = "runs"): string {
  const path = join(temporaryFolder(), "ablate.db");
  const writer = openWriter(path);
  addRecorded(writer, runs, grid);
  writer.close();
  return path;
}

export function addRecorded(
  writer: StoreWriter,
  runs: readonly RecordedPlan[],
  grid: string,
): void {
  const stored = writer.planGrid({
    name: grid,
    description: "",
    spec: "",
    runs: runs.map((run) => ({
      hash: `${grid}-${run.label}-0123456789`,
      name: `${grid}/${run.label}`,
      label: run.label,
      config: JSON.stringify(run.config ?? {}),
      seed: run.seed ?? null,
      engine: run.framework ?? "",
      steps: run.steps ?? null,
      source: run.source ?? "tfevents",
    })),
  });
  for (const [i, { id }] of stored.entries()) {
    const plan = runs[i];
    if (plan !== undefined) record(writer, id, plan);
  }
}

function record(writer: StoreWriter, id: number, run: RecordedPlan): void {
  const token = `token-${id}`;
  const claim = { token, pid: process.pid, host: hostname() };
  writer.claimRun(id, claim, run.provenance ?? {}, run.parameters ?? []);
  const width = run.parameters?.length ?? 0;
  const count = run.trained ?? 0;
  const loss = run.loss ?? ((step: number) => 2 + 2 * Math.exp(-step / 80));
  if (count > 0) {
    writer.appendSteps(id, token, {
      first: 0,
      count,
      loss: Float64Array.from({ length: count }, (_, step) => loss(step)),
      lr: new Float64Array(count).fill(3e-4),
      ratios: Float32Array.from({ length: count * width }, (_, i) => 10 ** (-3 - (i % 3) / 4)),
      trainSeconds: count / 50,
    });
  }
  for (const [name, { every, until, value }] of Object.entries(run.series ?? {})) {
    const steps = Float64Array.from({ length: Math.floor(until / every) + 1 }, (_, i) => i * every);
    writer.declareMetrics(id, token, [factsOf(name)]);
    writer.appendSeries(id, token, [{ name, steps, numbers: steps.map(value) }]);
  }
  for (const probe of run.probes ?? []) writer.appendProbe(id, token, probe);
  if (run.end === null) return;
  writer.endRun(id, token, {
    ...({ state: "finished", reason: "log", error: null, trainSeconds: count / 50 } as const),
    ...{ snapshot: null, ...run.end },
  });
}

const OF_NAMES: Readonly<Record<string, Partial<MetricFacts>>> = {
  "train/loss": { role: "loss", goal: "min" },
  "val/loss": { role: "valid_loss", goal: "min" },
  valid_loss: { role: "valid_loss", goal: "min" },
  "val/accuracy": { goal: "max" },
  "train/learning_rate": { role: "lr", isLog: true },
  "gpu/memory": { unit: "MB" },
};

function factsOf(name: string): MetricFacts {
  return { name, unit: null, goal: null, isLog: false, guide: null, ...OF_NAMES[name] };
}

/** What a run of TensorBoard has: metrics alone. */
export function tensorBoardSeries(until: number): Readonly<Record<string, Series>> {
  const falling = (from: number) => (step: number) => from + 2 * Math.exp((-4 * step) / until);
  return {
    "train/loss": { every: 10, until, value: falling(1) },
    "val/loss": { every: 100, until, value: falling(1.2) },
    "val/accuracy": {
      every: 100,
      until,
      value: (step) => 0.9 * (1 - Math.exp((-4 * step) / until)),
    },
    "train/learning_rate": { every: 10, until, value: (step) => 1e-3 * (1 - step / (until + 1)) },
    epoch: { every: 100, until, value: (step) => step / 500 },
    "gpu/memory": { every: 50, until, value: (step) => 11_000 + (step % 7) },
  };
}

/** The layers of a small GPT, as a recorder of PyTorch names them. */
export const GPT_LAYERS: readonly string[] = [
  "transformer.wte",
  ...[0, 1].flatMap((block) =>
    ["ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"].map(
      (name) => `transformer.h.${block}.${name}`,
    ),
  ),
  "transformer.ln_f",
  "lm_head",
];

export function gptParameters(): Parameter[] {
  return GPT_LAYERS.flatMap((layer): Parameter[] => {
    const of = { layer, shape: [64, 64], size: 4096 };
    if (layer.endsWith("wte"))
      return [{ ...of, name: `${layer}.weight`, layerKind: "embedding", role: "embedding" }];
    if (layer === "lm_head")
      return [{ ...of, name: `${layer}.weight`, layerKind: "output", role: "weight" }];
    const isNorm = /\.ln_[^.]*$/.test(layer);
    const layerKind = isNorm ? "other" : "hidden";
    return [
      { ...of, name: `${layer}.weight`, layerKind, role: isNorm ? "gain" : "weight" },
      { ...of, name: `${layer}.bias`, layerKind, role: isNorm ? "shift" : "bias" },
    ];
  });
}

/** A probe of these layers. */
export function gptProbe(step: number): Probe {
  const { layers, ...probe } = makeProbe({ step, depth: GPT_LAYERS.length - 2, units: 16 });
  return {
    ...probe,
    layers: layers.map((layer, i) => {
      const name = GPT_LAYERS[i] ?? layer.name;
      const kind = /\.ln_[^.]*$/.test(name) ? "other" : layer.kind;
      return { ...layer, name, kind, saturation: name.endsWith("c_fc") ? layer.saturation : null };
    }),
  };
}

/** A run of PyTorch's recorder: every step with ratios, probes, and numbers now and then. */
export function pytorchRun(change: Partial<RecordedPlan> = {}): RecordedPlan {
  return {
    label: "gpt",
    source: "frames",
    framework: "pytorch",
    seed: 1337,
    trained: 3000,
    parameters: gptParameters(),
    probes: [0, 1, 10, 100, 1000].map(gptProbe),
    config: {
      lr: 3e-4,
      model: { n_layer: 2, n_head: 4, layers: [64, 64, { kind: "mlp" }] },
      note: "a long text ".repeat(20),
      betas: [0.9, 0.95],
      resume: null,
      compile: true,
    },
    series: { valid_loss: { every: 500, until: 3000, value: (step) => 2.3 - step / 10_000 } },
    provenance: {
      ...{ torch: "2.15", ratios: "rms", ratios_every: 1 },
      nonlinearities: "transformer.h.0.mlp.c_fc: gelu, transformer.h.1.mlp.c_fc: gelu",
    },
    end: null,
    ...change,
  };
}
