import type { RunSummary } from "@ablate/store";
import { count, loss, UNKNOWN } from "@ablate/tui";
import { table } from "./table.ts";

/** Returns a run as the view `runs` has it, where tags are one text. */
export function runRow(run: RunSummary): object {
  return { ...run, tags: run.tags.join(",") || null };
}

/** Runs as a table: how they stand and what came out; their tags where one has some. */
export function runsTable(runs: readonly RunSummary[]): string {
  const areTagged = runs.some(({ tags }) => tags.length > 0);
  return table(
    [
      { title: "run" },
      { title: "state" },
      { title: "seed", align: "right" },
      { title: "step", align: "right" },
      { title: "loss", align: "right" },
      { title: "train", align: "right" },
      { title: "valid", align: "right" },
      { title: "steps/s", align: "right" },
      ...(areTagged ? [{ title: "tags" }] : []),
    ],
    runs.map((run) => [
      run.run,
      run.state,
      String(run.seed),
      run.last_step === null ? UNKNOWN : `${count(run.last_step + 1)}/${count(run.steps)}`,
      loss(run.loss),
      loss(run.train_loss),
      loss(run.valid_loss),
      count(run.steps_per_s),
      ...(areTagged ? [run.tags.join(",")] : []),
    ]),
  );
}
