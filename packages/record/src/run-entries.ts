/** How a log begins that says nothing of its run but numbers. */
import type { LogEntry } from "./log.ts";
import { runEntry } from "./run-entry.ts";
import { settingsIn } from "./settings.ts";

/**
 * Returns what the settings beside a log say of its run: all of it where nothing was said before, else what has changed.
 *
 * @param digest - of the settings that were read last; null: none were
 */
export function runEntries(
  folder: string,
  before: string | null,
  framework: string | null,
): { readonly entries: readonly LogEntry[]; readonly digest: string } {
  const { config, digest } = settingsIn(folder);
  if (before === digest || (before !== null && digest === "")) {
    return { entries: [], digest: before };
  }
  if (before !== null) {
    const description = { config: JSON.stringify(config) };
    return { entries: [{ type: "describe", description }], digest };
  }
  return { entries: [runEntry({ config, framework })], digest };
}
