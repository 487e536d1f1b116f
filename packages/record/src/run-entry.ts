import type { RunEntry } from "./log.ts";
import { seedOf } from "./seed-of.ts";

type Said = Pick<RunEntry, "config"> &
  Partial<Pick<RunEntry, "framework" | "provenance" | "startedAt">>;

/** Returns how a log begins that has settings, its seed among them, and knows neither parameters nor an end. */
export function runEntry(said: Said): RunEntry {
  const unsaid = { framework: null, steps: null, parameters: [], provenance: {} };
  return { type: "run", seed: seedOf(said.config), ...unsaid, ...said };
}
