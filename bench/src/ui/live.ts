/** What showing live training costs: four charts of thirteen curves. */
import { setTimeout as wait } from "node:timers/promises";
import { cpuSeconds } from "../cpu-time.ts";
import { isComplete } from "./first-frame.ts";
import type { LiveStore, Pace } from "./live-store.ts";
import { Program } from "./program.ts";
import { environmentFor, METRICS } from "./settings.ts";

export type LiveCost = {
  /** Of one core. */
  readonly cpuPercent: number;
  readonly framesPerSecond: number;
  /** Null without a frame. */
  readonly bytesPerFrame: number | null;
};

export const LIVE_SIZE = { columns: 120, rows: 40 };
/** Before what is measured, at the same pace. */
const SETTLING = 0.05;

/** The charts of a live store, thirteen runs by themselves. */
export async function openCharts(
  store: LiveStore,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const settings = { marks: store.runs, group: null, metrics: METRICS };
  const program = new Program({
    args: ["ui", "--store", store.path, "--view", "charts"],
    size: LIVE_SIZE,
    env: { ...environmentFor(folder, store.path, settings), ...env },
  });
  await program.until((screen) => isComplete(screen, "charts"));
  await program.frameAfter("?");
  await program.press("\x1b");
  return program;
}

/** CPU time and output while the store grows at this pace. */
export async function measureLive(
  program: Program,
  store: LiveStore,
  { pace, seconds }: { readonly pace: Pace; readonly seconds: number },
): Promise<LiveCost> {
  store.pace(pace);
  await wait(SETTLING * seconds * 1000);
  const before = countersOf(program);
  await wait(seconds * 1000);
  const after = countersOf(program);
  const frames = after.frames - before.frames;
  const elapsed = (after.at - before.at) / 1000;
  return {
    cpuPercent: (100 * (after.cpu - before.cpu)) / elapsed,
    framesPerSecond: frames / elapsed,
    bytesPerFrame: frames === 0 ? null : (after.bytes - before.bytes) / frames,
  };
}

function countersOf(program: Program) {
  const { frames, bytes, pid } = program;
  return { frames, bytes, cpu: cpuSeconds(pid), at: performance.now() };
}
