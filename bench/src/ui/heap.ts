/** How much memory frames leave behind, garbage collected. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openCharts } from "./live.ts";
import type { LiveStore } from "./live-store.ts";
import type { Program } from "./program.ts";

export type HeapGrowth = {
  readonly heapBytesPerFrame: number;
  /** Typed arrays and what else lies beside the heap. */
  readonly externalBytesPerFrame: number;
  readonly heapMegabytes: number;
};

const PROBE = new URL("heap-probe.ts", import.meta.url).href;
/** Pressed over and over; they leave the view as it was. */
const KEYS = [..."cllhhcjk+-zZLLxxx"];
const WARM_UP = 0.15;

/** Draws `frames` frames of keys and live data after a warm-up. */
export async function measureHeap(
  store: LiveStore,
  folder: string,
  frames: number,
): Promise<HeapGrowth> {
  const file = join(folder, "heap.json");
  const program = await openCharts(store, folder, {
    NODE_OPTIONS: `--expose-gc --import=${PROBE}`,
    ABLATE_BENCH_HEAP: file,
  });
  store.pace({ runs: 13, each: 1 });
  await draw(program, Math.ceil(frames * WARM_UP));
  const before = await memoryOf(program, file);
  const start = program.frames;
  await draw(program, frames);
  const drawn = program.frames - start;
  const after = await memoryOf(program, file);
  await program.quit();
  return {
    heapBytesPerFrame: (after.heapUsed - before.heapUsed) / drawn,
    externalBytesPerFrame: (after.external - before.external) / drawn,
    heapMegabytes: after.heapUsed / 1e6,
  };
}

async function draw(program: Program, frames: number): Promise<void> {
  const end = program.frames + frames;
  for (let i = 0; program.frames < end || i % KEYS.length > 0; i++) {
    await program.frameAfter(KEYS[i % KEYS.length] ?? "c");
  }
}

type Memory = { readonly heapUsed: number; readonly external: number };

async function memoryOf(program: Program, file: string): Promise<Memory> {
  rmSync(file, { force: true });
  program.signal("SIGUSR2");
  while (!existsSync(file)) await wait(10);
  return JSON.parse(readFileSync(file, "utf8"));
}
