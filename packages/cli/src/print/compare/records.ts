/** A comparison as records, for `--json` and `--format csv`. */
import {
  type Comparison,
  type Moments,
  type PairedDifference,
  type Setting,
  settingOf,
} from "@ablate/store";
import type { Rows } from "../rows.ts";
import type { SectionOptions } from "./sections.ts";
import { effectTexts, rowTitles } from "./texts.ts";

/** Makes one record per row and metric, then one per factor, value and metric. */
export function jsonRecords(comparison: Comparison, options: SectionOptions): readonly object[] {
  return options.effectsOnly
    ? effectRecords(comparison)
    : [...rowRecords(comparison, options).flat(), ...effectRecords(comparison)];
}

/** Makes one line per row, with columns for each metric; or one per factor, value and metric. */
export function csvRows(comparison: Comparison, options: SectionOptions): Rows {
  return options.effectsOnly ? effectLines(comparison) : rowLines(comparison, options);
}

type Measured = Moments & {
  readonly baseline: boolean;
  readonly difference: number | null;
  readonly difference_std: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly paired_seeds: number | null;
  readonly pairs: number | null;
  readonly verdict: string | null;
};

type RowRecord = Measured & {
  readonly kind: "row";
  readonly metric: string;
  readonly row: string;
  readonly runs: readonly string[];
  readonly seeds: readonly number[];
  readonly states: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly best: boolean;
  readonly step: number | null;
};

/** Makes the records of each row, one per metric. */
function rowRecords(
  comparison: Comparison,
  { isByKey }: SectionOptions,
): readonly (readonly RowRecord[])[] {
  const titles = rowTitles(comparison, isByKey);
  return comparison.rows.map((row, i) =>
    row.outcomes.map(({ metric, moments, isBest, steps, difference }) => ({
      kind: "row",
      metric: metric.name,
      row: titles[i] ?? "",
      runs: row.runs.map(({ name }) => name),
      seeds: row.runs.map(({ seed }) => seed),
      states: row.runs.map(({ state }) => state),
      settings: Object.fromEntries(
        [...row.settings].map(([key, found]) => [key, found?.value ?? null]),
      ),
      ...moments,
      best: isBest,
      step: steps?.[1] ?? null,
      baseline: row.isBaseline,
      ...differenceFields(difference),
    })),
  );
}

type EffectRecord = Measured & {
  readonly kind: "effect";
  readonly metric: string;
  readonly factor: string;
  readonly value: string;
  readonly settings: Readonly<Record<string, unknown>>;
};

function effectRecords({ effects }: Comparison): readonly EffectRecord[] {
  return effects.flatMap((one) => {
    const texts = effectTexts(one).values;
    const { metric, effect } = one;
    return effect.values.map(({ runs: [run], moments, difference }, i) => ({
      kind: "effect",
      metric: metric.name,
      factor: effect.factor.name,
      value: texts[i] ?? "",
      settings: Object.fromEntries(
        effect.factor.keys.map((key) => [key, settingOf(run, key)?.value ?? null]),
      ),
      ...moments,
      baseline: difference === null,
      ...differenceFields(difference),
    }));
  });
}

function differenceFields(
  found: PairedDifference | null,
): Omit<Measured, keyof Moments | "baseline"> {
  return {
    difference: found?.mean ?? null,
    difference_std: found?.std ?? null,
    low: found?.low ?? null,
    high: found?.high ?? null,
    paired_seeds: found?.n ?? null,
    pairs: found?.pairs ?? null,
    verdict: found?.verdict ?? null,
  };
}

const OF_METRIC = ["std", "n", "step", "best", "difference", "low", "high", "seeds", "verdict"];

function rowLines(comparison: Comparison, options: SectionOptions): Rows {
  const { rows, keys } = comparison;
  const records = rowRecords(comparison, options);
  return {
    columns: [
      "row",
      ...keys,
      "runs",
      ...(records[0] ?? []).flatMap(({ metric }) => [
        metric,
        ...OF_METRIC.map((suffix) => `${metric}_${suffix}`),
      ]),
    ],
    rows: rows.map(({ settings, runs }, i) => [
      records[i]?.[0]?.row ?? "",
      ...keys.map((key) => plain(settings.get(key) ?? null)),
      runs.length,
      ...(records[i] ?? []).flatMap((one) => [
        ...[one.mean, one.std, one.n, one.step, one.best ? 1 : 0],
        ...differenceCells(one),
      ]),
    ]),
  };
}

function effectLines(comparison: Comparison): Rows {
  const columns = ["metric", "factor", "value", "mean", "std", "n", "baseline"];
  return {
    columns: [...columns, "difference", "low", "high", "seeds", "verdict"],
    rows: effectRecords(comparison).map((one) => [
      ...[one.metric, one.factor, one.value, one.mean, one.std, one.n, one.baseline ? 1 : 0],
      ...differenceCells(one),
    ]),
  };
}

function differenceCells(one: Measured): readonly unknown[] {
  return [one.difference, one.low, one.high, one.paired_seeds, one.verdict];
}

/** Makes one field of a setting: text as it is, numbers in full, maps and lists as JSON. */
function plain(found: Setting | null): unknown {
  if (found === null) return null;
  return typeof found.value === "string" || typeof found.value === "number"
    ? found.value
    : JSON.stringify(found.value);
}
