/** `pnpm bench:grid`: two workers against one, and what a run costs beyond its training. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, positive } from "./machine.ts";
import { type Spread, spread } from "./timings.ts";

/** What `ablate run --json` says of a grid that it has trained. */
type Trained = {
  readonly runs: number;
  readonly steps: number;
  readonly seconds: number;
  /** In the training loops of all runs. */
  readonly trainSeconds: number;
};

const SPEEDUP = 1.8;
const RUN_MS = 10;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "40000" },
    runs: { type: "string", default: "1000" },
  },
});
const rounds = positive("rounds", values.rounds);
const steps = values.steps;
const runs = positive("runs", values.runs);

const speedups: number[] = [];
const costs: { readonly one: number[]; readonly two: number[] } = { one: [], two: [] };
for (let round = 0; round < rounds; round++) {
  process.stderr.write(`round ${round + 1} of ${rounds}, load ${loadavg()[0]?.toFixed(1)} ...\n`);
  const long = ["two-layer.yaml", "--seeds", "1,2,3,4", "--steps", steps];
  const alone = trainGrid(1, long);
  const together = trainGrid(2, long);
  speedups.push(together.steps / together.seconds / (alone.steps / alone.seconds));
  const tiny = ["tiny-grid.yaml", "--seeds", seeds(runs)];
  costs.one.push(costOfRun(trainGrid(1, tiny), 1));
  costs.two.push(costOfRun(trainGrid(2, tiny), 2));
}
const rows = [
  row("two workers against one, steps/s", { figure: spread(speedups), unit: "x" }),
  row("a run beyond its training, one worker", { figure: spread(costs.one), unit: " ms" }),
  row("a run beyond its training, two workers", { figure: spread(costs.two), unit: " ms" }),
];
process.stdout.write(`${JSON.stringify(machine())}\n`);
process.stdout.write(`budgets: at least ${SPEEDUP}x, at most ${RUN_MS} ms\n${rows.join("\n")}\n`);

/** `ablate run` into a store of its own, start-up of the workers included. */
function trainGrid(workers: number, [file = "", ...args]: readonly string[]): Trained {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  try {
    const config = fileURLToPath(new URL(`../workloads/${file}`, import.meta.url));
    const flags = ["--json", "--workers", String(workers), "--store", join(folder, "bench.db")];
    const output = execFileSync(
      fileURLToPath(new URL("../../ablate", import.meta.url)),
      ["run", config, ...args, ...flags],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 28 },
    );
    const events = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const ended = events.filter(({ event }) => event === "ended");
    return {
      runs: ended.length,
      steps: ended.reduce((sum, { step }) => sum + step, 0),
      seconds: events.at(-1).seconds,
      trainSeconds: ended.reduce((sum, { step, steps_per_s }) => sum + step / steps_per_s, 0),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of the grid's time for each run, without the training itself. */
function costOfRun({ runs: count, seconds, trainSeconds }: Trained, workers: number): number {
  return ((seconds - trainSeconds / workers) / count) * 1000;
}

function seeds(count: number): string {
  return Array.from({ length: count }, (_, seed) => seed).join(",");
}

function row(name: string, { figure, unit }: { figure: Spread; unit: string }): string {
  const [median, low, high] = [figure.median, figure.low, figure.high].map((n) => n.toFixed(2));
  return `${name}: ${median}${unit} (${low} to ${high})`;
}
