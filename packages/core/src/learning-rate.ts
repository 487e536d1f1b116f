import type { Schedule } from "./spec.ts";

/** The rate at `step`: of a map that of the last entry at or before it. */
export function learningRateAt(schedule: Schedule, step: number): number {
  if (!isStepMap(schedule)) return schedule.rate;
  let rate = Number.NaN;
  for (let i = 0; i < schedule.length; i++) {
    const entry = schedule[i];
    if (entry === undefined || entry.step > step) break;
    rate = entry.rate;
  }
  return rate;
}

function isStepMap(schedule: Schedule): schedule is Extract<Schedule, readonly unknown[]> {
  return Array.isArray(schedule);
}
