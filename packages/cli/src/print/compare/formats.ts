/** Ways to print a comparison: tables under headings, or records. */
import {
  type Comparison,
  exactSetting,
  isLost,
  isOfSurvivors,
  type Metric,
  missingText,
  type PairedDifference,
  type Setting,
  settingOf,
} from "@ablate/store";
import { fittedTable, table, UNKNOWN, wrapText } from "@ablate/text";
import { jsonArray, ROW_FORMATS, type RowFormat, type Rows } from "../rows.ts";
import { differenceSections, effectSections } from "./differences.ts";
import { NO_FACTOR, rowSection, rowTitles, type Section } from "./sections.ts";

type SectionOptions = {
  /** Rows are values of a key, not groups over seeds. */
  readonly isByKey: boolean;
  readonly effectsOnly: boolean;
};

type Print = (
  comparison: Comparison,
  options: SectionOptions & { readonly width: number | null },
) => string;

export const COMPARISON_FORMATS: Readonly<Record<RowFormat, Print>> = {
  table: (comparison, options) =>
    fittedSections(comparison, options)
      .map(({ title, columns, rows, notes }) => {
        const body = columns.length === 0 ? "" : fittedTable(columns, rows, options.width);
        const said = (text: string): string => paragraph(text, options.width);
        return `${title === "" ? "" : said(title)}${body}${notes.map(said).join("")}`;
      })
      .join("\n"),
  json: (comparison, { isByKey, effectsOnly }) => {
    const rows = effectsOnly ? [] : rowRecords(comparison, isByKey).flat();
    return jsonArray([...rows, ...effectRecords(comparison)]);
  },
  csv: (comparison, { isByKey, effectsOnly }) =>
    ROW_FORMATS.csv(effectsOnly ? effectLines(comparison) : rowLines(comparison, isByKey)),
  markdown: (comparison, options) =>
    sectionsOf(comparison, options)
      .map(({ title, columns, rows, notes }) =>
        [
          title === "" ? "" : `**${title}**\n`,
          columns.length === 0
            ? ""
            : ROW_FORMATS.markdown({ columns: columns.map((one) => one.title), rows }),
          ...notes.map((note) => `${note.replace(/^\*/, "\\*")}\n`),
        ]
          .filter((part) => part !== "")
          .join("\n"),
      )
      .join("\n"),
};

function sectionsOf(
  comparison: Comparison,
  { isByKey, effectsOnly }: SectionOptions,
  isBrief = false,
): readonly Section[] {
  const effects = effectSections(comparison, isBrief);
  if (effectsOnly) {
    return effects.length > 0
      ? effects
      : [{ title: "", columns: [], rows: [], notes: [NO_FACTOR] }];
  }
  const differences = isByKey ? [] : differenceSections(comparison, isBrief);
  return [rowSection(comparison, isByKey), ...differences, ...effects];
}

/** Returns the sections, each in brief where it does not fit into this terminal whole. */
function fittedSections(
  comparison: Comparison,
  { width, ...options }: Parameters<Print>[1],
): readonly Section[] {
  const brief = sectionsOf(comparison, options, true);
  return sectionsOf(comparison, options).map((section, i) => {
    const shorter = brief[i] ?? section;
    const isList = !isTable(shorter, width) && (width ?? 0) >= WIDE_LIST;
    return isList || fitsTable(section, width) ? section : shorter;
  });
}

/** From this width on a list shows the longest verdict whole. */
const WIDE_LIST = 60;

/** Whether a section is a table with nothing cut. */
function fitsTable({ columns, rows }: Section, width: number | null): boolean {
  return width === null || fittedTable(columns, rows, width) === table(columns, rows);
}

/** Whether a section is a table at all, not a list for each row. */
function isTable({ columns, rows }: Section, width: number | null): boolean {
  return !fittedTable(columns, rows, width).startsWith("row 1\n");
}

/** Breaks a sentence into lines that a terminal of this width shows whole. */
function paragraph(text: string, width: number | null): string {
  return `${(width === null ? [text] : wrapText(text, width)).join("\n")}\n`;
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
function exactTexts(settings: readonly (Setting | null | undefined)[]): string {
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
    unpaired: found?.unpaired ?? null,
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
