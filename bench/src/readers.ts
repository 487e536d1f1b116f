/**
 * `pnpm bench:readers`: what it takes to bring logs of the real libraries into a new store, in this process: 2,000 steps
 * of 17 numbers beside TensorBoard's own reader in Python; with `--steps 200000` a long run of W&B alone.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { recordLogs } from "@ablate/record";
import { openReader, openWriter } from "@ablate/store";
import { pythonWith } from "../../testing/python.ts";
import { positive } from "./machine.ts";
import { columns } from "./table.ts";
import { spread } from "./timings.ts";

const SHORT = 2000;
const MB = 1e6;

const scratch = mkdtempSync(join(tmpdir(), "ablate-bench-readers-"));
try {
  await main();
} finally {
  rmSync(scratch, { recursive: true });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "9" },
      steps: { type: "string", default: String(SHORT) },
    },
  });
  const [rounds, steps] = [positive("rounds", values.rounds), positive("steps", values.steps)];
  const kinds = steps === SHORT ? ["tfevents", "wandb"] : ["wandb"];
  const rows = [["", "median ms", "low", "high", "of processors", "numbers", "memory MB"]];
  for (const kind of kinds) {
    const folder = join(scratch, kind);
    python(kind, steps, folder);
    const times: number[] = [];
    const processor: number[] = [];
    let numbers = 0;
    for (let round = 0; round < rounds; round++) {
      const store = join(scratch, `${kind}-${round}.db`);
      const [began, before] = [performance.now(), process.cpuUsage()];
      await record(folder, store);
      times.push(performance.now() - began);
      const { user, system } = process.cpuUsage(before);
      processor.push((user + system) / 1000);
      numbers = numbersIn(store);
    }
    const cpu = spread(processor).median.toFixed(0);
    rows.push([`ablate, ${kind}`, ...figures(times), cpu, String(numbers), memory()]);
  }
  if (steps === SHORT) {
    const times = Array.from({ length: Math.min(3, rounds) }, () =>
      Number(python("read", steps, join(scratch, "tfevents"))),
    );
    rows.push(["TensorBoard's EventAccumulator", ...figures(times), "", "", ""]);
  }
  process.stdout.write(`${columns(rows).join("\n")}\n`);
}

function python(what: string, steps: number, folder: string): string {
  const { env, missing } = pythonWith("logs");
  if (missing !== null) throw new Error(missing);
  const script = join(import.meta.dirname, "write-logs.py");
  const { status, stdout, stderr } = spawnSync("python3", [script, what, `${steps}`, folder], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

async function record(folder: string, path: string): Promise<void> {
  const store = openWriter(path);
  try {
    await recordLogs({ store, paths: [folder] });
  } finally {
    store.close();
  }
}

function numbersIn(path: string): number {
  const reader = openReader(path);
  try {
    const all = reader.runs().flatMap(({ name }) => reader.metrics(name));
    return all.reduce((sum, { points }) => sum + points, 0);
  } finally {
    reader.close();
  }
}

function figures(times: readonly number[]): readonly string[] {
  const { median, low, high } = spread(times);
  return [median, low, high].map((ms) => ms.toFixed(0));
}

function memory(): string {
  return (process.resourceUsage().maxRSS / 1024 / (MB / 1024 ** 2)).toFixed(0);
}
