/** A comparison as tables under headings, for terminals and Markdown. */

import { type Comparison, type ComparisonRow, shortKey, verdictText } from "@ablate/store";
import { type Align, count, counted } from "@ablate/text";
import {
  differenceTexts,
  effectTexts,
  momentsText,
  rowTitles,
  settingTexts,
  statesText,
  stepsText,
  valueText,
} from "./texts.ts";

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

const BEST = "*";

export function sectionsOf(comparison: Comparison, options: SectionOptions): readonly Section[] {
  const effects = effectSections(comparison);
  if (options.effectsOnly) {
    return effects.length > 0 ? effects : [{ ...EMPTY, notes: [NO_FACTOR] }];
  }
  const differences = options.isByKey ? [] : differenceSections(comparison, options);
  return [rowSection(comparison, options), ...differences, ...effects];
}

const EMPTY: Section = { title: "", columns: [], rows: [], notes: [] };
const NO_RESULT = "without a result";
const NO_FACTOR = "the runs do not differ in their configs, but for the seed";

function rowSection(comparison: Comparison, { isByKey }: SectionOptions): Section {
  const { rows, keys } = comparison;
  const all = rows.flatMap(({ runs }) => runs);
  const titles = rowTitles(comparison, isByKey);
  const shown = isByKey ? [] : keys;
  const texts = shown.map((key) => ({ key, text: settingTexts(all, key) }));
  const areDone = all.every(({ state }) => state === "finished");
  const metrics = rows[0]?.outcomes.map(({ metric }) => metric) ?? [];
  const body = rows.map((row, i) => [
    titles[i] ?? "",
    ...texts.map(({ key, text }) => text(row.settings.get(key) ?? null)),
    ...(areDone ? [] : [statesText(row)]),
    ...row.outcomes.flatMap(({ metric, moments, isBest, steps }) => [
      `${momentsText(metric, moments)}${isBest && rows.length > 1 ? ` ${BEST}` : ""}`,
      moments.n === row.runs.length ? String(moments.n) : `${moments.n} of ${row.runs.length}`,
      ...(metric.unit === "nats" ? [stepsText(steps)] : []),
    ]),
  ]);
  return {
    title: headline(comparison),
    columns: [
      { title: isByKey ? keys.join(" + ") : "run" },
      ...shown.map((key) => ({ title: shortKey(key, shown) })),
      ...(areDone ? [] : [{ title: "state" }]),
      ...metrics.flatMap(({ title, unit }) => [
        { title, align: "right" as const },
        { title: "n", align: "right" as const },
        ...(unit === "nats" ? [{ title: "at step", align: "right" as const }] : []),
      ]),
    ],
    rows: body,
    notes: [
      ...metrics.flatMap((_, i) => bestNote(rows, i)),
      ...(keys.length > 0 ? [] : [NO_FACTOR]),
    ],
  };
}

function headline({ rows }: Comparison): string {
  const runs = rows.flatMap((row) => row.runs);
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const grids = [...new Set(runs.flatMap(({ grid }) => grid ?? []))];
  const where = grids.length > 3 ? counted(grids.length, "grid") : grids.join(", ");
  const sizes = [counted(runs.length, "run"), counted(rows.length, "row"), counted(seeds, "seed")];
  return `${where}: ${sizes.join(", ")}; mean ± std over the runs of a row`;
}

/** Names the best single run, which need not be of the best row. */
function bestNote(rows: readonly ComparisonRow[], place: number): readonly string[] {
  const metric = rows[0]?.outcomes[place]?.metric;
  if (metric === undefined) return [];
  const measured = rows
    .flatMap(({ runs }) => runs)
    .map((run) => ({ run, value: metric.value(run) ?? Number.NaN }))
    .filter(({ value }) => Number.isFinite(value));
  const sign = metric.isLessBetter ? 1 : -1;
  const [best] = measured.toSorted((a, b) => sign * (a.value - b.value));
  if (best === undefined) return [`no run has a ${metric.name} yet`];
  const step = metric.step(best.run);
  const where = step === null ? "" : ` at step ${count(step)}`;
  const mean = rows.length > 1 ? `${BEST} the best mean; ` : "";
  return [
    `${mean}the best run by ${metric.name} is ${best.run.name} with ${valueText(metric, best.value)}${where}`,
  ];
}

function differenceSections(comparison: Comparison, options: SectionOptions): readonly Section[] {
  const { rows } = comparison;
  if (rows.length < 2) return [];
  const titles = rowTitles(comparison, options.isByKey);
  const baseline = titles[rows.findIndex(({ isBaseline }) => isBaseline)] ?? "";
  const metrics = rows[0]?.outcomes.map(({ metric }) => metric) ?? [];
  return metrics.map((metric, place) => ({
    title: `${metric.title}: difference from ${baseline}, paired by seed`,
    columns: [{ title: "run" }, ...DIFFERENCE_COLUMNS],
    rows: rows.flatMap(({ outcomes }, i) => {
      const { difference = null, moments } = outcomes[place] ?? {};
      if (difference === null) return [];
      const [mean, interval] = differenceTexts(metric, difference);
      const text =
        difference.verdict === "no pairs" ? "no seed in common" : verdictText(difference);
      const verdict = moments?.n === 0 ? NO_RESULT : text;
      return [[titles[i] ?? "", mean, interval, String(difference.n), verdict]];
    }),
    notes: [],
  }));
}

const DIFFERENCE_COLUMNS: Section["columns"] = [
  { title: "difference", align: "right" },
  { title: "95 % interval" },
  { title: "seeds", align: "right" },
  { title: "it is" },
];

function effectSections({ effects }: Comparison): readonly Section[] {
  return effects.map((one) => {
    const { metric, effect } = one;
    const { values, baseline } = effectTexts(one);
    return {
      title: `${metric.title} by ${effect.factor.name}: difference from ${baseline}, all else and the seed equal`,
      columns: [
        { title: "value" },
        { title: "mean ± std", align: "right" },
        { title: "n", align: "right" },
        ...DIFFERENCE_COLUMNS,
      ],
      rows: effect.values.map(({ moments, difference }, i) => {
        const own = [values[i] ?? "", momentsText(metric, moments), String(moments.n)];
        if (difference === null) return [...own, "", "", "", "the baseline"];
        const [mean, interval] = differenceTexts(metric, difference);
        return [
          ...own,
          mean,
          interval,
          String(difference.n),
          moments.n === 0 ? NO_RESULT : verdictText(difference),
        ];
      }),
      notes: [],
    };
  });
}
