/** Which losses are drawn on the page of a run. */
import { metricSeries } from "@ablate/store";
import { hasSteps, isRecorded, type ShownRun } from "../../data/shown-run.ts";
import { metricBehind } from "../../data/titles.ts";

type Losses = {
  readonly series: readonly string[];
  readonly names: readonly string[];
  readonly title?: string;
};

/** Returns the losses of a run and what they are of; of a log as it calls them, and one of its metrics where it has none. */
export function lossesOf(run: ShownRun): Losses {
  if (!isRecorded(run)) {
    const evaluated = run.validLoss === null ? [] : ["train_loss", "valid_loss"];
    const names = ["training batches", "training split", "validation split"];
    return { series: ["loss", ...evaluated], names };
  }
  const own = hasSteps(run) ? ["loss"] : [];
  const known = ["loss", "train_loss", "valid_loss", "test_loss"].filter((name) =>
    metricBehind(run, name),
  );
  const series = [...own, ...known];
  if (series.length > 0) {
    const name = (one: string) => metricBehind(run, one)?.name ?? "loss of every step";
    return { series, names: series.map(name), title: "loss" };
  }
  const metrics = [...(run.metrics?.values() ?? [])];
  const first = metrics.find(({ goal }) => goal !== null) ?? metrics[0];
  return first === undefined
    ? { series: ["loss"], names: ["loss"] }
    : { series: [metricSeries(first.name)], names: [first.name] };
}
