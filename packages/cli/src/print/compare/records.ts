/** A comparison as records and lines for programs: numbers in full, values as the config has them. */
import {
  type Comparison,
  exactSetting,
  isLost,
  isOfSurvivors,
  type Metric,
  missingText,
  type PairedDifference,
  revisionsOf,
  type Setting,
  settingOf,
} from "@ablate/store";
import { UNKNOWN } from "@ablate/text";
import type { Rows } from "../rows.ts";
import { rowTitles } from "./sections.ts";

export type RecordOptions = {
  /** Rows are values of a key, not groups over seeds. */
  readonly isByKey: boolean;
  readonly effectsOnly: boolean;
  /** The metrics were named. */
  readonly isAsked: boolean;
};

/** Makes the records of the rows, then those of the effects. */
export function recordsOf(
  comparison: Comparison,
  { isByKey, effectsOnly }: RecordOptions,
): readonly Readonly<Record<string, unknown>>[] {
  const rows = effectsOnly ? [] : rowRecords(comparison, isByKey).flat();
  return [...rows, ...effectRecords(comparison)];
}

/** Makes the lines of one table: of the rows, or of the effects. */
export function linesOf(comparison: Comparison, { isByKey, effectsOnly }: RecordOptions): Rows {
  return effectsOnly ? effectLines(comparison) : rowLines(comparison, isByKey);
}

/** Makes the records of each row, one per metric. */
function rowRecords(comparison: Comparison, isByKey: boolean) {
  const titles = isByKey
    ? comparison.rows.map(({ settings }) => exactTexts([...settings.values()]))
    : rowTitles(comparison, isByKey);
  const reference = comparison.rows.find(({ isBaseline }) => isBaseline);
  return comparison.rows.map(({ runs, settings, outcomes, isBaseline }, i) => {
    const values = [...settings].map(([key, found]) => [key, found?.value ?? null]);
    return outcomes.map(({ metric, moments, isBest, steps, difference }) => ({
      kind: "row",
      metric: metric.name,
      row: titles[i] ?? "",
      runs: runs.map(({ name }) => name),
      seeds: runs.map(({ seed }) => seed),
      states: runs.map(({ state }) => state),
      revisions: revisionsOf(runs),
      settings: Object.fromEntries(values),
      ...moments,
      ...lostFields(metric, runs, reference?.runs),
      best: isBest,
      step: steps?.[1] ?? null,
      baseline: isBaseline,
      ...differenceFields(difference),
    }));
  });
}

/** Writes the values of keys that change together as one text, in full. */
export function exactTexts(settings: readonly (Setting | null | undefined)[]): string {
  return settings.map((found) => String(plain(found) ?? UNKNOWN)).join(" + ");
}

/** Makes one record per factor, value and metric. */
function effectRecords({ effects }: Comparison) {
  return effects.flatMap(({ metric, effect }) => {
    const reference = effect.values.find(({ difference }) => difference === null);
    return effect.values.map(({ runs, moments, difference }) => ({
      kind: "effect",
      metric: metric.name,
      factor: effect.factor.name,
      value: exactTexts(effect.factor.keys.map((key) => settingOf(runs[0], key))),
      settings: Object.fromEntries(
        effect.factor.keys.map((key) => [key, settingOf(runs[0], key)?.value ?? null]),
      ),
      revisions: revisionsOf(runs),
      ...moments,
      ...lostFields(metric, runs, reference?.runs),
      baseline: difference === null,
      ...differenceFields(difference),
    }));
  });
}

type Runs = Comparison["rows"][number]["runs"];

/** Counts the runs of a row or a value, those that were lost, and those that its baseline lost. */
function lostFields(metric: Metric, runs: Runs, baseline: Runs | undefined) {
  const lost = (some: Runs): number => some.filter((run) => isLost(run, metric)).length;
  return {
    of: runs.length,
    lost: lost(runs),
    baseline_lost: baseline === undefined ? null : lost(baseline),
  };
}

function differenceFields(found: PairedDifference | null) {
  return {
    difference: found?.mean ?? null,
    difference_std: found?.std ?? null,
    low: found?.low ?? null,
    high: found?.high ?? null,
    paired_seeds: found?.n ?? null,
    pairs: found?.pairs ?? null,
    cells: found?.cells ?? null,
    missing: found === null ? null : found.missing.map(missingText),
    unpaired: found?.unpaired.map(({ cell }) => cell) ?? null,
    survivors: found === null ? null : isOfSurvivors(found),
    verdict: found?.verdict ?? null,
  };
}

const OF_DIFFERENCE = [
  ...["difference", "low", "high", "seeds", "pairs", "cells", "missing", "unpaired"],
  ...["survivors", "verdict"],
];
const OF_LOST = ["of", "lost", "baseline_lost"];
const OF_METRIC = ["std", "n", ...OF_LOST, "step", "best", ...OF_DIFFERENCE];

/** Makes one line per row, with columns for each metric. */
function rowLines(comparison: Comparison, isByKey: boolean): Rows {
  const { rows, keys } = comparison;
  const records = rowRecords(comparison, isByKey);
  const metrics = (records[0] ?? []).flatMap(({ metric }) => [
    metric,
    ...OF_METRIC.map((suffix) => `${metric}_${suffix}`),
  ]);
  return {
    columns: ["row", ...keys, "runs", ...metrics],
    rows: rows.map(({ settings, runs }, i) => [
      records[i]?.[0]?.row ?? "",
      ...keys.map((key) => plain(settings.get(key) ?? null)),
      runs.length,
      ...(records[i] ?? []).flatMap((one) => [
        ...[one.mean, one.std, one.n, ...lostCells(one), one.step, flag(one.best)],
        ...differenceCells(one),
      ]),
    ]),
  };
}

/** Makes one line per factor, value and metric. */
function effectLines(comparison: Comparison): Rows {
  const columns = ["metric", "factor", "value", "mean", "std", "n", ...OF_LOST, "baseline"];
  return {
    columns: [...columns, ...OF_DIFFERENCE],
    rows: effectRecords(comparison).map((one) => [
      ...[one.metric, one.factor, one.value, one.mean, one.std, one.n],
      ...[...lostCells(one), flag(one.baseline)],
      ...differenceCells(one),
    ]),
  };
}

function lostCells(one: ReturnType<typeof lostFields>): readonly unknown[] {
  return [one.of, one.lost, one.baseline_lost];
}

function differenceCells(one: ReturnType<typeof differenceFields>): readonly unknown[] {
  return [
    ...[one.difference, one.low, one.high, one.paired_seeds, one.pairs, one.cells],
    ...[one.missing?.join("; "), one.unpaired?.join("; ")],
    ...[flag(one.survivors), one.verdict],
  ];
}

function flag(isSo: boolean | null): number | null {
  return isSo === null ? null : Number(isSo);
}

/** Makes one field of a setting. */
function plain(found: Setting | null | undefined): string | number | null {
  return found ? exactSetting(found) : null;
}
