/** What another revision of the engine has to do with runs of a plan: those that it keeps, and those that are skipped. */
import { ENGINE_REVISIONS, otherThanCurrent } from "@ablate/core";
import type { OtherRevision, StoredRun, StoreWriter } from "@ablate/store";
import type { GridEvent, KeptRun } from "../train/events.ts";
import { isToTrain, type TrainMode } from "./run-queue.ts";
import type { TrainableRun } from "./train-run.ts";

type Skipped = Extract<GridEvent, { readonly event: "skipped" }>;
type OfOthers = Pick<Skipped, "otherRevision" | "keptStep" | "keptRevision">;

export const OF_NO_OTHER: OfOthers = { otherRevision: null, keptStep: null, keptRevision: null };

/** Which runs of a plan are trained, and how, by their hash. */
type Planned = {
  readonly mode: TrainMode;
  readonly runs: ReadonlyMap<string, TrainableRun>;
};

/** Finds the runs to train that another revision of the engine has begun, without reading their checkpoints. */
export function keptRuns(
  store: StoreWriter,
  planned: readonly StoredRun[],
  { mode, runs }: Planned,
): (KeptRun & Pick<StoredRun, "hash">)[] {
  const toTrain = planned.filter((run) => isToTrain(run, mode));
  const others = otherCheckpoints(store, toTrain, runs);
  return toTrain.flatMap(({ hash, name: run }) => {
    const engine = runs.get(hash)?.engine;
    const other = others.get(hash);
    if (other === undefined || engine === undefined) return [];
    return [{ ...other, run, current: ENGINE_REVISIONS[engine], hash }];
  });
}

/** Returns what is told of another revision where runs are skipped, by their hash. */
export function skippedOfOthers(
  store: StoreWriter,
  planned: readonly StoredRun[],
  { mode, runs }: Planned,
): ReadonlyMap<string, OfOthers> {
  const skipped = planned.filter((run) => !isToTrain(run, mode));
  const failed = skipped.filter(({ state }) => state === "failed");
  const others = otherCheckpoints(store, failed, runs);
  const trained = store.trainedBy(skipped.map(({ hash }) => hash));
  const facts = skipped.map(({ hash }): [string, OfOthers] => {
    const { step: keptStep = null, revision: keptRevision = null } = others.get(hash) ?? {};
    const by = trained.get(hash) ?? null;
    const other = otherThanCurrent({ engine: runs.get(hash)?.engine, revision: by });
    return [hash, { otherRevision: other?.revision ?? null, keptStep, keptRevision }];
  });
  return new Map(facts);
}

function otherCheckpoints(
  store: StoreWriter,
  some: readonly StoredRun[],
  runs: Planned["runs"],
): ReadonlyMap<string, OtherRevision> {
  const asked = some.flatMap(({ hash }) => {
    const engine = runs.get(hash)?.engine;
    return engine === undefined ? [] : [{ hash, revision: ENGINE_REVISIONS[engine] }];
  });
  return store.otherRevisions(asked);
}
