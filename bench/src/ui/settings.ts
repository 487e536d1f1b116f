/** The settings that the program remembers for a store, written before it starts. */

import { memoryFile, remember } from "../../../packages/tui/src/state/memory.ts";
import { DEFAULT_SETTINGS, type ViewSettings } from "../../../packages/tui/src/state/settings.ts";

/** Four charts. */
export const METRICS: readonly string[] = [
  "loss",
  "log10_ratio:embedding",
  "log10_ratio:hidden1.weight",
  "log10_ratio:output.weight",
];

/** Environment in which the program begins with these settings, and remembers in `folder`. */
export function environmentFor(
  folder: string,
  store: string,
  settings: Partial<ViewSettings> = {},
): Readonly<Record<string, string>> {
  const environment = { XDG_STATE_HOME: folder };
  remember(memoryFile(store, environment), { ...DEFAULT_SETTINGS, ...settings });
  return environment;
}
