/** A comparison as tables under headings, for terminals and Markdown. */
import {
  type ComparedRun,
  type Comparison,
  type ComparisonRow,
  isLost,
  lostText,
  type Metric,
  type MetricEffect,
  type Moments,
  missingPairsText,
  type PairedDifference,
  pairsText,
  type Setting,
  type SettingText,
  seedsText,
  settingOf,
  settingTexts,
  shortKey,
  VALID_LOSS,
  verdictText,
  withoutSeed,
} from "@ablate/store";
import { type Align, count, counted, lossTexts, right, signed, UNKNOWN } from "@ablate/text";
import { BEST, bestNotes, valueText } from "./best.ts";

export type SectionOptions = {
  /** Rows are values of a key, not groups over seeds. */
  readonly isByKey: boolean;
  readonly effectsOnly: boolean;
};

export type Section = {
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly align?: Align }[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences under the table. */
  readonly notes: readonly string[];
};

export function sectionsOf(comparison: Comparison, options: SectionOptions): readonly Section[] {
  const effects = effectSections(comparison);
  if (options.effectsOnly) {
    return effects.length > 0 ? effects : [{ ...EMPTY, notes: [NO_FACTOR] }];
  }
  const differences = options.isByKey ? [] : differenceSections(comparison);
  return [rowSection(comparison, options.isByKey), ...differences, ...effects];
}

const EMPTY: Section = { title: "", columns: [], rows: [], notes: [] };
const NO_RESULT = "without a result";
const NO_FACTOR = "the runs do not differ in their configs, but for the seed";

function rowSection(comparison: Comparison, isByKey: boolean): Section {
  const { rows, keys } = comparison;
  const all = rows.flatMap(({ runs }) => runs);
  const titles = rowTitles(comparison, isByKey);
  const shown = isByKey ? [] : keys;
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
    title: headline(comparison),
    columns: [
      { title: isByKey ? keys.join(" + ") : "run" },
      ...shown.map((key) => ({ title: shortKey(key, shown) })),
      ...(areDone ? [] : [{ title: "state" }]),
      ...metrics.flatMap(({ title, unit }, m) => [
        ...[title, "n"].map(right),
        ...(lossy[m] ? [LOST] : []),
        ...(unit === "nats" ? [right("at step")] : []),
      ]),
    ],
    rows: body,
    notes: [
      ...metrics.flatMap((one, place) => bestNotes(one, rows, { titles, place })),
      ...(keys.length > 0 ? [] : [NO_FACTOR]),
    ],
  };
}

const LOST = { title: "lost" };

/** Writes how many of some runs count. */
function shareText(n: number, all: number): string {
  return n === all ? String(n) : `${n} of ${all}`;
}

function metricsOf({ rows }: Comparison): readonly Metric[] {
  return rows[0]?.outcomes.map(({ metric }) => metric) ?? [];
}

function headline({ rows }: Comparison): string {
  const runs = rows.flatMap((row) => row.runs);
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const grids = [...new Set(runs.flatMap(({ grid }) => grid ?? []))];
  const where = grids.length > 3 ? counted(grids.length, "grid") : grids.join(", ");
  const sizes = [counted(runs.length, "run"), counted(rows.length, "row"), counted(seeds, "seed")];
  return `${where}: ${sizes.join(", ")}; mean ± std over the runs of a row`;
}

function differenceSections(comparison: Comparison): readonly Section[] {
  const { rows } = comparison;
  if (rows.length < 2) return [];
  const titles = rowTitles(comparison, false);
  const reference = rows.findIndex(({ isBaseline }) => isBaseline);
  return metricsOf(comparison).map((metric, place) => {
    const lost = rows.map(({ runs }) => lostText(runs, metric));
    const ofBaseline = lost[reference] ? ` (${lost[reference]})` : "";
    const areLost = lost.some((text) => text !== "");
    return {
      title: `${metric.title}: difference from ${titles[reference] ?? ""}${ofBaseline}, paired by seed`,
      columns: [{ title: "run" }, ...(areLost ? [LOST] : []), ...DIFFERENCE_COLUMNS, VERDICT],
      rows: rows.flatMap(({ outcomes }, i) => {
        const { difference = null, moments } = outcomes[place] ?? {};
        if (difference === null) return [];
        return [
          [
            titles[i] ?? "",
            ...(areLost ? [lost[i] ?? ""] : []),
            ...differenceCells(metric, difference),
            moments?.n === 0 ? NO_RESULT : verdictText(difference),
          ],
        ];
      }),
      notes: [],
    };
  });
}

const DIFFERENCE_COLUMNS: Section["columns"] = [
  right("difference"),
  { title: "95 % interval" },
  right("seeds"),
];

const VERDICT = { title: "verdict" };

function effectSections({ effects }: Comparison): readonly Section[] {
  return effects.map(({ metric, effect }) => {
    const { values, baseline } = effectTexts(effect);
    const lost = effect.values.map(({ runs }) => lostText(runs, metric));
    const areLost = lost.some((text) => text !== "");
    const text = momentsTexts(
      metric,
      effect.values.map(({ moments }) => moments.mean),
    );
    return {
      title: `${metric.title} by ${effect.factor.name}: difference from ${baseline}, all else and the seed equal`,
      columns: [
        { title: "value" },
        ...["mean ± std", "n"].map(right),
        ...(areLost ? [LOST] : []),
        ...DIFFERENCE_COLUMNS,
        { title: "pairs" },
        VERDICT,
      ],
      rows: effect.values.map(({ runs, moments, difference }, i) => [
        values[i] ?? "",
        text(moments),
        shareText(moments.n, runs.length),
        ...(areLost ? [lost[i] ?? ""] : []),
        ...(difference === null
          ? ["", "", "", "", "the baseline"]
          : [
              ...differenceCells(metric, difference),
              pairsText(difference),
              moments.n === 0 ? NO_RESULT : verdictText(difference),
            ]),
      ]),
      notes: effect.values.flatMap(({ difference }, i) => {
        const text = difference === null ? "" : missingPairsText(difference);
        return text === "" ? [] : [`${values[i] ?? ""}: ${text}`];
      }),
    };
  });
}

/** Writes a difference, its 95 % interval and how many seeds it is of. */
function differenceCells({ unit }: Metric, found: PairedDifference): readonly string[] {
  const { mean, low, high } = found;
  const text = (value: number): string => signed(value, unit === "nats" ? 4 : 0);
  const interval = low === null || high === null ? "" : `${text(low)} … ${text(high)}`;
  return [mean === null ? UNKNOWN : text(mean), interval, seedsText(found)];
}

/** Makes a function that writes mean and standard deviation, different means of a column never the same. */
function momentsTexts(
  metric: Metric,
  means: readonly (number | null | undefined)[],
): (moments: Moments) => string {
  const meanText = metric.unit === "nats" ? lossTexts(means) : count;
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
function statesText(runs: ComparisonRow["runs"]): string {
  const counts = [...Map.groupBy(runs, ({ state }) => state)];
  const texts = counts.map(([state, { length }]) =>
    runs.length === 1 ? state : `${length} ${state}`,
  );
  return texts.join(", ");
}

/** Makes a function that writes the values of a key, so that no two read the same. */
function textsOf(runs: readonly ComparedRun[], key: string): SettingText {
  return settingTexts(runs.map((run) => settingOf(run, key)));
}

/** Makes a function that writes the values of several keys. */
function settingsTexts(
  runs: readonly ComparedRun[],
  keys: readonly string[],
): (value: (key: string) => Setting | null | undefined) => string {
  const texts = keys.map((key) => ({ key, text: textsOf(runs, key) }));
  return (value) => texts.map(({ key, text }) => text(value(key))).join(" + ");
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
