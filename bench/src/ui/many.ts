/** A store of many short runs, each with findings and with what training took of its machine. */
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { metricFacts } from "@ablate/core";
import { loadConfig, planRuns } from "@ablate/runner";
import { type Finding, openWriter, type StoreWriter } from "@ablate/store";

const DATA = fileURLToPath(new URL("../../../data/names.txt", import.meta.url));
const RATES = 20;
const STEPS = 2;
const CLAIM = { token: "bench", pid: process.pid, host: hostname() };

/** What a run that is trained here records beside its steps, with a plausible value. */
const RESOURCES = [
  { name: "system/cpu", value: 98.7 },
  { name: "system/memory", value: 131.5 },
  { name: "system/steps_per_s", value: 9876 },
] as const;

const FINDINGS = [finding("warning", "hidden1"), finding("info", "hidden2")];

/** Writes finished runs of one grid, of 20 learning rates by as many seeds as it takes. */
export function writeMany(path: string, runs: number): void {
  const config = join(dirname(path), "many.yaml");
  writeFileSync(config, configOf(Math.ceil(runs / RATES)));
  const loaded = loadConfig(config);
  const { name, description, text: spec } = loaded;
  const { runs: all } = planRuns(loaded, "not read");
  const writer = openWriter(path);
  const planned = writer.planGrid({ name, description, spec, runs: all });
  for (const [index, { id }] of planned.entries()) writeRun(writer, id, index);
  writer.close();
}

function configOf(seeds: number): string {
  const rates = Array.from({ length: RATES }, (_, i) => (i + 1) / 100);
  return `
name: many
data: { file: ${JSON.stringify(DATA)} }
model: { hidden: [4, 4], embedding: 2 }
train: { steps: ${STEPS}, batch_size: 8 }
record: { samples: 0, evaluate: none, probes: none }
grid: { train.lr: [${rates.join(", ")}] }
seeds: [${Array.from({ length: seeds }, (_, i) => i + 1).join(", ")}]
`;
}

function writeRun(writer: StoreWriter, id: number, index: number): void {
  const { token } = CLAIM;
  writer.claimRun(id, CLAIM, { node: process.versions.node }, []);
  const metrics = RESOURCES.map(({ name }) => metricFacts(name));
  writer.declareMetrics(id, token, metrics);
  const block = { first: 0, count: STEPS, ratios: new Float32Array(0), trainSeconds: 0.001 };
  const loss = Float64Array.from(
    { length: STEPS },
    (_, step) => 3.3 - step / 10 + (index % 97) / 100,
  );
  const points = RESOURCES.map((one) => ({ ...one, step: STEPS - 1 }));
  writer.appendSteps(id, token, { ...block, loss, lr: new Float64Array(STEPS).fill(0.1), points });
  writer.setThresholds(id, token, "{}");
  writer.setFindings(id, token, index % 3 === 0 ? FINDINGS : []);
  const end = { state: "finished", reason: "steps", error: null, snapshot: null } as const;
  writer.endRun(id, token, { ...end, trainSeconds: 0.001 });
}

function finding(level: Finding["level"], layer: string): Finding {
  const message = `${layer} 40 % saturated: |tanh| > 0.99 at step 0; scale its weights down`;
  const at = { layer, param: null, step: 0, value: 0.4, until: null };
  return { level, rule: "saturated", message, ...at };
}
