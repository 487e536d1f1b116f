import type { LearningRateSchedule } from "./spec.ts";

/** The rate of the last entry at or before `step`. */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  let rate = Number.NaN;
  for (let i = 0; i < schedule.length; i++) {
    const entry = schedule[i];
    if (entry === undefined || entry.step > step) break;
    rate = entry.rate;
  }
  return rate;
}
