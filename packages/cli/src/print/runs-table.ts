import type { RunSummary } from "@ablate/store";
import { count, lossTexts, right, table, UNKNOWN } from "@ablate/text";

/** Tables runs with their states and results, and where some have them, with tags and whether they are left. */
export function runsTable(runs: readonly RunSummary[]): string {
  const [lossText, trainText, validText] = [
    lossTexts(runs.map((run) => run.loss)),
    lossTexts(runs.map((run) => run.trainLoss)),
    lossTexts(runs.map((run) => run.validLoss)),
  ];
  const areLeft = runs.some(({ plan }) => plan === "left");
  const areTagged = runs.some(({ tags }) => tags.length > 0);
  return table(
    [
      ...["run", "state"],
      ...["seed", "step", "loss", "train", "valid", "steps/s"].map(right),
      ...(areLeft ? ["plan"] : []),
      ...(areTagged ? ["tags"] : []),
    ],
    runs.map((run) => [
      run.name,
      run.state,
      String(run.seed),
      run.lastStep === null ? UNKNOWN : `${count(run.lastStep + 1)}/${count(run.steps)}`,
      lossText(run.loss),
      trainText(run.trainLoss),
      validText(run.validLoss),
      count(run.stepsPerS),
      ...(areLeft ? [run.plan === "left" ? run.plan : ""] : []),
      ...(areTagged ? [run.tags.join(",")] : []),
    ]),
  );
}
