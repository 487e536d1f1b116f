/** The look that the program remembers of a store, written before it starts. */
import { DEFAULT_LOOK, type Look } from "../../../packages/tui/src/state/look.ts";
import { memoryFile, remember } from "../../../packages/tui/src/state/memory.ts";

/** Four charts. */
export const METRICS: readonly string[] = [
  "loss",
  "log10_ratio:embedding",
  "log10_ratio:hidden1.weight",
  "log10_ratio:output.weight",
];

/** Environment in which the program begins with this look at the store, and remembers in `folder`. */
export function environmentFor(
  folder: string,
  store: string,
  look: Partial<Look> = {},
): Readonly<Record<string, string>> {
  const environment = { XDG_STATE_HOME: folder };
  remember(memoryFile(store, environment), { ...DEFAULT_LOOK, ...look });
  return environment;
}
