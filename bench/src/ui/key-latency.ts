/** Milliseconds from a key to the last output that it causes. */

import type { Size } from "./command.ts";
import { isComplete } from "./first-frame.ts";
import { Program } from "./program.ts";
import { environmentFor, METRICS } from "./settings.ts";

export type KeyTime = {
  readonly view: ViewName;
  readonly key: string;
  /** Null where it drew nothing. */
  readonly ms: number | null;
  /** What it wrote to the terminal. */
  readonly bytes: number;
};

type ViewName = "runs" | "charts" | "run" | "compare" | "layers" | "findings";

const ESCAPE = "\x1b";
const NAMES: Readonly<Record<string, string>> = {
  " ": "space",
  "\t": "tab",
  "\x1b": "esc",
  "\r": "enter",
};

/** Pressed in this order, so that each of them changes something. */
const KEYS: Readonly<Record<ViewName, readonly string[]>> = {
  runs: [..."jkjljhk  s", ESCAPE, ..."SSjk?", ESCAPE],
  charts: [..."chhlz<>Zc+-LLxxxXXmmmmj", "\t", ..."kv", ESCAPE],
  run: [..."chlzZ+-xxx"],
  compare: [..."  SSbb"],
  layers: [..."hhljk ww b", "\t", "\r", ESCAPE, "\t", "\r", ESCAPE, "\t", "L", "L", ..."nNb"],
  findings: [..."jkG\tnN/", ..."saturated", ESCAPE, "\r", ESCAPE],
};
const DIGITS: Readonly<Record<ViewName, string>> = {
  runs: "1",
  charts: "2",
  run: "3",
  compare: "4",
  layers: "5",
  findings: "6",
};

/** Every key of every view once. */
export async function measureKeys(store: string, folder: string, size: Size): Promise<KeyTime[]> {
  const env = environmentFor(folder, store, { metrics: METRICS });
  const program = new Program({ args: ["ui", "--store", store, "--view", "runs"], size, env });
  await program.until((screen) => isComplete(screen, "runs"));
  await program.frameAfter("?"); // answered when Ink is there
  await program.press(ESCAPE);
  const times: KeyTime[] = [];
  const press = async (view: ViewName, key: string): Promise<void> => {
    const before = program.bytes;
    const ms = await program.press(key);
    times.push({ view, key: NAMES[key] ?? key, ms, bytes: program.bytes - before });
  };
  for (const view of ["runs", "charts", "run", "compare", "layers", "findings"] as const) {
    if (view !== "runs") {
      await press(view, DIGITS[view]);
    }
    for (const key of KEYS[view]) {
      await press(view, key);
    }
  }
  await program.quit();
  return times;
}
