import type { RunSummary } from "@ablate/store";
import { count, lossTexts, right, shortNumber, table, UNKNOWN, visible } from "@ablate/text";

/**
 * Tables runs with their states and results, and where some have them, with the best number of a
 * metric, tags and whether they are left.
 */
export function runsTable(runs: readonly RunSummary[]): string {
  const [lossText, trainText, validText] = [
    lossTexts(runs.map((run) => run.loss)),
    lossTexts(runs.map((run) => run.trainLoss)),
    lossTexts(runs.map((run) => run.validLoss)),
  ];
  const areLeft = runs.some(({ plan }) => plan === "left");
  const best = bestMetric(runs);
  const areTagged = runs.some(({ tags }) => tags.length > 0);
  return table(
    [
      ...["run", "state"],
      ...["seed", "step", "loss", "train", "valid", "steps/s"].map(right),
      ...(best === null ? [] : [right(visible(best))]),
      ...(areLeft ? ["plan"] : []),
      ...(areTagged ? ["tags"] : []),
    ],
    runs.map((run) => [
      run.name,
      run.state,
      String(run.seed ?? UNKNOWN),
      stepsText(run),
      lossText(run.loss),
      trainText(run.trainLoss),
      validText(run.validLoss),
      count(run.stepsPerS),
      ...(best === null ? [] : [bestText(run, best)]),
      ...(areLeft ? [run.plan === "left" ? run.plan : ""] : []),
      ...(areTagged ? [run.tags.join(",")] : []),
    ]),
  );
}

/** Writes how many steps a run has made, and of how many where that is known. */
function stepsText({ lastStep, steps }: RunSummary): string {
  if (lastStep === null) return UNKNOWN;
  const made = count(lastStep + 1);
  return steps === null ? made : `${made}/${count(steps)}`;
}

/** Returns the metric that tells recorded runs apart best, beside their losses: the first of which less or more is better. */
function bestMetric(runs: readonly RunSummary[]): string | null {
  for (const { source, metrics } of runs) {
    if (source === null || metrics === undefined) continue;
    const found = [...metrics.values()].find(({ goal, role }) => goal !== null && role === null);
    if (found !== undefined) return found.name;
  }
  return null;
}

/** Writes the best number that a run has of a metric. */
function bestText({ metrics }: RunSummary, name: string): string {
  const found = metrics?.get(name);
  const best = found?.goal === "min" ? found.min : (found?.max ?? null);
  return best === null ? UNKNOWN : shortNumber(best, 4);
}
