/** A run as the UI knows it. */
import {
  type FollowedRun,
  isMap,
  type MetricSummary,
  type RunState,
  type RunSummary,
  type Setting,
  settingOf,
  settingsReader,
} from "@ablate/store";
import { count, counted, UNKNOWN } from "@ablate/text";

export type ShownRun = Omit<RunSummary, "state"> & {
  /** The state as stored, but `interrupted` where its process is gone. */
  readonly state: RunState;
  /** Its label in its grid, else its name. */
  readonly title: string;
  readonly note: string | null;
  readonly settings: readonly Setting[];
  /** Changes with everything else here. */
  readonly stamp: string;
  /** Milliseconds since its last step came, in steps of some seconds; 0 where it is not running. */
  readonly silentMs: number;
};

/** Makes runs of the store's rows. */
export function runMaker(): (
  run: RunSummary,
  facts: Pick<FollowedRun, "stamp" | "isLost"> & Pick<ShownRun, "note">,
) => ShownRun {
  const settingsOf = settingsReader();
  return (run, { stamp, isLost, note }) => {
    const settings = settingsOf(run);
    const state = isLost ? "interrupted" : run.state;
    return { ...run, state, title: run.label ?? run.name, note, settings, stamp, silentMs: 0 };
  };
}

/** Returns a text that changes when a run is started anew. */
export function attemptOf({ name, hash, startedAt }: ShownRun): string {
  return `${name} ${hash} ${startedAt}`;
}

/** Whether a run is recorded from the log of another program. */
export function isRecorded({ source }: Pick<ShownRun, "source">): boolean {
  return source !== null;
}

/** Whether every step of a run has a loss and ratios: a log without parameters has metrics alone. */
export function hasSteps(run: ShownRun): boolean {
  return !isRecorded(run) || (run.parameters ?? 0) > 0;
}

/** Says how far a run is: of how many steps, where that is known. */
export function stepsText(run: ShownRun): string {
  const made = updates(run);
  if (!hasSteps(run))
    return run.lastStep === null ? "no numbers yet" : `at step ${count(run.lastStep)}`;
  if (run.steps === null) return counted(made, "step");
  return `${count(made)} of ${counted(run.steps, "step")}`;
}

/** Returns the metric that stands for a series of a recorded run which has no steps or evaluations of its own. */
export function metricOfRole(run: ShownRun, role: string): MetricSummary | undefined {
  return [...(run.metrics?.values() ?? [])].find((metric) => metric.role === role);
}

/** Counts the updates made so far. */
export function updates({ lastStep }: ShownRun): number {
  return lastStep === null ? 0 : lastStep + 1;
}

/** Returns the examples in a mini-batch; of a log, which counts steps alone, 1. */
export function batchSize(run: ShownRun): number {
  if (isRecorded(run)) return 1;
  const value = settingOf(run, "train.batch_size")?.value;
  return typeof value === "number" && value > 0 ? value : 1;
}

/** Returns the steps at which the learning rate is set, in order, with the rate. */
function rates(run: ShownRun): { readonly step: number; readonly rate: number }[] {
  if (isRecorded(run)) return [];
  const value = settingOf(run, "train.lr")?.value;
  if (typeof value === "number") return [{ step: 0, rate: value }];
  if (!isMap(value) || isCurve(value)) return [];
  return Object.entries(value)
    .map(([step, rate]) => ({ step: Number(step), rate: Number(rate) }))
    .sort((a, b) => a.step - b.step);
}

/** Returns the later steps at which the learning rate changes, with the new rate. */
export function rateChanges(run: ShownRun): ReturnType<typeof rates> {
  return rates(run).filter(({ step }) => step > 0);
}

/** Writes how the learning rate has changed so far: by steps, or along which curve. */
export function rateText(run: ShownRun): string {
  if (isRecorded(run)) return UNKNOWN;
  const value = settingOf(run, "train.lr")?.value;
  if (isMap(value) && isCurve(value)) {
    const { from, rate, to, then } = value;
    const rates = [from, rate, to].filter((one) => one !== undefined);
    return `${rates.join(" → ")} (${then === "constant" ? "warm-up" : then})`;
  }
  const at = (step: number): number | undefined =>
    rates(run).findLast((one) => one.step <= step)?.rate;
  const [first, last] = [at(0), at(updates(run) - 1)];
  return first === last ? `${first ?? UNKNOWN}` : `${first} → ${last} (┊)`;
}

function isCurve(value: Readonly<Record<string, unknown>>): boolean {
  return "then" in value;
}
