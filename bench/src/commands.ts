/**
 * CPU time of commands on a store of 1,000 runs, through `./ablate`: `pnpm bench:commands [--rounds N]`.
 * Commands take turns, so that other work on the machine slows all of them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commandCpuMs } from "./cpu-time.ts";
import { positive } from "./machine.ts";

const ABLATE = fileURLToPath(new URL("../../ablate", import.meta.url));
const DATA = fileURLToPath(new URL("../../data/names.txt", import.meta.url));

/** Seconds of user and system time. */
const COMMANDS = [
  { args: ["--help"], budget: 0.08 },
  { args: ["runs"], budget: 0.14 },
  { args: ["ui", "--once", "--size", "120x40"], budget: null },
] as const;

/** 20 rates by 50 seeds: 1,000 runs, as short as runs can be. */
const CONFIG = `
name: many
data: { file: ${JSON.stringify(DATA)} }
model: { hidden: [4], embedding: 2 }
train: { steps: 2, batch_size: 8 }
record: { samples: 0, evaluate: none, probes: none }
grid: { train.lr: [${Array.from({ length: 20 }, (_, i) => (i + 1) / 100).join(", ")}] }
seeds: [${Array.from({ length: 50 }, (_, i) => i + 1).join(", ")}]
`;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "30" } } });
const rounds = positive("rounds", values.rounds);
const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
try {
  writeFileSync(join(folder, "many.yaml"), CONFIG);
  execFileSync(ABLATE, ["run", "many.yaml", "--quiet"], { cwd: folder });
  const bare: number[] = [];
  const times = COMMANDS.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    bare.push(cpuSeconds([process.execPath, "-e", "0"]));
    for (const [i, { args }] of COMMANDS.entries()) times[i]?.push(cpuSeconds([ABLATE, ...args]));
  }
  const start = bestDecile(bare);
  process.stdout.write(`node alone: ${start.toFixed(3)} s; best tenth of ${rounds} rounds\n`);
  for (const [i, { args, budget }] of COMMANDS.entries()) {
    const seconds = bestDecile(times[i] ?? []);
    const ratio = `${(seconds / start).toFixed(1)} x node`;
    const verdict =
      budget === null ? "" : seconds <= budget ? `, within ${budget} s` : `, OVER ${budget} s`;
    process.stdout.write(`ablate ${args.join(" ")}: ${seconds.toFixed(3)} s, ${ratio}${verdict}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function cpuSeconds(command: readonly string[]): number {
  return commandCpuMs(folder, command) / 1000;
}

/** Returns the mean of the smallest tenth: what a command takes where nothing disturbs it. */
function bestDecile(seconds: readonly number[]): number {
  const best = seconds.toSorted((a, b) => a - b).slice(0, Math.ceil(seconds.length / 10));
  return best.reduce((sum, one) => sum + one, 0) / best.length;
}
