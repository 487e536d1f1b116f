/** What a grid of very many runs costs before the first of them is trained, and to be looked at. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig, planRuns } from "@ablate/runner";
import { openWriter } from "@ablate/store";
import { costOf, cpuMs } from "../cpu-time.ts";
import { ABLATE } from "../ui/command.ts";

/** Seconds of processor time, and bytes. */
export type PlannedCost = {
  readonly runs: number;
  /** Expansion of the config into runs with their hashes. */
  readonly expand: number;
  /** Their rows in a new store, in one transaction; and again, where all are there. */
  readonly store: number;
  readonly again: number;
  /** Most memory of the process that planned. */
  readonly memory: number;
  readonly bytes: number;
  /** `ablate runs`, and a frame of the UI. */
  readonly list: number;
  readonly frame: number;
};

const DATA = fileURLToPath(new URL("../../../data/names.txt", import.meta.url));
const SELF = fileURLToPath(import.meta.url);
/** Of one learning rate. */
const SEEDS = 100;

/** Plans a grid in a process of its own, whose memory is read. */
export function plannedCost(runs: number): PlannedCost {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  try {
    const args = ["--conditions=@ablate/source", SELF, folder, String(runs)];
    const planned = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
    const store = join(folder, "many.db");
    execFileSync(ABLATE, ["--version"]); // builds what is not built
    const seconds = (...command: readonly string[]): number =>
      costOf([ABLATE, ...command, "--store", store], folder).cpuMs / 1000;
    const list = seconds("runs");
    const frame = seconds("ui", "--once", "--size", "120x40");
    return { ...planned, runs, bytes: statSync(store).size, list, frame };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function plan(
  folder: string,
  runs: number,
): Omit<PlannedCost, "runs" | "bytes" | "list" | "frame"> {
  const file = join(folder, "many.yaml");
  const rates = Math.ceil(runs / SEEDS);
  writeFileSync(
    file,
    `
name: many
data: { file: ${JSON.stringify(DATA)} }
model: { hidden: [4], embedding: 2 }
train: { steps: 2, batch_size: 8 }
grid: { train.lr: { linspace: [0.01, 1, ${rates}] } }
seeds: { range: [0, ${SEEDS}] }
`,
  );
  const config = loadConfig(file);
  const { name, description, text: spec } = config;
  let planned: ReturnType<typeof planRuns> | undefined;
  const expand = cpuMs(() => {
    planned = planRuns(config, "not read");
  });
  const writer = openWriter(join(folder, "many.db"));
  const grid = { name, description, spec, runs: planned?.runs.slice(0, runs) ?? [] };
  const store = cpuMs(() => writer.planGrid(grid));
  const again = cpuMs(() => writer.planGrid(grid));
  writer.close();
  const memory = process.resourceUsage().maxRSS * 1024;
  return { expand: expand / 1000, store: store / 1000, again: again / 1000, memory };
}

if (process.argv[1] === SELF) {
  const [, , folder = "", runs = ""] = process.argv;
  process.stdout.write(JSON.stringify(plan(folder, Number(runs))));
}
