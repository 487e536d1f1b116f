/** Says of a run what its training said, or would have said, from what the store has of it. */
import {
  changeThresholds,
  Diagnosis,
  type Finding,
  THRESHOLDS,
  type ThresholdChanges,
  type Thresholds,
} from "@ablate/core";
import { readingRun, type StoreReader, storedMap } from "@ablate/store";
import { storedSettings } from "../plan/stored-config.ts";
import { factsOf } from "./run-diagnosis.ts";

/** Steps that are read at a time. */
const BLOCK_STEPS = 4096;

type RecordedRun = {
  readonly name: string;
  /** Resolved config as JSON. */
  readonly config: string;
  readonly lastStep: number | null;
};

/**
 * The findings of a recorded run, so far where it is not at its end. Thresholds are those that it was trained
 * with, of an older run the usual ones, and on top of them `thresholds`.
 */
export function diagnoseRecorded(
  reader: StoreReader,
  { name: run, config, lastStep }: RecordedRun,
  thresholds: ThresholdChanges = {},
): Finding[] {
  const parameters = reader.parameters(run);
  if (parameters.length === 0) return [];
  const diagnosis = new Diagnosis({
    ...factsOf(storedSettings(config)),
    parameters,
    thresholds: changeThresholds(recordedThresholds(reader, run), thresholds),
  });
  let next = 0;
  const stepsUntil = (end: number): void => {
    while (next < end) {
      const block = reader.steps(run, next, Math.min(BLOCK_STEPS, end - next));
      if (block.count === 0) return;
      diagnosis.steps(block);
      next += block.count;
    }
  };
  const evaluations = Map.groupBy(reader.evaluations(run), ({ step }) => step);
  const probes = new Set(reader.probeSteps(run));
  for (const at of [...new Set([...evaluations.keys(), ...probes])].sort((a, b) => a - b)) {
    stepsUntil(at);
    const evaluated = evaluations.get(at) ?? [];
    diagnosis.evaluations(
      at,
      evaluated.map((one) => ({ ...one, loss: one.loss ?? Number.NaN })),
    );
    const probe = probes.has(at) ? reader.probe(run, at) : undefined;
    if (probe !== undefined) diagnosis.probe(probe);
  }
  stepsUntil((lastStep ?? -1) + 1);
  return diagnosis.findings();
}

/** The thresholds that a run was trained with; of an older run the usual ones. */
export function recordedThresholds(reader: StoreReader, run: string): Thresholds {
  const text = reader.thresholds(run) ?? "{}";
  const stored = readingRun(run, () => storedMap(text, "thresholds"));
  const known = Object.entries(stored).filter(
    ([name, value]) => name in THRESHOLDS && typeof value === "number",
  );
  return { ...THRESHOLDS, ...Object.fromEntries(known) };
}
