import { NAME_LENGTH, otherName } from "@ablate/store";
import type { GridConfig } from "../config/config.ts";
import { expandGrid, type GridRuns, type PlannedConfig, type PlannedRun } from "./expand.ts";
import { familyHasher, runHasher } from "./identity.ts";
import { sameNumbersNotes, sameRunNotes } from "./same-runs.ts";

/**
 * Returns the runs of a config on these data, each once, with identities and final names.
 *
 * @param dataHash - identity of the data file, from `dataHash`
 */
export function planRuns(config: GridConfig, dataHash: string): GridRuns {
  const hashOf = runHasher(dataHash);
  const familyOf = familyHasher(dataHash);
  const byHash = new Map<string, PlannedRun>();
  const names = new Map<string, PlannedRun>();
  const same: (readonly [PlannedConfig, PlannedConfig])[] = [];
  for (const planned of expandGrid(config)) {
    const hash = hashOf(planned.resolved);
    const first = byHash.get(hash);
    if (first !== undefined) {
      same.push([first, planned]);
      const isIncluded = first.isIncluded || planned.isIncluded;
      byHash.set(hash, { ...first, also: [...first.also, planned], isIncluded });
      continue;
    }
    const { resolved } = planned;
    const run: PlannedRun = {
      ...planned,
      name: fitted(planned.name, hash),
      hash,
      also: [],
      family: familyOf(resolved),
      config: JSON.stringify(resolved),
      seed: resolved.seed,
      engine: resolved.engine,
      steps: resolved.train.steps,
    };
    const holder = names.get(run.name);
    const data = { dataHash };
    const name =
      holder === undefined
        ? run.name
        : otherName({ ...run, ...data }, { ...holder, ...data }, (one) => names.has(one));
    const named = { ...run, name, label: name.slice(config.name.length + 1) };
    names.set(name, named);
    byHash.set(hash, named);
  }
  const runs = [...byHash.values()];
  const notes = [...sameRunNotes(same), ...sameNumbersNotes(runs)];
  return { runs, notes, excluded: config.excluded };
}

/** Characters of the hash by which a name ends that is cut. */
const HASH_SHOWN = 8;

/** Returns a name, cut and ended by the first characters of the hash where it is too long. */
function fitted(name: string, hash: string): string {
  if (name.length <= NAME_LENGTH) return name;
  const end = `-${hash.slice(0, HASH_SHOWN)}`;
  return name.slice(0, NAME_LENGTH - end.length) + end;
}
