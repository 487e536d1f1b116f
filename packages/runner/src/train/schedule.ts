/** Decides what is due after which step of a run, beside training. */
import type { StopSpec, TrainSpec } from "@ablate/core";
import type { RecordConfig } from "../config/config.ts";
import { nextProbe, USUAL_SCHEDULE } from "../config/probe-schedule.ts";

/** What is done with the model after a step, in this order. */
export type Due = {
  readonly checkpoint: boolean;
  readonly validation: boolean;
  readonly probe: boolean;
  /** Whether the run is diagnosed anew: with every probe, and as often without probes. */
  readonly diagnosis: boolean;
};

export type Schedule = {
  /** The first step after this one at which anything is due; infinite: none. */
  readonly next: (step: number) => number;
  readonly dueAt: (step: number) => Due;
};

/** Returns the schedule of a run, without regard to its end, where other things are due. */
export function scheduleOf(record: RecordConfig, { stop }: Pick<TrainSpec, "stop">): Schedule {
  const { evaluate, probes, checkpoint } = record;
  const validations = [everyOf(evaluate), stopEvery(stop)];
  const saved = everyOf(checkpoint);
  const diagnoses = probes === "none" ? USUAL_SCHEDULE : probes;
  const isDiagnosed = (step: number): boolean =>
    step === 0 || nextProbe(diagnoses, step - 1) === step;
  return {
    next: (step) =>
      Math.min(
        ...[...validations, saved].map((every) => nextMultiple(every, step)),
        nextProbe(diagnoses, step),
      ),
    dueAt: (step) => ({
      checkpoint: isMultiple(saved, step),
      validation: validations.some((every) => isMultiple(every, step)),
      probe: probes !== "none" && isDiagnosed(step),
      diagnosis: isDiagnosed(step),
    }),
  };
}

/** Lists the steps below `end` at which the validation split is evaluated, and those at which a run is probed. */
export function takenBefore(
  end: number,
  { dueAt, next }: Schedule,
): { readonly evaluations: readonly number[]; readonly probes: readonly number[] } {
  const evaluations: number[] = [];
  const probes: number[] = [];
  for (let step = 0; step < end; step = next(step)) {
    const due = dueAt(step);
    if (due.validation) evaluations.push(step);
    if (due.probe) probes.push(step);
  }
  return { evaluations, probes };
}

/** Counts the evaluations of the validation split before a run's end. */
export function countValidations(
  record: Pick<RecordConfig, "evaluate">,
  { stop }: Pick<TrainSpec, "stop">,
  steps: number,
): number {
  const all = new Set([everyOf(record.evaluate), stopEvery(stop)]);
  return [...all].reduce((sum, every) => sum + (every === 0 ? 0 : Math.floor(steps / every)), 0);
}

function everyOf(setting: RecordConfig["evaluate"] | RecordConfig["checkpoint"]): number {
  return typeof setting === "string" ? 0 : setting.every;
}

function stopEvery(stop: StopSpec | undefined): number {
  return stop === undefined || (stop.patience === null && stop.target === null) ? 0 : stop.every;
}

function nextMultiple(every: number, step: number): number {
  return every === 0 ? Number.POSITIVE_INFINITY : (Math.floor(step / every) + 1) * every;
}

function isMultiple(every: number, step: number): boolean {
  return every > 0 && step > 0 && step % every === 0;
}
