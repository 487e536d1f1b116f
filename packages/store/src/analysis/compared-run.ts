import type { RunSummary } from "../contract.ts";
import { flatSettings, type Setting } from "./settings.ts";

/** A stored run with its config taken apart. */
export type ComparedRun = RunSummary & { readonly settings: readonly Setting[] };

const HASH_SHOWN = 12;

/**
 * Stored runs ready to be compared. Where they were trained on different data, its hash is one more setting
 * `data`; the data of a run that never started are those of others with the same file.
 *
 * @param dataHashes - by the names of the runs
 */
export function comparedRuns(
  runs: readonly RunSummary[],
  dataHashes: ReadonlyMap<string, string>,
): ComparedRun[] {
  const known = new Map<string, readonly Setting[]>();
  const byFile = new Map<string, string>();
  const read = runs.map((run) => {
    const settings = known.get(run.config) ?? flatSettings(JSON.parse(run.config));
    known.set(run.config, settings);
    const file = settings.find(({ key }) => key === "data.file")?.id ?? "";
    const hash = dataHashes.get(run.run);
    if (hash !== undefined) byFile.set(file, hash);
    return { run, settings, file, hash };
  });
  const areDifferent = new Set(byFile.values()).size > 1;
  return read.map(({ run, settings, file, hash = byFile.get(file) }) => {
    if (!areDifferent || hash === undefined) return { ...run, settings };
    const text = `${hash.slice(0, HASH_SHOWN)}…`;
    return { ...run, settings: [...settings, { key: "data", value: hash, text, id: hash }] };
  });
}
