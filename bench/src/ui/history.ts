/** Stores that look as if training had written them, in a fraction of its time. */
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { type Parameter, type Probe, planParameters } from "@ablate/core";
import { loadConfig, planRuns } from "@ablate/runner";
import type { GridPlan, StepBlock, StoreWriter } from "@ablate/store";
import { lookInto, writeInside } from "./probes.ts";

export const TOKEN = "bench";

const CONFIG = fileURLToPath(new URL("../../workloads/ui-grid.yaml", import.meta.url));
const VOCABULARY = 27;
const BLOCK = 1000;
const NOISES = 1 << 14;

export type History = {
  readonly plan: GridPlan;
  readonly parameters: readonly Parameter[];
  /** Inside the first run, before its first step. */
  readonly probe: Probe;
  /** Steps `first` and following of the plan's run `index`. */
  readonly block: (index: number, first: number, count: number) => StepBlock;
};

/** The grid of `ui-grid.yaml` with what its runs would have recorded: falling losses, two rates, noise. */
export function historyOf(steps: number): History {
  const config = loadConfig(CONFIG, { steps });
  const { runs } = planRuns(config, "not read");
  const [first] = runs;
  if (first === undefined) throw new Error(`${CONFIG} has no run`);
  const parameters = planParameters(first.spec, VOCABULARY);
  const { name, description, text: spec } = config;
  const block = blockMaker(steps, parameters.length);
  const probe = lookInto(first.spec, config.dataFile);
  return { plan: { name, description, spec, runs }, parameters, probe, block };
}

/** Claims a run and writes its first `count` steps; finishes it when those are all. */
export function writeRun(
  writer: StoreWriter,
  { plan, parameters, probe, block }: History,
  { id, index, count }: { readonly id: number; readonly index: number; readonly count: number },
): void {
  const claim = { token: TOKEN, pid: process.pid, host: hostname() };
  writer.claimRun(id, claim, { node: process.versions.node }, parameters);
  for (let first = 0; first < count; first += BLOCK) {
    writer.appendSteps(id, TOKEN, block(index, first, Math.min(BLOCK, count - first)));
  }
  writeInside(writer, probe, { id, token: TOKEN, steps: count });
  if (count < (plan.runs[index]?.steps ?? 0)) return;
  writer.endRun(id, TOKEN, {
    state: "finished",
    reason: "steps",
    error: null,
    trainSeconds: count / 10_000,
    snapshot: {
      step: count,
      evaluations: (["train", "valid", "test"] as const).map((split, i) => ({
        split,
        statistics: "none",
        loss: 2 + index / 50 + i / 30,
      })),
      samples: ["emma", "jaden", "moria", "kael"],
      weights: new Uint8Array(4),
    },
  });
}

function blockMaker(steps: number, parameters: number): History["block"] {
  const noise = noises();
  const factors = noise.map((value) => 10 ** (0.3 * value));
  const levels = Array.from({ length: parameters }, (_, p) => 10 ** (-0.5 - p * 0.2));
  return (index, first, count) => {
    const loss = new Float64Array(count);
    const lr = new Float64Array(count);
    const ratios = new Float32Array(count * parameters);
    for (let i = 0; i < count; i++) {
      const step = first + i;
      const draw = scattered(step + index * 7_919_000);
      const rate = step < 100_000 ? 0.1 : 0.01;
      loss[i] = 2.1 + 1.2 * Math.exp((-20 * step) / steps) + 0.5 * (noise[draw] ?? 0) + index / 200;
      lr[i] = rate;
      for (let p = 0; p < parameters; p++) {
        const factor = factors[(draw + p * 1237) % NOISES] ?? 1;
        ratios[i * parameters + p] = rate * (levels[p] ?? 1) * factor;
      }
    }
    return { first, count, loss, lr, ratios, trainSeconds: (first + count) / 10_000 };
  };
}

/** A place in the noises that looks random from step to step. */
function scattered(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) & (NOISES - 1);
}

/** Numbers between -0.5 and 0.5, the same in every store. */
function noises(): Float64Array {
  let state = 42;
  return Float64Array.from({ length: NOISES }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
