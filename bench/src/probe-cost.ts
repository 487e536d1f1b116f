/** What a stored probe costs beside a training step: CPU time of the process, and bytes of the file. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { Trainer } from "@ablate/core";
import { countProbes } from "@ablate/runner";
import { openWriter } from "@ablate/store";
import { cpuMs } from "./cpu-time.ts";
import { loadWorkload, type WorkloadName } from "./workloads.ts";

export type ProbeCost = {
  /** Forward and back, summarised, through a message, stored. */
  readonly probeMs: number;
  readonly stepMs: number;
  /** What the probes of the default schedule add to 200,000 steps. */
  readonly schedulePercent: number;
  readonly bytes: number;
  /** With the moments of the training set, as the last probe of an evaluated run has them. */
  readonly lastBytes: number;
};

const WARM_UP_STEPS = 200;
const WARM_UP_PROBES = 50;
const LONG_RUN = 200_000;
const SATURATED = 0.99;

export function probeCost(name: WorkloadName, probes: number): ProbeCost {
  const { spec, dataset } = loadWorkload(name, WARM_UP_STEPS + 10 * probes);
  const trainer = new Trainer(spec, dataset);
  const advance = (count: number) => {
    const ratios = new Float32Array(count * trainer.parameters.length);
    trainer.advance({ loss: new Float64Array(count), lr: new Float64Array(count), ratios }, count);
  };
  const look = () => trainer.probe(SATURATED);
  advance(WARM_UP_STEPS);

  const plain = storing(probes, look);
  const stepMs = cpuMs(() => advance(10 * probes)) / (10 * probes);
  trainer.evaluate();
  const last = storing(probes, look);
  trainer.dispose();
  const scheduled = countProbes({ decades: [1, 2, 5], every: 10_000 }, LONG_RUN);
  return {
    probeMs: plain.ms,
    stepMs,
    schedulePercent: (100 * scheduled * plain.ms) / (LONG_RUN * stepMs),
    bytes: plain.bytes,
    lastBytes: last.bytes,
  };
}

/** A run as a store plans it, for probes that are stored and read. */
export const ONE_RUN = {
  hash: "h",
  name: "g/v",
  label: "v",
  config: "{}",
  seed: 1,
  engine: "simd",
  steps: 1,
};

/** Mean cost of probes that are taken, sent as between processes, and stored, each in its transaction. */
function storing(probes: number, look: () => ReturnType<Trainer["probe"]>) {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  const path = join(folder, "probes.db");
  try {
    const grid = { name: "g", description: "", spec: "", runs: [ONE_RUN] };
    const claim = { token: "bench", pid: process.pid, host: hostname() };
    let writer = openWriter(path);
    const id = writer.planGrid(grid)[0]?.id ?? 0;
    writer.claimRun(id, claim, {}, []);
    const store = (step: number) => {
      const message: ReturnType<typeof look> = deserialize(serialize(look()));
      writer.appendProbe(id, claim.token, { ...message, step });
    };
    for (let step = 0; step < WARM_UP_PROBES; step++) store(step);
    writer.close();
    const before = statSync(path).size;
    writer = openWriter(path);
    const ms = cpuMs(() => {
      for (let i = 0; i < probes; i++) store(WARM_UP_PROBES + i);
      writer.close();
    });
    return { ms: ms / probes, bytes: (statSync(path).size - before) / probes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
