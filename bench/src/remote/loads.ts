/** What workers train whose messages are measured and played back: nets of the benchmark, each a grid of many seeds. */
import { changeThresholds, type NameLists, THRESHOLDS } from "@ablate/core";
import { loadConfig, planRuns, readData, type TrainMessage } from "@ablate/runner";
import { configOf } from "../workloads.ts";

export type Load = {
  readonly name: string;
  readonly net: string;
  /** What is set on top of the net's config. */
  readonly set: readonly string[];
  /** Of a run: some seconds of training. */
  readonly steps: number;
};

export const LOADS: readonly Load[] = [
  { name: "two-layer", net: "two-layer", set: [], steps: 80_000 },
  { name: "six-layer-bn-100", net: "six-layer-bn-100", set: [], steps: 16_000 },
  { name: "512,512/128", net: "512,512/128", set: [], steps: 3_000 },
  {
    name: "two-layer, a probe every 200 steps",
    net: "two-layer",
    set: ["record.probes={every: 200, decades: []}"],
    steps: 80_000,
  },
];

/** What `ablate run` is given for a grid of so many runs, whose seeds begin with the first. */
export function gridArguments({ net, set, steps }: Load, runs: number, first = 1): string[] {
  const { file, set: base } = configOf(net);
  const seeds = Array.from({ length: runs }, (_, i) => first + i).join(",");
  const sets = [...base, ...set].flatMap((one) => ["--set", one]);
  return [file, "--steps", String(steps), "--seeds", seeds, ...sets];
}

/** The request to train its first run, and the names that it is trained on. */
export function requestOf({ net, set, steps }: Load): {
  readonly request: TrainMessage;
  readonly data: NameLists;
} {
  const { file, set: base } = configOf(net);
  const config = loadConfig(file, { steps, set: [...base, ...set] });
  const { hash, lists } = readData(config, (path) => path);
  const [run] = planRuns(config, hash).runs;
  if (run === undefined) throw new Error(`${file} has no run`);
  const { spec, resolved } = run;
  const request: TrainMessage = {
    ...{ type: "train", runId: 1, spec, record: resolved.record, engine: "simd", dataHash: hash },
    thresholds: changeThresholds(THRESHOLDS, {}),
    ...{ stopOn: [], resume: null, threads: { now: 1, most: 1, isMeasured: false } },
  };
  return { request, data: lists };
}
