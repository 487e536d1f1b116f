/** `pnpm bench:budgets`: the processor time that each of these may take at most; exits with 1 where one takes more. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { Diagnosis, THRESHOLDS, Trainer } from "@ablate/core";
import { ConfigError, dataHash, loadConfig, planRuns } from "@ablate/runner";
import { damagedConfigs } from "@ablate/runner/test/damaged-configs";
import {
  comparedRuns,
  compareRuns,
  METRICS,
  openReader,
  openWriter,
  parseFilter,
} from "@ablate/store";
import { commandCpuMs, cpuMs } from "./cpu-time.ts";
import { ONE_RUN, probeCost } from "./probe-cost.ts";
import { columns } from "./table.ts";
import { ABLATE } from "./ui/command.ts";
import { historyOf, writeRun } from "./ui/history.ts";
import { loadWorkload } from "./workloads.ts";

const folder = mkdtempSync(join(tmpdir(), "ablate-budgets-"));

const MANY = `seeds: { range: [0, 10] }
grid: { model.batch_norm: [none, hidden], init.hidden.weight: [normal, kaiming], train.lr: { linspace: [0.1, 1, 25] }, train.batch_size: { range: [2, 12] } }`;
const TOO_MANY =
  "grid: { train.lr: { linspace: [1, 2, 10000] }, train.l2: { linspace: [1, 2, 10000] }, train.steps: { range: [1, 10001] } }";
/** Each line stands for nine of the line before it. */
const BOMB = [
  "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]",
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`)}]`),
].join("\n");

/** Most milliseconds, and what is measured. */
const BUDGETS: Readonly<Record<string, readonly [mostMs: number, measure: () => number]>> = {
  "10,000 runs planned": [2000, () => cpuMs(() => planRuns(configOf(MANY), "data"))],
  "10^12 combinations refused": [2000, () => cpuMs(() => refused(() => configOf(TOO_MANY)))],
  "the slowest of 1,250 damaged configs planned or refused": [2000, damagedConfigMs],
  "ablate plan of 10,000 runs, half of them stored": [2000, planCommandMs],
  "ablate report of 200,000 steps": [3000, reportCommandMs],
  "an alias bomb refused": [2000, () => cpuMs(() => refused(() => configOf(BOMB)))],
  "200,000 steps of 13 parameters diagnosed": [1000, diagnosisMs],
  "a glob of 200 stars compared": [1000, () => cpuMs(globOfStars)],
  "1,000 runs of three factors read and compared": [10_000, comparisonMs],
  "a probe of six layers read": [5, probeReadMs],
  "a probe of six layers taken and stored": [3, () => sixLayers().probeMs],
  "the same, in thousandths of ten steps": [
    1000,
    () => (1000 * sixLayers().probeMs) / (10 * sixLayers().stepMs),
  ],
  "probes of a long run, in thousandths of it": [20, () => 10 * sixLayers().schedulePercent],
};

let known: ReturnType<typeof probeCost> | undefined;

function sixLayers(): ReturnType<typeof probeCost> {
  known ??= probeCost("six-layer-bn-100", 200);
  return known;
}

function configOf(text: string) {
  const path = join(folder, "a.yaml");
  writeFileSync(path, `${text}\ndata: { file: names.txt }\n`);
  return loadConfig(path, { mostRuns: 10_000 });
}

function refused(work: () => unknown): void {
  try {
    work();
  } catch {
    return;
  }
  throw new Error("this was to be refused");
}

function diagnosisMs(): number {
  const parameters = Array.from({ length: 13 }, (_, i) => ({
    ...{ name: `hidden${i}.weight`, layer: `hidden${i}`, layerKind: "hidden" as const },
    ...{ role: "weight" as const, shape: [9, 9], size: 81 },
  }));
  const facts = { parameters, activation: "tanh" as const, hasPenalty: false };
  const diagnosis = new Diagnosis({ ...facts, saturatedBeyond: 0.99, thresholds: THRESHOLDS });
  const count = 4000;
  const block = {
    ...{ count, lr: new Float64Array(count), loss: new Float64Array(count).fill(2.5) },
    ratios: new Float32Array(count * parameters.length).fill(1e-3),
  };
  return cpuMs(() => {
    for (let i = 0; i < 50; i++) diagnosis.steps({ ...block, first: i * count });
  });
}

function globOfStars(): void {
  const subject = { name: "a", label: null, tags: [], field: () => "a".repeat(5000) };
  parseFilter(`note:${"*a".repeat(200)}b`).matches(subject);
}

/** A store of finished runs, from opening it. */
function comparisonMs(): number {
  const path = join(folder, "compared.db");
  const writer = openWriter(path);
  const claim = { token: "bench", pid: process.pid, host: hostname() };
  const runs = Array.from({ length: 1000 }, (_, i) => {
    const config = { lr: 1 + (i % 10), gain: 1 + (Math.floor(i / 10) % 10), free: i % 3 };
    const one = { hash: `${i}`, name: `g/${i}`, label: `${i}`, config: JSON.stringify(config) };
    return { ...one, seed: Math.floor(i / 100), engine: "simd", steps: 10 };
  });
  const planned = writer.planGrid({ name: "g", description: "", spec: "", runs });
  for (const [i, { id }] of planned.entries()) {
    writer.claimRun(id, claim, { data_sha256: "same" }, []);
    const loss = 2 + Math.sin(i);
    const evaluations = [{ split: "valid", statistics: "none", loss } as const];
    const snapshot = { step: 10, evaluations, samples: [], weights: new Uint8Array() };
    const ended = { state: "finished", reason: "steps", error: null, trainSeconds: 1 } as const;
    writer.endRun(id, claim.token, { ...ended, snapshot });
  }
  writer.close();
  return cpuMs(() => {
    const reader = openReader(path);
    const compared = comparedRuns(reader.runs(), reader.dataHashes());
    const { effects } = compareRuns(compared, { metrics: METRICS.slice(0, 1) });
    reader.close();
    if (effects.length !== 3) throw new Error(`${effects.length} factors were compared`);
  });
}

/** The slowest of them, each to a plan or to problems. */
function damagedConfigMs(): number {
  let slowest = 0;
  for (const { path, what } of damagedConfigs(1250, 42)) {
    const ms = cpuMs(() => {
      try {
        planRuns(loadConfig(path, { mostRuns: 10_000 }), "data");
      } catch (error) {
        if (!(error instanceof ConfigError)) throw new Error(what, { cause: error });
      }
    });
    slowest = Math.max(slowest, ms);
  }
  return slowest;
}

/** The whole command, with a store that has half of the runs. */
function planCommandMs(): number {
  const names = join(folder, "names.txt");
  writeFileSync(names, "emma\nolivia\nava\nisabella\nsophia\nmia\ncharlotte\namelia\nevelyn\n");
  const config = configOf(MANY);
  const { name, description, text } = config;
  const { runs } = planRuns(config, dataHash(readFileSync(names)));
  const writer = openWriter(join(folder, "half.db"));
  writer.planGrid({ name, description, spec: text, runs: runs.slice(0, 5000) });
  writer.close();
  return commandCpuMs(folder, [ABLATE, "plan", "a.yaml", "--store", "half.db"]);
}

/** The whole command, for a run of 200,000 steps. */
function reportCommandMs(): number {
  const writer = openWriter(join(folder, "long.db"));
  const history = historyOf(200_000);
  const [planned] = writer.planGrid({ ...history.plan, runs: history.plan.runs.slice(0, 1) });
  writeRun(writer, history, { id: planned?.id ?? 0, index: 0, count: 200_000 });
  writer.close();
  const args = ["report", history.plan.name, "-o", "long.html", "--store", "long.db"];
  return commandCpuMs(folder, [ABLATE, ...args]);
}

/** Mean of reading a probe with all its numbers. */
function probeReadMs(): number {
  const path = join(folder, "probe.db");
  const { spec, dataset } = loadWorkload("six-layer-bn-100", 1);
  const trainer = new Trainer(spec, dataset);
  const writer = openWriter(path);
  const claim = { token: "bench", pid: process.pid, host: hostname() };
  const [planned] = writer.planGrid({ name: "g", description: "", spec: "", runs: [ONE_RUN] });
  const id = planned?.id ?? 0;
  writer.claimRun(id, claim, {}, []);
  writer.appendProbe(id, claim.token, { ...trainer.probe(0.99), step: 0 });
  writer.close();
  trainer.dispose();
  const reader = openReader(path);
  const read = (): unknown =>
    reader
      .probe("g/v", 0)
      ?.layers.map(({ tensors }) => Object.values(tensors).map((one) => ({ ...one })));
  for (let i = 0; i < 20; i++) read();
  const ms = cpuMs(() => {
    for (let i = 0; i < 50; i++) read();
  });
  reader.close();
  return ms / 50;
}

const rows = Object.entries(BUDGETS).map(([name, [mostMs, measure]]) => {
  const ms = measure();
  if (ms > mostMs) process.exitCode = 1;
  return [name, ms.toFixed(1), String(mostMs), ms > mostMs ? "too much" : "fine"];
});
rmSync(folder, { recursive: true });
process.stdout.write(`${columns([["what", "ms", "at most", ""], ...rows]).join("\n")}\n`);
