/** Reads the names that a stored run was trained on. */
import {
  buildDataset,
  DataError,
  type Dataset,
  fewestNames,
  parseNames,
  USUAL_READING,
} from "@ablate/core";
import { dataHash } from "../plan/identity.ts";
import { storedSettings } from "../plan/stored-config.ts";
import { readDataFile } from "./data-file.ts";

/** What a store has of a run's data. */
type StoredData = {
  /** Its resolved config as JSON. */
  readonly config: string;
  /** Identity of its data; null where the store does not say. */
  readonly hash: string | null;
};

/**
 * Builds the data set of a stored run from the files that its config names.
 *
 * @throws DataError - they cannot be read, or are no longer those that it was trained on
 */
export function storedDataset({ config, hash }: StoredData): Dataset {
  const { data } = storedSettings(config);
  // A stored run without a separator reads the same both ways, or is of a version that had only this one.
  const { separator = "whitespace", end = USUAL_READING.end } = data;
  const read = (path: string | undefined, fewest: number) => {
    if (path === undefined) return null;
    const bytes = readDataFile(path);
    return { bytes, ...parseNames(bytes, { separator, end }, { fewest }) };
  };
  try {
    const [valid, test] = [read(data.validation, 1), read(data.test, 1)];
    const own = { valid: valid?.names ?? null, test: test?.names ?? null };
    const file = read(data.file, fewestNames(own));
    const bytes = { valid: valid?.bytes ?? null, test: test?.bytes ?? null };
    if (file === null || (hash !== null && dataHash(file.bytes, bytes) !== hash)) {
      throw new DataError("is no longer what the run was trained on");
    }
    const { context, shuffle_seed: shuffleSeed } = data;
    return buildDataset({ names: file.names, end, ...own }, { context, shuffleSeed });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${data.file}: ${error.message}`);
  }
}
