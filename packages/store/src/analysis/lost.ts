/** Runs that came to no result: what is averaged without them is the mean of survivors. */
import { type Configured, isRecorded, settingOf } from "./factors.ts";
import { endsNotFinite, type Measured, type Metric } from "./metrics.ts";

const ENDS = ["diverged", "failed", "not finite"] as const;

/** A run of which it can be told whether it was lost. */
export type Losable = Measured & Configured & { readonly source?: string | null };

/** Returns how a run was lost; null where it was not, as while it has not ended. */
function lossOf(run: Losable, metric: Metric): (typeof ENDS)[number] | null {
  if (run.state === "diverged" || run.state === "failed") return run.state;
  if (run.state !== "finished" || metric.value(run) !== null) return null;
  if (isRecorded(run)) return endsNotFinite(run, metric) ? "not finite" : null;
  if (metric.unit !== "nats") return null;
  return settingOf(run, "record.evaluate")?.value === "none" && metric.name !== "loss"
    ? null
    : "not finite";
}

/** Says whether a run diverged, failed or finished on a loss that is no finite number. */
export function isLost(run: Losable, metric: Metric): boolean {
  return lossOf(run, metric) !== null;
}

/** Counts the runs that were lost. */
export function countLost(runs: readonly Losable[], metric: Metric): number {
  return runs.filter((run) => isLost(run, metric)).length;
}

/** Says how many of some runs were lost, as `3 of 8 diverged`; empty where none was. */
export function lostText(runs: readonly Losable[], metric: Metric): string {
  const lost = runs.flatMap((run) => lossOf(run, metric) ?? []);
  const counts = ENDS.map((end) => ({ end, n: lost.filter((one) => one === end).length }));
  const [first, ...others] = counts.filter(({ n }) => n > 0);
  if (first === undefined) return "";
  const total = runs.length;
  if (others.length === 0) return total === 1 ? first.end : `${first.n} of ${total} ${first.end}`;
  const parts = [first, ...others].map(({ end, n }) => `${n} ${end}`);
  return `${lost.length} of ${total} lost: ${parts.join(", ")}`;
}
