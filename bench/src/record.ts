/** `pnpm bench:record`: 2,000 steps of 17 numbers into a new store, as frames and as CSV beside them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordLogs } from "@ablate/record";
import { framesOf } from "@ablate/record/test/make-frames";
import { openWriter } from "@ablate/store";
import { columns } from "./table.ts";
import { spread } from "./timings.ts";

const STEPS = 2000;
/** Beside loss and rate: 17 numbers a step. */
const RATIOS = 15;
/** The first rounds compile what the others run. */
const ROUNDS = 9;
const WARM = 2;

const folder = mkdtempSync(join(tmpdir(), "ablate-bench-record-"));
try {
  const frames = join(folder, "a.ablate");
  writeFileSync(frames, Buffer.concat(framesOf({ steps: STEPS, block: 50, parameters: RATIOS })));
  const table = join(folder, "a.csv");
  writeFileSync(table, csv());
  const rounds: { readonly frames: Taken; readonly csv: Taken }[] = [];
  for (let i = 0; i < ROUNDS; i++)
    rounds.push({ frames: await taken(frames), csv: await taken(table) });
  const warm = rounds.slice(WARM);
  const row = (name: string, of: (round: (typeof warm)[number]) => number): string[] => {
    const { median, low, high } = spread(warm.map(of));
    return [name, median.toFixed(1), `${low.toFixed(1)} to ${high.toFixed(1)}`];
  };
  const rows = [
    row("frames, ms", (round) => round.frames.wall),
    row("frames, ms of processors", (round) => round.frames.cpu),
    row("CSV, ms", (round) => round.csv.wall),
    row("CSV, ms of processors", (round) => round.csv.cpu),
    row("CSV over frames, of processors", (round) => round.csv.cpu / round.frames.cpu),
  ];
  process.stdout.write(`${columns([["", "median", "lowest to highest"], ...rows]).join("\n")}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

type Taken = { readonly wall: number; readonly cpu: number };

/** Records a log into a store of its own, which is open already. */
async function taken(path: string): Promise<Taken> {
  const file = join(folder, "ablate.db");
  const store = openWriter(file);
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await recordLogs({ store, paths: [path] });
  const { user, system } = process.cpuUsage(cpu);
  const passed = performance.now() - wall;
  store.close();
  rmSync(file);
  return { wall: passed, cpu: (user + system) / 1000 };
}

function csv(): string {
  const names = ["step", "loss", "lr", ...Array.from({ length: RATIOS }, (_, i) => `ratio${i}`)];
  const rows = Array.from({ length: STEPS }, (_, step) =>
    [step, ...Array.from({ length: RATIOS + 2 }, (_, i) => Math.fround(1 / (step + i + 1)))].join(),
  );
  return `${[names.join(), ...rows].join("\n")}\n`;
}
