/** `pnpm bench:ui`: first frame, keys, live training and memory of the terminal UI; see docs/performance.md. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openReader, openWriter } from "@ablate/store";
import { aboveZero, machine, positive } from "./machine.ts";
import { ABLATE, type Size } from "./ui/command.ts";
import { type Figure, type UiReport, uiReportText } from "./ui/figures.ts";
import { historyOf, writeRun } from "./ui/history.ts";
import { manyFigures } from "./ui/many-keys.ts";
import {
  firstFrames,
  keyBytes,
  keyFigures,
  keySpreads,
  liveFigures,
  moveFigures,
} from "./ui/rounds.ts";

const folder = mkdtempSync(join(tmpdir(), "ablate-bench-ui-"));
try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
} finally {
  rmSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      steps: { type: "string", default: "200000" },
      seconds: { type: "string", default: "20" },
      frames: { type: "string", default: "2000" },
      sizes: { type: "string", default: "120x40,200x50,300x100" },
      runs: { type: "string", default: "20000" },
      store: { type: "string" },
      json: { type: "string" },
    },
  });
  const options = {
    rounds: positive("rounds", values.rounds),
    steps: positive("steps", values.steps),
    seconds: aboveZero("seconds", values.seconds),
    frames: positive("frames", values.frames),
    runs: positive("runs", values.runs),
    sizes: values.sizes.split(",").map(sizeNamed),
  };
  execFileSync(ABLATE, ["--version"]); // builds what is not built
  const store = values.store === undefined ? writeStore(options.steps) : resolve(values.store);
  const report = await measure(store, options);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  process.stdout.write(values.json === "-" ? json : `${uiReportText(report)}\n`);
  if (values.json !== undefined && values.json !== "-") writeFileSync(values.json, json);
}

async function measure(
  store: string,
  options: Parameters<typeof liveFigures>[1] &
    Parameters<typeof manyFigures>[1] & { readonly sizes: readonly Size[] },
): Promise<UiReport> {
  const { rounds, sizes } = options;
  say("first frame");
  const first = await firstFrames(store, folder, rounds);
  const keys: UiReport["keys"][number][] = [];
  const moves: Figure[] = [];
  for (const size of sizes) {
    say(`keys at ${size.columns}x${size.rows}`);
    keys.push(...(await keySpreads({ store, folder, size }, rounds)));
    moves.push(...(await moveFigures({ store, folder, size }, rounds)));
  }
  say(`${options.runs} short runs`);
  const many = await manyFigures(folder, options);
  say("live training and memory");
  const live = await liveFigures(folder, options);
  return {
    date: new Date().toISOString(),
    machine: machine(),
    rounds,
    store: aboutStore(store),
    figures: [...first, ...keyFigures(keys), ...keyBytes(keys), ...moves, ...many, ...live],
    keys,
  };
}

/** Fifty finished runs. */
function writeStore(steps: number): string {
  const path = join(folder, "bench.db");
  say(`writing ${path}`);
  const history = historyOf(steps);
  const writer = openWriter(path);
  for (const [index, { id }] of writer.planGrid(history.plan).entries()) {
    writeRun(writer, history, { id, index, count: steps });
  }
  writer.close();
  return path;
}

function aboutStore(store: string): UiReport["store"] {
  const reader = openReader(store);
  const runs = reader.runs();
  reader.close();
  const steps = Math.max(0, ...runs.map((run) => run.steps ?? 0));
  return { runs: runs.length, steps, bytes: statSync(store).size };
}

function sizeNamed(text: string): Size {
  const [, columns, rows] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (columns !== undefined && rows !== undefined) {
    return { columns: Number(columns), rows: Number(rows) };
  }
  throw new RangeError(`--sizes takes COLSxROWS,..., not "${text}"`);
}

function say(what: string): void {
  process.stderr.write(`${what} ...\n`);
}
