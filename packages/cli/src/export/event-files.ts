/** Writes runs as event files of TensorBoard, a folder for each run. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { EventWriter, type WrittenSetting } from "@ablate/record";
import {
  edgesOf,
  flatSettings,
  type RunSummary,
  type StoreReader,
  storedMap,
  type TensorProbe,
} from "@ablate/store";
import { counted } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { unlessAborted } from "../command-line/interrupt.ts";
import type { Target } from "../store/resolve.ts";
import { type FileTarget, writeNewFolder } from "./whole-files.ts";

/** Steps that are read and written at once. */
const STEPS_AT_ONCE = 4096;

/** Writes the runs into a new folder: those of a grid each in one by its label, a single one itself. */
export async function exportEventFiles(
  reader: StoreReader,
  { name, grid, runs }: Target,
  { target, signal }: { readonly target: FileTarget; readonly signal: AbortSignal },
): Promise<string> {
  const begun = runs.filter(({ startedAt }) => startedAt !== null);
  if (begun.length === 0) throw new UsageError(`${name} has nothing to export: no run has begun`);
  await writeNewFolder(target, async (folder) => {
    for (const run of begun) {
      const own = grid === null ? folder : join(folder, folderName(run));
      mkdirSync(own, { recursive: true });
      await writeRun(reader, run, { folder: own, signal });
    }
  });
  return `wrote ${counted(begun.length, "run")} to ${target.file}; tensorboard --logdir ${target.file} shows them`;
}

function folderName({ label, name }: RunSummary): string {
  return (label ?? name).replaceAll("/", "-").replace(/^\.+/, "");
}

async function writeRun(
  reader: StoreReader,
  run: RunSummary,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const clock = clockOf(run);
  const seconds = String(Math.floor(clock(0))).padStart(10, "0");
  const file = join(folder, `events.out.tfevents.${seconds}.ablate.${run.hash.slice(0, 12)}`);
  const descriptor = openSync(file, "wx");
  try {
    const writer = new EventWriter((bytes) => writeAll(descriptor, bytes), clock(0));
    const end = run.state === "finished" ? "finished" : run.state === "failed" ? "failed" : null;
    writeSettings(writer, run, clock(0));
    const parts = [writeSteps, writeMetrics, writeEvaluations, writeProbes];
    for (const write of parts) await write({ reader, run, writer, clock, signal });
    if (end !== null) writer.end(clock((run.lastStep ?? -1) + 1), end);
    writer.close();
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

/** Says when a step was made, in seconds since 1970, as if all had taken as long. */
type Clock = (step: number) => number;

function clockOf({ startedAt, stepsPerS }: RunSummary): Clock {
  const start = Date.parse(startedAt ?? "") / 1000 || 0;
  const each = stepsPerS === null || stepsPerS <= 0 ? 0 : 1 / stepsPerS;
  return (step) => start + step * each;
}

type Work = {
  readonly reader: StoreReader;
  readonly run: RunSummary;
  readonly writer: EventWriter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

function writeSettings(writer: EventWriter, { config, source }: RunSummary, wall: number): void {
  const settings = flatSettings(storedMap(config, "config"), source ?? "").map(
    ({ key, value }) => [key, settingOf(value)] as const,
  );
  writer.settings(wall, Object.fromEntries(settings));
}

function settingOf(value: unknown): WrittenSetting {
  if (typeof value === "number" || typeof value === "boolean") return value;
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function writeSteps({ reader, run, writer, clock, signal }: Work): Promise<void> {
  const tags = reader.parameters(run.name).map(({ name }) => `update_ratio/${name}`);
  for (let from = 0; ; from += STEPS_AT_ONCE) {
    await unlessAborted(signal);
    const { count, loss, lr, ratios } = reader.steps(run.name, from, STEPS_AT_ONCE);
    for (let i = 0; i < count; i++) {
      const at = { step: from + i, wall: clock(from + i) };
      writer.scalar("loss", at, loss[i] ?? Number.NaN);
      writer.scalar("lr", at, lr[i] ?? Number.NaN);
      for (const [p, tag] of tags.entries()) {
        const ratio = ratios[i * tags.length + p] ?? Number.NaN;
        if (!Number.isNaN(ratio)) writer.scalar(tag, at, ratio);
      }
    }
    if (count < STEPS_AT_ONCE) return;
  }
}

async function writeMetrics({ reader, run, writer, clock, signal }: Work): Promise<void> {
  for (const { name } of reader.metrics(run.name)) {
    await unlessAborted(signal);
    const { steps, numbers } = reader.metricPoints(run.name, name);
    for (const [i, step] of steps.entries()) {
      writer.scalar(name, { step, wall: clock(step) }, numbers[i] ?? Number.NaN);
    }
  }
}

/** Statistics of batch norm, those first that a trained network is used with. */
const STATISTICS = ["none", "running", "trainset", "batch"];

async function writeEvaluations({ reader, run, writer, clock }: Work): Promise<void> {
  const evaluations = reader.evaluations(run.name);
  for (const [split, all] of Map.groupBy(evaluations, (one) => one.split)) {
    const usual = STATISTICS.find((one) => all.some(({ statistics }) => statistics === one));
    for (const { step, statistics, loss } of all) {
      const tag = statistics === usual ? `${split}_loss` : `${split}_loss/${statistics}`;
      writer.scalar(tag, { step, wall: clock(step) }, loss ?? Number.NaN);
    }
  }
}

async function writeProbes({ reader, run, writer, clock, signal }: Work): Promise<void> {
  for (const step of reader.probeSteps(run.name)) {
    await unlessAborted(signal);
    for (const { name, tensors } of reader.probe(run.name, step)?.layers ?? []) {
      for (const [kind, tensor] of Object.entries(tensors)) {
        writeHistogram(writer, { tag: tagOf(name, kind), step, wall: clock(step) }, tensor);
      }
    }
  }
}

/** Names a tensor as PyTorch does, or by its kind. */
function tagOf(layer: string, kind: string): string {
  const names: Partial<Record<string, string>> = {
    weight: ".weight",
    weight_gradient: ".weight.grad",
  };
  return `${layer}${names[kind] ?? `/${kind}`}`;
}

function writeHistogram(
  writer: EventWriter,
  { tag, ...at }: { readonly tag: string; readonly step: number; readonly wall: number },
  { mean, std, min, max, histogram }: TensorProbe,
): void {
  if (histogram === null || !Number.isFinite(min) || !Number.isFinite(max)) return;
  const inner = edgesOf(histogram.scale);
  const edges = Float64Array.of(
    Math.min(min, inner[0] ?? min),
    ...inner,
    Math.max(max, inner.at(-1) ?? max),
  );
  const count = histogram.counts.reduce((sum, one) => sum + one, 0);
  const sum = mean * count;
  const squares = (count - 1) * (Number.isNaN(std) ? 0 : std) ** 2 + sum * mean;
  writer.histogram(tag, at, { min, max, sum, squares, edges, counts: histogram.counts });
}
