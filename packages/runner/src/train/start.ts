/** Decides where a run begins: at its own checkpoint, at the end of a shorter run, or at initialisation. */
import {
  changeThresholds,
  ENGINE_REVISIONS,
  type EngineName,
  type RunSpec,
  THRESHOLDS,
  type ThresholdChanges,
} from "@ablate/core";
import {
  type AskedStart,
  type Continuation,
  DamageError,
  isMap,
  type OtherRevision,
  type ResumePoint,
  type ShorterRun,
  type StoreWriter,
  storedMap,
} from "@ablate/store";
import { canonicalJson } from "../config/canonical-json.ts";
import type { RecordConfig } from "../config/config.ts";
import { thresholdsIn } from "../diagnose/diagnose-recorded.ts";
import type { ResumeFrom } from "./messages.ts";
import { scheduleOf, takenBefore } from "./schedule.ts";

export type Start = {
  /** Null: at initialisation. */
  readonly point: ResumePoint | null;
  /** The run's own checkpoint, where another revision of the engine keeps the run from being trained. */
  readonly other: OtherRevision | null;
  /** What the user should know: checkpoints that were passed over. */
  readonly notes: readonly string[];
};

export const FROM_SCRATCH: Start = { point: null, other: null, notes: [] };

/** A run to train, and what it has in common with longer and shorter ones. */
export type Startable = {
  readonly spec: RunSpec;
  readonly engine: EngineName;
  readonly record: RecordConfig;
  /** Equal in runs that differ in their number of steps alone; without it no run resumes from another. */
  readonly family?: string | undefined;
  /** The thresholds that differ from the usual ones. */
  readonly thresholds?: ThresholdChanges | undefined;
};

/** Says what is asked of a store to know where a run begins; with `mixes`, whichever revision has trained it before. */
export function askedStart(startable: Startable, mixes: boolean): Omit<AskedStart, "hash"> {
  const rule = { revision: ENGINE_REVISIONS[startable.engine], mixes };
  return { continuation: continuationOf(startable), rule };
}

/** Returns the latest point that a run can resume from. */
export function findStart(
  store: Pick<StoreWriter, "findResumePoint">,
  runId: number,
  { continuation, rule }: Omit<AskedStart, "hash">,
): Start {
  const { point, other, damaged } = store.findResumePoint(runId, continuation, rule);
  const notes = damaged.map(({ run, step, reason }) => {
    const passed = `the checkpoint of ${run} at step ${step}`;
    return reason === null
      ? `${passed} is damaged and passed over`
      : `${passed} is passed over: the run is damaged, ${reason}`;
  });
  return { point, other, notes };
}

/** Tells which shorter runs have made the same history as this run would until their end. */
function continuationOf(startable: Startable): Continuation | null {
  const { spec, record, family } = startable;
  if (family === undefined) return null;
  const judgedBy = canonicalJson(changeThresholds(THRESHOLDS, startable.thresholds ?? {}));
  const schedule = scheduleOf(record, spec.train);
  const accepts = ({ step, config, thresholds, probes, evaluations }: ShorterRun): boolean => {
    const taken = takenBefore(step, schedule);
    return (
      thresholds !== null &&
      thresholdsOf(thresholds) === judgedBy &&
      `${probes}` === `${taken.probes}` &&
      `${evaluations}` === `${taken.evaluations}` &&
      probedBy(config) === probesText(record.probes) &&
      keepsBest(config) === (record.best === true)
    );
  };
  return { family, steps: spec.train.steps, accepts };
}

/** Returns the part of it that a worker is sent. */
export function resumeFrom({ point }: Start, runId: number): ResumeFrom | null {
  if (point === null) return null;
  const { runId: owner, revision: _, ...rest } = point;
  return { ...rest, isOwn: owner === runId };
}

/** Tells what a stored run's probes are of, and what counts as saturated there. */
function probedBy(config: string): string {
  const { record } = parsed(config);
  return probesText(isMap(record) ? record.probes : undefined);
}

/** Tells whether a stored run has kept its best weights. */
function keepsBest(config: string): boolean {
  const { record } = parsed(config);
  return isMap(record) && record.best === true;
}

function probesText(probes: unknown): string {
  const { saturated, examples }: Record<string, unknown> = isMap(probes) ? probes : {};
  return canonicalJson({ saturated: saturated ?? null, examples: examples ?? null });
}

/** Returns the thresholds of a shorter run; an older one lacks those that are new, which were the usual ones. */
function thresholdsOf(thresholds: string): string {
  const stored = parsed(thresholds);
  return canonicalJson(Object.keys(stored).length === 0 ? {} : thresholdsIn(stored));
}

/** Reads JSON of a shorter run; what is damaged is like no config and no thresholds. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return storedMap(text, "config");
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return {};
  }
}
