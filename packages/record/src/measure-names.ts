/** Whether names are those of what a training is measured by. */
import { metricFacts } from "@ablate/core";
import { stepNames } from "./step-counter.ts";

/** Says whether a name is that of a measure, like a loss or an accuracy. */
export function isMeasure(name: string): boolean {
  const { role, goal } = metricFacts(name);
  return (role ?? goal) !== null || /loss/i.test(name);
}

/** Says whether one of the names is a measure's, or counts steps. */
export function looksMeasured(names: readonly string[]): boolean {
  return names.some(isMeasure) || stepNames(names).length > 0;
}
