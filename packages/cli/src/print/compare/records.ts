/** A comparison as records, for `--json` and `--format csv`. */
import {
  type Comparison,
  type ComparisonRow,
  type Moments,
  type PairedDifference,
  type Setting,
  settingOf,
} from "@ablate/store";
import type { Rows } from "../rows.ts";
import type { SectionOptions } from "./sections.ts";
import { effectTexts, rowTitles } from "./texts.ts";

/** One record a row and metric, then one a factor, value and metric. */
export function jsonRecords(comparison: Comparison, options: SectionOptions): readonly object[] {
  return options.effectsOnly
    ? effectRecords(comparison)
    : [...rowRecords(comparison, options), ...effectRecords(comparison)];
}

function rowRecords(comparison: Comparison, { isByKey }: SectionOptions): readonly object[] {
  const titles = rowTitles(comparison, isByKey);
  return comparison.rows.flatMap((row, i) =>
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

function effectRecords({ effects }: Comparison): readonly object[] {
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

type DifferenceFields = {
  readonly difference: number | null;
  readonly difference_std: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly paired_seeds: number | null;
  readonly pairs: number | null;
  readonly verdict: string | null;
};

function differenceFields(found: PairedDifference | null): DifferenceFields {
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

/** One line a row, with columns for each metric; or one a factor, value and metric. */
export function csvRows(comparison: Comparison, options: SectionOptions): Rows {
  return options.effectsOnly ? effectLines(comparison) : rowLines(comparison, options);
}

function rowLines(comparison: Comparison, { isByKey }: SectionOptions): Rows {
  const { rows, keys } = comparison;
  const titles = rowTitles(comparison, isByKey);
  const metrics = rows[0]?.outcomes.map(({ metric }) => metric.name) ?? [];
  return {
    columns: [
      "row",
      ...keys,
      "runs",
      ...metrics.flatMap((name) => [name, ...OF_METRIC.map((suffix) => `${name}_${suffix}`)]),
    ],
    rows: rows.map((row, i) => [
      titles[i] ?? "",
      ...keys.map((key) => plain(row.settings.get(key) ?? null)),
      row.runs.length,
      ...row.outcomes.flatMap((outcome) => metricCells(outcome)),
    ]),
  };
}

const OF_METRIC = ["std", "n", "step", "best", "difference", "low", "high", "seeds", "verdict"];

function metricCells({
  moments,
  steps,
  isBest,
  difference,
}: ComparisonRow["outcomes"][number]): readonly unknown[] {
  const found = differenceFields(difference);
  return [
    ...momentCells(moments),
    steps?.[1] ?? null,
    isBest ? 1 : 0,
    ...[found.difference, found.low, found.high, found.paired_seeds, found.verdict],
  ];
}

function momentCells({ n, mean, std }: Moments): readonly unknown[] {
  return [mean, std, n];
}

function effectLines(comparison: Comparison): Rows {
  const rows = comparison.effects.flatMap((one) => {
    const texts = effectTexts(one).values;
    return one.effect.values.map(({ moments, difference }, i) => {
      const found = differenceFields(difference);
      return [
        one.metric.name,
        one.effect.factor.name,
        texts[i] ?? "",
        ...momentCells(moments),
        difference === null ? 1 : 0,
        ...[found.difference, found.low, found.high, found.paired_seeds, found.verdict],
      ];
    });
  });
  const columns = ["metric", "factor", "value", "mean", "std", "n", "baseline"];
  return { columns: [...columns, "difference", "low", "high", "seeds", "verdict"], rows };
}

/** A value as one field: text as it is, numbers in full, maps and lists as JSON. */
function plain(found: Setting | null): unknown {
  if (found === null) return null;
  return typeof found.value === "string" || typeof found.value === "number"
    ? found.value
    : JSON.stringify(found.value);
}
