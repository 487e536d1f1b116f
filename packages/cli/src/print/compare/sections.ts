/** The rows of a comparison as a table, for terminals and Markdown, and the texts that its other tables share. */
import {
  type ComparedRun,
  type Comparison,
  type ComparisonRow,
  isLost,
  lostText,
  type Metric,
  type MetricEffect,
  type Moments,
  revisionsNote,
  type Setting,
  type SettingText,
  settingOf,
  settingTexts,
  shortKey,
  VALID_LOSS,
  withoutSeed,
} from "@ablate/store";
import { type Align, count, counted, decimalsThatDiffer, UNKNOWN, visible } from "@ablate/text";
import type { Style } from "../../command-line/terminal.ts";
import { BEST, bestNotes, valueText } from "./best.ts";

export type Section = {
  readonly title: string;
  readonly columns: readonly {
    readonly title: string;
    readonly align?: Align;
    readonly isWhole?: boolean;
  }[];
  readonly rows: readonly (readonly string[])[];
  /** Whether it is one of several below the table of rows, told apart by a rule. */
  readonly isRuled?: true;
  /** How a cell looks on a terminal; left out where all are plain. */
  readonly styleOf?: (text: string, row: number, column: number) => Style | null;
  /** Sentences under the table. */
  readonly notes: readonly string[];
};

/** Says that nothing but seeds tells the runs apart, or that there is one alone. */
export function noFactorNote(comparison: Comparison): string {
  const [first, ...others] = comparison.rows.flatMap(({ runs }) => runs);
  if (first !== undefined && others.length === 0) {
    return `${first.name} is alone: name another run to compare it with, or its grid`;
  }
  const rest = isPaired(comparison) ? ", but for the seed" : "";
  return `the runs do not differ in their configs${rest}`;
}

/** Tables the rows: what differs, what came out, which is the best. */
export function rowSection(
  comparison: Comparison,
  { isByKey, isAsked }: { readonly isByKey: boolean; readonly isAsked: boolean },
): Section {
  const { rows, keys } = comparison;
  const all = rows.flatMap(({ runs }) => runs);
  const titles = rowTitles(comparison, isByKey);
  const shown = isByKey ? [] : keys.slice(0, MOST_KEYS);
  const texts = shown.map((key) => textsOf(all, key));
  const metrics = metricsOf(comparison);
  const [metric = VALID_LOSS] = metrics;
  const areDone = all.every((run) => run.state === "finished" || isLost(run, metric));
  const lossy = metrics.map((one) => all.some((run) => isLost(run, one)));
  const momentTexts = metrics.map((one, i) =>
    momentsTexts(
      one,
      rows.map(({ outcomes }) => outcomes[i]?.moments.mean),
    ),
  );
  const body = rows.map(({ runs, settings, outcomes }, i) => [
    titles[i] ?? "",
    ...shown.map((key, k) => texts[k]?.(settings.get(key)) ?? ""),
    ...(areDone ? [] : [statesText(runs)]),
    ...outcomes.flatMap(({ metric: one, moments, isBest, steps }, m) => [
      `${momentTexts[m]?.(moments) ?? ""}${isBest && rows.length > 1 ? ` ${BEST}` : ""}`,
      shareText(moments.n, runs.length),
      ...(lossy[m] ? [lostText(runs, one)] : []),
      ...(one.unit === "nats" ? [stepsText(steps)] : []),
    ]),
  ]);
  return {
    title: headline(comparison, isAsked),
    columns: [
      { title: isByKey ? keysText(keys) : "run" },
      ...shown.map((key) => ({ title: shortKey(key, shown) })),
      ...(areDone ? [] : [{ title: "state" }]),
      ...metrics.flatMap(({ title, unit }, m) => [
        ...[title, "n"].map(number),
        ...(lossy[m] ? [LOST] : []),
        ...(unit === "nats" ? [number("at step")] : []),
      ]),
    ],
    rows: body,
    styleOf: (text, row) => {
      if (text.endsWith(` ${BEST}`)) return "bold";
      const isBest = rows.length > 1 && (rows[row]?.outcomes.some((one) => one.isBest) ?? false);
      return isBest && text === titles[row] ? "bold" : null;
    },
    notes: [
      ...metrics.flatMap((one, place) => bestNotes(one, rows, { titles, place })),
      ...(keys.length > 0 ? [] : [noFactorNote(comparison)]),
      ...(isByKey || keys.length <= MOST_KEYS ? [] : [unshownNote(keys)]),
      ...revisionNotes(comparison),
    ],
  };
}

/** Most keys of a config that are columns or are named together: configs of other programs have hundreds. */
export const MOST_KEYS = 12;

function unshownNote(keys: readonly string[]): string {
  const rest = counted(keys.length - MOST_KEYS, "more key");
  return `${rest} of the configs differ; \`ablate diff A B\` shows those of two runs, --json all`;
}

/** Names keys that change together. */
export function keysText(keys: readonly string[]): string {
  return joinedText(keys.map((key) => visible(key === "" ? '""' : key)));
}

/** Joins what belongs to keys that change together, as many as can be read. */
function joinedText(texts: readonly string[]): string {
  const rest = texts.length - MOST_KEYS;
  return [...texts.slice(0, MOST_KEYS), ...(rest > 0 ? [`${rest} more`] : [])].join(" + ");
}

/** Says whether the seed of any run is known: without, no run is paired with another. */
export function isPaired({ rows }: Comparison): boolean {
  return rows.some(({ runs }) => runs.some(({ seed }) => seed !== null));
}

/** Says where the runs were trained by several revisions of one engine. */
export function revisionNotes({ rows }: Comparison): readonly string[] {
  const note = revisionsNote(rows.flatMap(({ runs }) => runs));
  return note === null ? [] : [note];
}

export const LOST = { title: "lost", isWhole: true };

/** Makes a column of numbers. */
export function number(title: string): Section["columns"][number] {
  return { title, align: "right", isWhole: true };
}

/** Writes how many of some runs count. */
export function shareText(n: number, all: number): string {
  return n === all ? String(n) : `${n} of ${all}`;
}

export function metricsOf({ rows }: Comparison): readonly Metric[] {
  return rows[0]?.outcomes.map(({ metric }) => metric) ?? [];
}

function headline(comparison: Comparison, isAsked: boolean): string {
  const { rows } = comparison;
  const runs = rows.flatMap((row) => row.runs);
  const grids = [...new Set(runs.flatMap(({ grid }) => grid ?? []))];
  const where = grids.length > 3 ? counted(grids.length, "grid") : grids.join(", ");
  const sizes = [counted(runs.length, "run"), counted(rows.length, "row"), seedsOf(runs)];
  const by = isAsked ? "" : unaskedText(comparison);
  return `${where}: ${sizes.join(", ")}; ${by}mean ± std over the runs of a row`;
}

/** Counts the seeds of runs, of which a log may not say them. */
function seedsOf(runs: readonly ComparedRun[]): string {
  const known = new Set(runs.flatMap(({ seed }) => seed ?? []));
  if (known.size === 0) return "seeds unknown";
  const others = runs.some(({ seed }) => seed === null) ? ", others unknown" : "";
  return `${counted(known.size, "seed")}${others}`;
}

/** Says by what recorded runs are compared that have no validation loss, which is what others are. */
function unaskedText(comparison: Comparison): string {
  const [metric] = metricsOf(comparison);
  const runs = comparison.rows.flatMap((row) => row.runs);
  const isUsual = metric === undefined || metric.name === VALID_LOSS.name;
  if (isUsual || !runs.every(({ source }) => source !== null)) return "";
  if (runs.some((run) => VALID_LOSS.value(run) !== null)) return "";
  const lost = runs.filter(({ validLoss }) => validLoss !== null);
  const states = [...new Set(lost.map(({ state }) => state))].join(" or ");
  const why = lost.length === 0 ? "none has a valid_loss" : `all runs with a valid_loss ${states}`;
  return `by ${metric.title}, as ${why}; `;
}

/** Makes a function that writes mean and standard deviation, different means of a column never the same. */
export function momentsTexts(
  metric: Metric,
  means: readonly (number | null | undefined)[],
): (moments: Moments) => string {
  const meanText =
    metric.unit === "steps/s"
      ? count
      : decimalsThatDiffer(means, (mean, more) => valueText(metric, mean ?? null, more));
  return ({ mean, std }) => {
    const text = meanText(mean);
    return std === null ? text : `${text} ± ${valueText(metric, std)}`;
  };
}

/** Says after how many updates the numbers of a row were taken. */
function stepsText(steps: readonly [number, number] | null): string {
  if (steps === null) return UNKNOWN;
  return [...new Set(steps)].map(count).join("–");
}

/** Counts the runs of a row by their states. */
export function statesText(runs: ComparisonRow["runs"]): string {
  const counts = [...Map.groupBy(runs, ({ state }) => state)];
  const texts = counts.map(([state, { length }]) =>
    runs.length === 1 ? state : `${length} ${state}`,
  );
  return texts.join(", ");
}

/** Makes a function that writes the values of a key, so that no two read the same. */
export function textsOf(runs: readonly ComparedRun[], key: string): SettingText {
  return settingTexts(runs.map((run) => settingOf(run, key)));
}

/** Makes a function that writes the values of several keys. */
function settingsTexts(
  runs: readonly ComparedRun[],
  keys: readonly string[],
): (value: (key: string) => Setting | null | undefined) => string {
  const texts = keys.map((key) => ({ key, text: textsOf(runs, key) }));
  return (value) => joinedText(texts.map(({ key, text }) => text(value(key))));
}

/** Names the rows: by their runs' label without the seed, or by their values of the keys of `--by`. */
export function rowTitles({ rows, keys }: Comparison, isByKey: boolean): readonly string[] {
  const all = rows.flatMap(({ runs }) => runs);
  if (isByKey) {
    const text = settingsTexts(all, keys);
    return rows.map(({ settings }) => text((key) => settings.get(key)));
  }
  const isOneGrid = new Set(all.map(({ grid }) => grid)).size === 1;
  const titles = rows.map(({ runs }) => groupTitle(runs, isOneGrid));
  return titles.map((title, i) =>
    titles.indexOf(title) === titles.lastIndexOf(title) ? title : (rows[i]?.runs[0].name ?? title),
  );
}

function groupTitle(runs: ComparisonRow["runs"], isOneGrid: boolean): string {
  const [{ name: run, label, grid }] = runs;
  const name = isOneGrid ? (label ?? run) : run;
  if (runs.length === 1) return name;
  return withoutSeed(name) || (grid ?? run);
}

/** Writes the values of an effect's factor, and the one that the others are compared with. */
export function effectTexts({ factor, values }: MetricEffect["effect"]): {
  readonly values: readonly string[];
  readonly baseline: string;
} {
  const text = settingsTexts(
    values.flatMap(({ runs }) => runs),
    factor.keys,
  );
  const named = values.map(({ runs: [run] }) => text((key) => settingOf(run, key)));
  const reference = values.findIndex(({ difference }) => difference === null);
  return { values: named, baseline: named[reference] ?? UNKNOWN };
}
