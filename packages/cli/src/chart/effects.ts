/** What each setting does to a result, all else equal: a row for each of its values, with the interval. */
import { intervalMarks, type Mark, segment } from "@ablate/figures";
import {
  type ComparedRun,
  effectsOf,
  METRICS,
  type Metric,
  type PairedDifference,
  recordedMetrics,
  settingOf,
  settingTexts,
  shortKey,
  usualMetric,
  verdictText,
} from "@ablate/store";
import { middleEllipsis } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { type Builder, SERIES_TITLES } from "./curves.ts";
import { numberText } from "./lines.ts";
import { type ChartRequest, unknown } from "./request.ts";

const ROW = 22;
const FRAME = 80;
const MOST_ROWS = 40;

export const effects: Builder = (_reader, groups, { request, look }) => {
  const runs = groups.flatMap(({ runs: members }) => members);
  const metric = metricNamed(request.series, runs);
  const rows = rowsOf(runs, metric).slice(0, MOST_ROWS);
  if (rows.length === 0) {
    throw new UsageError(
      "no setting of these runs can be compared: two groups have to differ in one setting alone, with the same seeds",
    );
  }
  const ends = rows.flatMap(({ difference: { mean, low, high } }) => [
    low ?? mean ?? 0,
    high ?? mean ?? 0,
  ]);
  const range = request.y ?? rangeOf(ends);
  const unit = metric.unit === null ? "" : `, ${metric.unit}`;
  const title = `difference in ${titleOf(metric)}${unit}`;
  const marks = rows.flatMap(({ name, difference }, i): readonly Mark[] => {
    const y = rows.length - i - 0.5;
    const { mean, low, high, verdict } = difference;
    const color = verdict === "larger" ? look.strong : look.faint;
    const ends = low === null || high === null ? null : ([low, high] as const);
    return [
      ...intervalMarks({ y, mean: mean ?? 0, ends, color }),
      { kind: "text", at: [0, y], text: middleEllipsis(name, rowLetters(request)) },
    ];
  });
  const texts = rows.map(
    ({ name, difference }) =>
      `${name} ${numberText(difference.mean ?? 0)}, ${verdictText(difference)}`,
  );
  return {
    title,
    panels: [
      {
        title,
        description: texts.join("; "),
        height: FRAME + ROW * rows.length,
        x: { title, ...range },
        y: { title: "", min: 0, max: rows.length, isBare: true },
        marks: [segment([0, 0], [0, rows.length], look.guide), ...marks],
      },
    ],
    caption: `What each setting does to ${titleOf(metric)}, all else and the seed equal: mean over seeds and its 95 % interval (Student's t); grey where chance explains it, or where seeds are too few to tell.`,
  };
};

/** Part of an axis that stays free at its ends. */
const PAD = 0.05;

function rangeOf(ends: readonly number[]): { readonly min: number; readonly max: number } {
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const pad = PAD * (high - low) || 1;
  return { min: low - pad, max: high + pad };
}

/** Letters of the name of a row that leave room for what it is about. */
function rowLetters({ width }: ChartRequest): number {
  return Math.round(width / 3.6);
}

type Row = { readonly name: string; readonly difference: PairedDifference };

function rowsOf(runs: readonly ComparedRun[], metric: Metric): readonly Row[] {
  const keys = runs[0]?.settings.map(({ key }) => key) ?? [];
  return effectsOf(runs, { metric }).flatMap(({ factor, values }) => {
    const textOf = ({ runs: [run] }: (typeof values)[number]): string =>
      factor.keys
        .map((key) => {
          const texts = settingTexts(values.map(({ runs: [one] }) => settingOf(one, key)));
          const found = settingOf(run, key);
          return found === undefined ? "none" : texts(found);
        })
        .join(", ");
    const reference = values.find(({ difference }) => difference === null);
    const base = reference === undefined ? "" : textOf(reference);
    return values.flatMap((value) => {
      const { difference } = value;
      if (difference === null || difference.mean === null) return [];
      return [
        {
          name: `${shortKey(factor.name, keys)}: ${base} → ${textOf(value)}`,
          difference,
        },
      ];
    });
  });
}

function titleOf({ name, title }: Metric): string {
  return SERIES_TITLES[name] ?? title;
}

/** @throws UsageError - if it is unknown, or several are named */
function metricNamed([name, ...others]: readonly string[], runs: readonly ComparedRun[]): Metric {
  if (others.length > 0) throw new UsageError("--kind effects is about one --series");
  if (name === undefined) return usualMetric(runs);
  const all = [...METRICS, ...recordedMetrics(runs)];
  const found = all.find((metric) => metric.name === name || metric.title === name);
  if (found === undefined)
    throw unknown(
      "series",
      name,
      all.map(({ title }) => title),
    );
  return found;
}
