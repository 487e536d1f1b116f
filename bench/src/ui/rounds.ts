/** All rounds of each measurement, as figures. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { spread } from "../timings.ts";
import type { Size } from "./command.ts";
import { type Figure, figureOf, type KeySpread } from "./figures.ts";
import { type FirstFrame, measureFirstFrame } from "./first-frame.ts";
import { type HeapGrowth, measureHeap } from "./heap.ts";
import { type KeyTime, measureKeys } from "./key-latency.ts";
import { type LiveCost, measureLive, openCharts } from "./live.ts";
import { LiveStore, type Pace } from "./live-store.ts";
import { measureMoves } from "./mouse-moves.ts";

const VIEWS = ["runs", "charts", "run", "compare", "layers", "findings"] as const;

const FIRST_FRAMES: readonly (readonly [keyof FirstFrame, string, number | null])[] = [
  ["runs", "first frame, runs", 300],
  ["charts", "first frame, charts", 300],
  ["layers", "first frame, layers", 300],
  ["findings", "first frame, findings", 300],
  ["answered", "a key typed at the first frame is answered", null],
  ["launcher", "peer: ablate --version", null],
  ["node", "peer: node -e 0", null],
  ["ink", "peer: importing Ink, drawing one line", null],
];

export async function firstFrames(
  store: string,
  folder: string,
  rounds: number,
): Promise<Figure[]> {
  await measureFirstFrame(store, folder); // fills the compile cache and the cache of the file system
  const all = await repeat(rounds, () => measureFirstFrame(store, folder));
  return FIRST_FRAMES.map(([what, name, budget]) =>
    figureOf({ name, unit: "ms", values: all.map((round) => round[what]), budget }),
  );
}

/** Every key of every view at one size. */
export async function keySpreads(
  at: { readonly store: string; readonly folder: string; readonly size: Size },
  rounds: number,
): Promise<KeySpread[]> {
  const all = (await repeat(rounds, () => measureKeys(at.store, at.folder, at.size))).flat();
  const values = Map.groupBy(all, ({ view, key }) => JSON.stringify([view, key]));
  return [...values.values()].flatMap((times: readonly KeyTime[]) => {
    const drawn = times.flatMap(({ ms }) => ms ?? []);
    const [first] = times;
    if (first === undefined || drawn.length === 0) return [];
    const { view, key } = first;
    const bytes = spread(times.map((one) => one.bytes)).median;
    return [{ size: nameOf(at.size), view, key, bytes, ...spread(drawn) }];
  });
}

function nameOf({ columns, rows }: Size): string {
  return `${columns}x${rows}`;
}

/** Bytes of a key at each size: as a rule a part of the screen, at most all of it. */
export function keyBytes(keys: readonly KeySpread[]): Figure[] {
  return [...Map.groupBy(keys, ({ size }) => size)].map(([size, here]) =>
    figureOf({
      name: `bytes of a key, ${size}`,
      unit: "bytes",
      values: here.map(({ bytes }) => bytes),
      budget: KEY_BYTES,
    }),
  );
}

/** What a slow line of 1 Mbit/s brings within 50 ms. */
const KEY_BYTES = 6000;

/** The pointer over a chart: its crosshair follows. */
export async function moveFigures(
  { store, folder, size }: { readonly store: string; readonly folder: string; readonly size: Size },
  rounds: number,
): Promise<Figure[]> {
  const all = (await repeat(rounds, () => measureMoves(store, folder, size))).flat();
  const [ms, bytes] = [all.map((one) => one.ms), all.map((one) => one.bytes)];
  return [
    figureOf({ name: `mouse move, ${nameOf(size)}`, unit: "ms", values: ms, budget: 20 }),
    figureOf({
      name: `bytes of a mouse move, ${nameOf(size)}`,
      unit: "bytes",
      values: bytes,
      budget: 2000,
    }),
  ];
}

/** A figure a view: the median key; the slowest one has to be within the budget. */
export function keyFigures(keys: readonly KeySpread[]): Figure[] {
  const sizes = [...new Set(keys.map(({ size }) => size))];
  return sizes.flatMap((size) =>
    VIEWS.flatMap((view) => {
      const here = keys.filter((one) => one.view === view && one.size === size);
      const slowest = here.toSorted((a, b) => b.median - a.median)[0];
      if (slowest === undefined) return [];
      const note = `slowest: ${slowest.key}, ${slowest.median.toFixed(0)} ms`;
      const values = here.map(({ median }) => median);
      const figure = figureOf({ name: `key, ${view}, ${size}`, unit: "ms", values, budget: 50 });
      return [{ ...figure, decisive: slowest.median, note }];
    }),
  );
}

type LiveOptions = {
  readonly rounds: number;
  readonly steps: number;
  readonly seconds: number;
  readonly frames: number;
};

/** Both measurements of a store that grows; a new one in each round. */
export async function liveFigures(folder: string, options: LiveOptions): Promise<Figure[]> {
  const { rounds, steps, seconds, frames } = options;
  const paces = pacesOf(steps);
  const all = await repeat(rounds, async () => {
    const store = await LiveStore.start(join(folder, "live.db"), steps);
    const program = await openCharts(store, folder);
    const costs: LiveCost[] = [];
    for (const { pace } of paces) costs.push(await measureLive(program, store, { pace, seconds }));
    await program.quit();
    const heap = await measureHeap(store, folder, frames);
    await store.stop();
    for (const end of ["", "-wal", "-shm"]) rmSync(`${store.path}${end}`, { force: true });
    return { costs, heap };
  });
  const live = paces.flatMap((pace, i) =>
    costFigures(
      pace,
      all.flatMap(({ costs }) => costs[i] ?? []),
    ),
  );
  return [...live, ...heapFigures(all.map(({ heap }) => heap))];
}

type NamedPace = { readonly name: string; readonly pace: Pace; readonly budget: number };

/** Paces of `steps` steps a run; in the order in which no run gets to its end. */
function pacesOf(steps: number): NamedPace[] {
  const each = (of200k: number) => Math.max(1, Math.round((of200k * steps) / 200_000));
  const speed = (count: number) => `${(10 * count).toLocaleString("en")} steps/s`;
  const [all, slow, fast] = [each(100), each(10), each(750)];
  return [
    { name: "nothing written", pace: { runs: 0, each: 0 }, budget: 1 },
    { name: `13 runs of ${speed(all)}`, pace: { runs: 13, each: all }, budget: 20 },
    { name: `1 run of ${speed(slow)}`, pace: { runs: 1, each: slow }, budget: 20 },
    { name: `1 run of ${speed(fast)}`, pace: { runs: 1, each: fast }, budget: 20 },
  ];
}

function costFigures({ name, budget }: NamedPace, costs: readonly LiveCost[]): Figure[] {
  const frames = costs.map(({ framesPerSecond }) => framesPerSecond);
  const bytes = costs.flatMap(({ bytesPerFrame }) => bytesPerFrame ?? []);
  const cpu = costs.map(({ cpuPercent }) => cpuPercent);
  return [
    figureOf({ name: `CPU, ${name}`, unit: "%", values: cpu, budget }),
    figureOf({ name: `frames, ${name}`, unit: "frames/s", values: frames }),
    ...(bytes.length === 0
      ? []
      : [figureOf({ name: `bytes a frame, ${name}`, unit: "bytes", values: bytes })]),
  ];
}

function heapFigures(all: readonly HeapGrowth[]): Figure[] {
  const heap = all.map((one) => one.heapBytesPerFrame);
  const external = all.map((one) => one.externalBytesPerFrame);
  const total = all.map((one) => one.heapMegabytes);
  return [
    figureOf({ name: "heap growth a frame", unit: "bytes", values: heap, budget: 10_000 }),
    figureOf({ name: "growth beside the heap a frame", unit: "bytes", values: external }),
    figureOf({ name: "heap in the end", unit: "MB", values: total }),
  ];
}

async function repeat<T>(rounds: number, measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let i = 0; i < rounds; i++) all.push(await measure());
  return all;
}
