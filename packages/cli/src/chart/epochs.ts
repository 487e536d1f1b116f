/** How many examples an epoch of stored runs has: those of the training split of their data. */
import { DataError } from "@ablate/core";
import { storedDataset, storedSettings } from "@ablate/runner";
import type { RunSummary, StoreReader } from "@ablate/store";
import { UsageError } from "../command-line/errors.ts";

/**
 * Reads the data that runs were trained on and counts, by the names of the runs.
 *
 * @throws UsageError - if a run is recorded from a log, or its data are no longer there
 */
export function epochSizes(
  reader: Pick<StoreReader, "dataHashes">,
  runs: readonly RunSummary[],
): ReadonlyMap<string, number> {
  const hashes = reader.dataHashes();
  const known = new Map<string, number>();
  return new Map(
    runs.map((run) => {
      if (run.source !== null) {
        throw new UsageError(
          `--x epochs is of what ablate trains: no log says how many examples an epoch of ${run.name} has; take --x step`,
        );
      }
      const hash = hashes.get(run.name) ?? null;
      const key = JSON.stringify([hash, storedSettings(run.config).data]);
      const size = known.get(key) ?? sizeOf(run, hash);
      known.set(key, size);
      return [run.name, size] as const;
    }),
  );
}

function sizeOf({ config, name }: RunSummary, hash: string | null): number {
  try {
    return storedDataset({ config, hash }).train.targets.length;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new UsageError(
      `--x epochs needs the data of ${name} to count the examples of an epoch: ${error.message}; take --x examples`,
    );
  }
}
