import type { GridConfig } from "../spec/config.ts";
import { expandGrid } from "./expand.ts";
import { runHash } from "./identity.ts";
import { fitName } from "./label.ts";
import type { GridRuns, PlannedConfig, PlannedRun } from "./planned.ts";

/**
 * The runs of a config on these data, each once, with identities and final names.
 *
 * @param dataHash - identity of the data file, from `dataHash`
 */
export function planRuns(config: GridConfig, dataHash: string): GridRuns {
  const byHash = new Map<string, PlannedRun>();
  const names = new Set<string>();
  const notes = new Set<string>();
  for (const planned of expandGrid(config)) {
    const hash = runHash(planned.resolved, dataHash);
    const same = byHash.get(hash);
    if (same !== undefined) {
      notes.add(`${bothOf(same, planned)} are the same run; it is trained once`);
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
      config: JSON.stringify(resolved),
      seed: resolved.seed,
      engine: resolved.engine,
      steps: resolved.train.steps,
    });
  }
  return { runs: [...byHash.values()], notes: [...notes], excluded: [] };
}

function bothOf(a: PlannedConfig, b: PlannedConfig): string {
  const [first, second] = [withoutSeed(a), withoutSeed(b)];
  const areVariants = first === a.variant && second === b.variant;
  return `${areVariants ? "variants" : "runs"} ${first} and ${second}`;
}

function withoutSeed({ label }: PlannedConfig): string {
  return label.replace(/-seed=\d+$/, "");
}
