import type { GridConfig } from "../config/config.ts";
import {
  expandGrid,
  fitName,
  type GridRuns,
  type PlannedConfig,
  type PlannedRun,
} from "./expand.ts";
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
  const names = new Set<string>();
  const same: (readonly [PlannedConfig, PlannedConfig])[] = [];
  for (const planned of expandGrid(config)) {
    const hash = hashOf(planned.resolved);
    const first = byHash.get(hash);
    if (first !== undefined) {
      same.push([first, planned]);
      continue;
    }
    const label = fitName(config.name, planned.label, { hash, taken: names });
    const name = `${config.name}/${label}`;
    names.add(name);
    const { resolved } = planned;
    byHash.set(hash, {
      ...planned,
      name,
      label,
      hash,
      family: familyOf(resolved),
      config: JSON.stringify(resolved),
      seed: resolved.seed,
      engine: resolved.engine,
      steps: resolved.train.steps,
    });
  }
  const runs = [...byHash.values()];
  const notes = [...sameRunNotes(same), ...sameNumbersNotes(runs)];
  return { runs, notes, excluded: config.excluded };
}
