/** Says of a run what its training said, or would have said, from what the store has of it. */
import {
  type Counting,
  changeThresholds,
  Diagnosis,
  type Finding,
  type StepBlock,
  THRESHOLDS,
  type ThresholdChanges,
  type Thresholds,
} from "@ablate/core";
import { isMap, readingRun, type StoreReader, storedMap } from "@ablate/store";
import { toModelSpec, toTrainSpec } from "../config/to-run-spec.ts";
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
 * Returns the findings of a recorded run, up to now if it has not ended. Its thresholds are the ones that it was
 * trained with (for an older run the usual ones), changed by `thresholds`.
 */
export function diagnoseRecorded(
  reader: StoreReader,
  { name: run, config, lastStep }: RecordedRun,
  thresholds: ThresholdChanges = {},
): Finding[] {
  const parameters = reader.parameters(run);
  if (parameters.length === 0) return [];
  const { data, model, train, record } = storedSettings(config);
  const spec = toTrainSpec(train);
  const metrics = spec.clip?.by === "norm" ? [CLIP_FACTOR] : [];
  const diagnosis = new Diagnosis({
    ...factsOf({ model: toModelSpec(model, data.context), train: spec, record }),
    ...{ parameters, metrics },
    counting: recordedCounting(reader, run),
    thresholds: changeThresholds(recordedThresholds(reader, run), thresholds),
  });
  let next = 0;
  const stepsUntil = (end: number): void => {
    while (next < end) {
      const block = reader.steps(run, next, Math.min(BLOCK_STEPS, end - next));
      if (block.count === 0) return;
      diagnosis.steps(metrics.length === 0 ? block : withFactors(block, reader, run));
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

/** Adds what clipping has multiplied each gradient by. */
function withFactors(block: StepBlock, reader: StoreReader, run: string): StepBlock {
  const { first, count } = block;
  const range = { from: first, to: first + count - 1 };
  const { steps, numbers } = reader.metricPoints(run, CLIP_FACTOR, range);
  const metrics = new Float64Array(count).fill(Number.NaN);
  for (const [i, step] of steps.entries()) metrics[step - first] = numbers[i] ?? Number.NaN;
  return { ...block, metrics };
}

const CLIP_FACTOR = "clip_factor";

/** Returns the thresholds that a run was trained with; for an older run the usual ones. */
export function recordedThresholds(reader: StoreReader, run: string): Thresholds {
  return thresholdsIn(judgedBy(reader, run));
}

/** What counting costs on the data of a run; null where an older version trained it. */
function recordedCounting(reader: StoreReader, run: string): Counting | null {
  const { counting } = judgedBy(reader, run);
  if (!isMap(counting)) return null;
  const { characters, pairs } = counting;
  return typeof characters === "number" && typeof pairs === "number" ? { characters, pairs } : null;
}

/** Reads what a run is judged by: its thresholds, and beside them `counting`. */
function judgedBy(reader: StoreReader, run: string): Readonly<Record<string, unknown>> {
  const text = reader.thresholds(run) ?? "{}";
  return readingRun(run, () => storedMap(text, "thresholds"));
}

/** Picks the thresholds that are known; the usual ones stand for those that an older version had not. */
export function thresholdsIn(stored: Readonly<Record<string, unknown>>): Thresholds {
  const known = Object.entries(stored).filter(
    ([name, value]) => name in THRESHOLDS && typeof value === "number",
  );
  return { ...THRESHOLDS, ...Object.fromEntries(known) };
}
