/** A store of runs that other programs have trained, as `ablate record` leaves them. */
import { hostname } from "node:os";
import { join } from "node:path";
import { metricFacts } from "@ablate/core";
import {
  openWriter,
  type Parameter,
  type Probe,
  type Provenance,
  type StoreWriter,
} from "@ablate/store";
import { makeFolder } from "./make.ts";

/** Settings as people write them: not one of them is a setting of ours, though some are called so. */
export const STRANGE: Readonly<Record<string, unknown>> = {
  model: "resnet18",
  train: { lr: "auto", steps: "until it is good", optimizer: ["adamw", null] },
  init: null,
  data: { file: 7, augment: { flip: true, crop: [32, { pad: 4 }] } },
  record: 1,
  seed: "none of your business",
  "key.with.dots": { "a.b": 1 },
  note: `a long text ${"x".repeat(300)}`,
  "": "no name",
  "line\nbreak\u001b[31m": "\u001b[2Jred",
};

const PARAMETERS: readonly Parameter[] = [
  parameter("wte.weight", { layer: "wte", layerKind: "embedding", role: "embedding" }, [27, 4]),
  parameter("h0.attn.weight", { layer: "h0.attn", layerKind: "hidden", role: "weight" }, [4, 12]),
  parameter("h0.ln.weight", { layer: "h0.ln", layerKind: "other", role: "gain" }, [4]),
  parameter("head.weight", { layer: "head", layerKind: "output", role: "weight" }, [27, 4]),
];

type Place = Pick<Parameter, "layer" | "layerKind" | "role">;

function parameter(name: string, place: Place, shape: readonly number[]): Parameter {
  return { name, ...place, shape, size: shape.reduce((size, one) => size * one, 1) };
}

/** The process that has recorded them is no longer there. */
const GONE = 99_999_999;

type Recorded = {
  readonly grid: string;
  readonly label: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly source?: string;
  readonly engine?: string;
  readonly seed?: number | null;
  readonly steps?: number | null;
  readonly parameters?: readonly Parameter[];
  readonly provenance?: Provenance;
  readonly state?: "finished" | "failed" | "running";
  /** What is recorded while the run has its claim. */
  readonly record?: (writer: StoreWriter, id: number, token: string) => void;
};

/** Records a run of another program into the store of a folder. */
export function recordRun(folder: string, run: Recorded): string {
  const { grid, label, config, source = "jsonl", engine = "pytorch" } = run;
  const { seed = null, steps = null, parameters = [], provenance = {}, state = "finished" } = run;
  const writer = openWriter(join(folder, "ablate.db"));
  const token = `${grid}/${label}`;
  const name = token;
  const text = JSON.stringify(seed === null ? config : { ...config, seed });
  const facts = {
    hash: `recorded ${name}`,
    name,
    label,
    config: text,
    seed,
    engine,
    steps,
    source,
  };
  const planned = writer.planGrid({ name: grid, description: "", spec: "", runs: [facts] });
  const id = planned.at(-1)?.id ?? -1;
  writer.claimRun(id, { token, pid: GONE, host: hostname() }, provenance, parameters);
  run.record?.(writer, id, token);
  if (state === "finished") {
    writer.endRun(id, token, {
      state,
      reason: "steps",
      error: null,
      trainSeconds: 9,
      snapshot: null,
    });
  }
  if (state === "failed") {
    const error = "CUDA out of memory";
    writer.endRun(id, token, { state, reason: "error", error, trainSeconds: 9, snapshot: null });
  }
  writer.close();
  return name;
}

/** Records numbers of a metric, at these steps. */
export function metric(
  name: string,
  numbers: readonly number[],
  every = 10,
): (writer: StoreWriter, id: number, token: string) => void {
  return (writer, id, token) => {
    writer.declareMetrics(id, token, [metricFacts(name)]);
    const steps = Float64Array.from(numbers, (_, i) => i * every);
    writer.appendSeries(id, token, [{ name, steps, numbers: Float64Array.from(numbers) }]);
  };
}

/** Records several things one after the other. */
export function all(
  ...some: readonly NonNullable<Recorded["record"]>[]
): NonNullable<Recorded["record"]> {
  return (...at) => {
    for (const one of some) one(...at);
  };
}

/** Records every step with its loss, rate and ratios. */
export function steps(count: number, from = 4): NonNullable<Recorded["record"]> {
  return (writer, id, token) => {
    const ratios = Float32Array.from({ length: count * PARAMETERS.length }, (_, i) =>
      i % PARAMETERS.length === 1 ? Number.NaN : 1e-3,
    );
    const loss = Float64Array.from({ length: count }, (_, i) => from / (1 + i / 100));
    const lr = new Float64Array(count).fill(3e-4);
    writer.appendSteps(id, token, { first: 0, count, loss, lr, ratios, trainSeconds: 3 });
  };
}

/** Records steps with these losses, of a network with parameters. */
export function recordSteps(losses: readonly number[]): Pick<Recorded, "parameters" | "record"> {
  const count = losses.length;
  const ratios = new Float32Array(count * PARAMETERS.length).fill(1e-3);
  const [loss, lr] = [Float64Array.from(losses), new Float64Array(count).fill(3e-4)];
  const record: Recorded["record"] = (writer, id, token) =>
    writer.appendSteps(id, token, { first: 0, count, loss, lr, ratios, trainSeconds: 3 });
  return { parameters: PARAMETERS, record };
}

const PROBE: Probe = {
  step: 100,
  examples: 32,
  loss: 2.5,
  layers: [
    {
      ...{ name: "h0.attn", kind: "hidden", units: 12, saturation: null, norm: null },
      tensors: { activation: { mean: 0, std: 0.7, min: -2, max: 2, histogram: null } },
    },
  ],
  logits: {
    examples: 0,
    tokens: 0,
    logits: new Float32Array(0),
    probabilities: new Float32Array(0),
  },
};

/** A folder with a store of all kinds of recorded runs. */
export function recordedFolder(): string {
  const folder = makeFolder();
  recordRun(folder, {
    ...{ grid: "keras", label: "mnist", config: STRANGE, source: "csv", engine: "keras" },
    provenance: { user: "ada" },
    record: all(
      (writer, id, token) =>
        writer.setLogPosition(id, token, {
          ...{ path: "/runs/keras/log.csv", format: "csv", position: 7, state: "{}" },
        }),
      metric("loss", [2.3, 1.1, 0.5, 0.25]),
      metric("val_loss", [2.2, 1.2, 0.7, 0.8]),
      metric("accuracy", [0.1, 0.6, 0.8, 0.9]),
      metric("val/acc", [0.1, 0.5, 0.7, 0.75]),
      metric("tokens/s", [100, 200, 300, 250]),
    ),
  });
  recordRun(folder, {
    ...{
      grid: "gpt",
      label: "adamw",
      config: { lr: 3e-4, layers: 2, optimizer: { name: "AdamW" } },
    },
    ...{ source: "frames", parameters: PARAMETERS },
    provenance: {
      ratios: "rms",
      ratios_every: 1,
      untrained: "h0.mask",
      torch: "2.15.0",
      device: "cpu",
      argv: "train.py --lr 3e-4",
    },
    record: all(steps(300), metric("valid_loss", [4, 3, 2.5], 100), (writer, id, token) =>
      writer.appendProbe(id, token, PROBE),
    ),
  });
  for (const lr of [0.1, 0.2]) {
    for (const seed of [1, 2]) {
      recordRun(folder, {
        ...{ grid: "cnn", label: `lr=${lr}-seed=${seed}`, config: { lr }, seed, steps: 40 },
        record: all(metric("val_loss", [2, 1 + lr + seed / 10]), metric("accuracy", [0, 0.9 - lr])),
      });
    }
  }
  for (const label of ["first", "again"]) {
    recordRun(folder, {
      ...{ grid: "sweep", label, config: { lr: 1 }, source: "wandb" },
      record: metric("reward", [1, 2, label === "first" ? 3 : 4]),
    });
  }
  recordRun(folder, { grid: "ends", label: "bad", config: {}, state: "failed" });
  recordRun(folder, {
    grid: "ends",
    label: "live",
    config: {},
    state: "running",
    record: steps(0),
  });
  return folder;
}
