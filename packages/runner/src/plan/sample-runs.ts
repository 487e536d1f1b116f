/** Chooses some of a grid's runs at random, or their order: the same ones on every machine. */
import { createHash } from "node:crypto";
import type { GridConfig } from "../config/config.ts";
import type { PlannedRun } from "./expand.ts";
import { familyHasher } from "./identity.ts";

/** Runs that differ in their seed alone are sampled together, and trained one after the other. */
type Setting = { readonly place: string; readonly runs: readonly PlannedRun[] };

export type SampledRuns = {
  /** The runs that are left, in the order of the config. */
  readonly runs: readonly PlannedRun[];
  /** How many there were, and in how many settings; without those that are included. */
  readonly of: { readonly runs: number; readonly settings: number };
  /** The same of those that were chosen. */
  readonly chosen: { readonly runs: number; readonly settings: number };
  /** Returns some of these runs in the order in which they are to be trained. */
  readonly inOrder: (runs: readonly PlannedRun[]) => readonly PlannedRun[];
};

/**
 * Applies `sample` and `order` of a config to all of its runs. A setting's place in the random order depends on nothing
 * but the setting and the seed of the sample, so that a larger sample has all of a smaller one. Settings are chosen until
 * there are as many runs as are asked for; included runs come on top.
 */
export function sampleRuns(
  all: readonly PlannedRun[],
  { sample, order }: Pick<GridConfig, "sample" | "order">,
): SampledRuns {
  const settings = settingsOf(all, String(sample.seed));
  const most = sample.runs === "all" ? all.length : sample.runs;
  const grid = settings.flatMap(({ runs }) => {
    const own = runs.filter(({ isIncluded }) => !isIncluded);
    return own.length === 0 ? [] : [own];
  });
  const chosen: PlannedRun[][] = [];
  let count = 0;
  for (const runs of grid) {
    if (count >= most) break;
    chosen.push(runs);
    count += runs.length;
  }
  const kept = new Set(chosen.flat());
  const places = new Map(settings.flatMap(({ runs }) => runs).map((run, i) => [run.hash, i]));
  const placeOf = ({ hash }: PlannedRun): number => places.get(hash) ?? 0;
  return {
    runs: all.filter((run) => run.isIncluded || kept.has(run)),
    of: { runs: grid.flat().length, settings: grid.length },
    chosen: { runs: count, settings: chosen.length },
    inOrder: (runs) =>
      order === "random" ? runs.toSorted((a, b) => placeOf(a) - placeOf(b)) : runs,
  };
}

/** Returns all settings in the random order of a seed. */
function settingsOf(all: readonly PlannedRun[], seed: string): readonly Setting[] {
  // The same settings are chosen whatever the data are.
  const familyOf = familyHasher("");
  const families = Map.groupBy(all, ({ resolved }) => familyOf({ ...resolved, seed: 0 }));
  const settings = [...families].flatMap(([family, members]) => {
    // More steps are more of the same runs, which stay chosen; only several at a time tell settings apart.
    const bySteps = [...Map.groupBy(members, ({ steps }) => steps).values()];
    return bySteps.map((runs, i) => ({ place: sha256(`${seed} ${family} ${i}`), runs }));
  });
  return settings.toSorted((a, b) => (a.place < b.place ? -1 : 1));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
