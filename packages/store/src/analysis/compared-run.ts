import type { RunSummary } from "../reading/history.ts";
import { flatSettings, type Setting } from "./settings.ts";

/** A stored run with its config taken apart. */
export type ComparedRun = RunSummary & { readonly settings: readonly Setting[] };

/** Stored runs ready to be compared. */
export function comparedRuns(
  runs: readonly RunSummary[],
  dataHashes: ReadonlyMap<string, string>,
): ComparedRun[] {
  const known = new Map<string, readonly Setting[]>();
  const read = runs.map((run) => {
    const settings = known.get(run.config) ?? flatSettings(JSON.parse(run.config));
    known.set(run.config, settings);
    return { ...run, settings };
  });
  return withData(read, dataHashes);
}

type Named = { readonly name: string; readonly settings: readonly Setting[] };

const HASH_SHOWN = 12;

/**
 * Runs that were trained on different data have its hash as one more setting, `data`: a path may mean other data
 * elsewhere. The data of a run that never started are those of others with the same file.
 *
 * @param dataHashes - by the names of the runs
 */
export function withData<R extends Named>(
  runs: readonly R[],
  dataHashes: ReadonlyMap<string, string>,
): R[] {
  const byFile = new Map<string, string>();
  const read = runs.map((run) => {
    const file = run.settings.find(({ key }) => key === "data.file")?.id ?? "";
    const hash = dataHashes.get(run.name);
    if (hash !== undefined) byFile.set(file, hash);
    return { run, file, hash };
  });
  const used = new Set(read.flatMap(({ hash }) => hash ?? []));
  if (used.size < 2) return [...runs];
  return read.map(({ run, file, hash = byFile.get(file) }) => {
    if (hash === undefined) return run;
    const text = `${hash.slice(0, HASH_SHOWN)}…`;
    const data: Setting = { key: "data", value: hash, text, id: hash };
    return { ...run, settings: [...run.settings, data] };
  });
}
