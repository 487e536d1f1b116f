/** The grid of eight short runs that chaos befalls. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const RUNS = 8;

/** Per engine: how many steps make a run of some tenths of a second. */
const STEPS = { simd: 4000, tfjs: 160 } as const;

export type Engine = keyof typeof STEPS;

export const ENGINES: readonly Engine[] = ["simd", "tfjs"];

export function configOf(engine: Engine): string {
  return `chaos-${engine}.yaml`;
}

/** The config of runs of some seconds, for what takes seconds to befall them. */
export const LONG_CONFIG = "chaos-long.yaml";
/** The same, shorter. */
export const MEDIUM_CONFIG = "chaos-medium.yaml";

/** A folder with configs and their names; each store in it is of the same runs. */
export function chaosFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-chaos-"));
  writeFileSync(join(folder, "names.txt"), NAMES.split(" ").join("\n"));
  for (const engine of ENGINES) {
    writeFileSync(join(folder, configOf(engine)), gridOf({ engine, steps: STEPS[engine] }));
  }
  for (const [config, steps] of [
    [LONG_CONFIG, 1600],
    [MEDIUM_CONFIG, 640],
  ] as const) {
    writeFileSync(join(folder, config), gridOf({ engine: "simd", steps, times: 16, batch: 256 }));
  }
  return folder;
}

const NAMES =
  "emma olivia ava isabella sophia mia charlotte amelia evelyn abigail harper emily ella grace";

type Size = {
  readonly engine: Engine;
  readonly steps: number;
  /** So many times as wide. */
  readonly times?: number;
  readonly batch?: number;
};

function gridOf({ engine, steps, times = 1, batch = 8 }: Size): string {
  const [often, seldom] = [steps / 16, steps / 4];
  return `name: chaos
engine: ${engine}
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [${24 * times}], activation: tanh, batch_norm: none }
train: { steps: ${steps}, batch_size: ${batch}, lr: { 0: 0.1, ${3 * seldom}: 0.01 } }
record: { evaluate: { every: ${seldom} }, checkpoint: { every: ${often} }, samples: 4 }
variants:
  plain: {}
  normed: { model.batch_norm: hidden }
  lecture:
    model: { hidden: [${16 * times}, ${16 * times}], batch_norm: { where: all, epsilon: 0, momentum: 0.001, running: std } }
  relu: { model: { activation: relu, hidden: [${32 * times}, ${16 * times}] } }
  patient: { train.steps: ${4 * steps}, train.stop: { patience: ${2 * often}, every: ${often} } }
  wild: { model.activation: none, train.lr: 1e30 }
  short: { train.l2: 0.01, train.lr: 0.1, train.steps: ${2 * seldom} }
  long: { train.l2: 0.01, train.lr: 0.1 }
`;
}
