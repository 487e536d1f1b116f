/** What it costs to store a step: CPU time of a writer that does nothing else, and bytes of the file. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Parameter, StepBlock } from "@ablate/core";
import { openWriter, type StoreWriter } from "@ablate/store";
import { cpuMs } from "./cpu-time.ts";
import { ONE_RUN } from "./probe-cost.ts";

export type WriterCost = {
  /** Of a step, each message in its transaction, the write-ahead log emptied into the file. */
  readonly microseconds: number;
  readonly bytes: number;
};

/** Steps of a message of a fast run, in 0.1 to 0.15 s. */
const MESSAGE = 4096;

/** What each step has beside its loss and its learning rate. */
export type StepWidth = { readonly parameters: number; readonly metrics: number };

/** Stores a run of so many messages, whose steps have a ratio for each parameter and some metrics. */
export function writerCost(width: StepWidth, messages: number): WriterCost {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  const path = join(folder, "writer.db");
  try {
    const steps = stepsOf(width);
    const warm = openedRun(join(folder, "warm.db"), width);
    for (let i = 0; i < WARM_UP; i++) warm.append(blockAt(i * MESSAGE, steps));
    warm.writer.close();
    const { writer, append } = openedRun(path, width);
    const ms = cpuMs(() => {
      for (let i = 0; i < messages; i++) append(blockAt(i * MESSAGE, steps));
      writer.close();
    });
    const count = messages * MESSAGE;
    return { microseconds: (1000 * ms) / count, bytes: statSync(path).size / count };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Messages until V8 has compiled what stores them. */
const WARM_UP = 4;

type Steps = Required<Pick<StepBlock, "loss" | "lr" | "ratios" | "metrics">>;

/** Numbers that differ from step to step as those of a run do; every message has them. */
function stepsOf({ parameters, metrics }: StepWidth): Steps {
  return {
    loss: Float64Array.from({ length: MESSAGE }, (_, i) => 2 + ((i * 7919) % MESSAGE) / MESSAGE),
    lr: new Float64Array(MESSAGE).fill(0.1),
    ratios: Float32Array.from({ length: MESSAGE * parameters }, (_, i) => 1e-3 + (i % 1009) * 1e-6),
    metrics: Float64Array.from({ length: MESSAGE * metrics }, (_, i) => 0.5 + (i % 1013) * 1e-4),
  };
}

function blockAt(first: number, steps: Steps): StepBlock {
  return { first, count: MESSAGE, ...steps };
}

type OpenedRun = { readonly writer: StoreWriter; readonly append: (block: StepBlock) => void };

function openedRun(path: string, { parameters, metrics }: StepWidth): OpenedRun {
  const claim = { token: "bench", pid: process.pid, host: hostname() };
  const writer = openWriter(path);
  const id = writer.planGrid({ name: "g", description: "", spec: "", runs: [ONE_RUN] })[0]?.id ?? 0;
  const named = Array.from({ length: parameters }, (_, i) => parameterOf(`hidden${i + 1}`));
  writer.claimRun(id, claim, {}, named);
  const metricNames = Array.from({ length: metrics }, (_, i) => `metric${i + 1}`);
  const append = (block: StepBlock): void =>
    writer.appendSteps(id, claim.token, { ...block, metricNames });
  return { writer, append };
}

function parameterOf(layer: string): Parameter {
  const shape = [10, 10];
  return { name: `${layer}.weight`, layer, layerKind: "hidden", role: "weight", shape, size: 100 };
}
