/** Differences of a comparison as tables: of rows from the baseline, and of the values of each factor. */
import {
  briefVerdict,
  type Comparison,
  isOfSurvivors,
  lostText,
  type Metric,
  type MetricEffect,
  missingPairsText,
  type PairedDifference,
  pairsText,
  seedsText,
  verdictText,
} from "@ablate/store";
import { decimalsThatDiffer, shortNumber, signed, UNKNOWN } from "@ablate/text";
import {
  effectTexts,
  isPaired,
  keysText,
  LOST,
  metricsOf,
  momentsTexts,
  number,
  rowTitles,
  type Section,
  shareText,
} from "./sections.ts";

/** Tables how far each row is from the baseline, seed by seed. */
export function differenceSections(comparison: Comparison, isBrief: boolean): readonly Section[] {
  const { rows } = comparison;
  if (rows.length < 2) return [];
  const titles = rowTitles(comparison, false);
  const reference = rows.findIndex(({ isBaseline }) => isBaseline);
  return metricsOf(comparison).map((metric, place) => {
    const lost = rows.map(({ runs }) => lostText(runs, metric));
    const ofBaseline = lost[reference] ? ` (${lost[reference]})` : "";
    const differences = rows.map(({ outcomes }) => outcomes[place]?.difference);
    const form = formOf(metric, differences, { isBrief, lost });
    return {
      title: `${metric.title}: difference from ${titles[reference] ?? ""}${ofBaseline}, paired by seed`,
      isRuled: true,
      columns: [{ title: "run" }, ...(form.areLost ? [LOST] : []), ...differenceColumns(form)],
      rows: rows.flatMap(({ outcomes }, i) => {
        const { difference = null, moments } = outcomes[place] ?? {};
        if (difference === null) return [];
        return [
          [
            titles[i] ?? "",
            ...(form.areLost ? [lost[i] ?? ""] : []),
            ...differenceCells(difference, moments?.n ?? 0, form),
          ],
        ];
      }),
      styleOf: verdictStyle(
        metric,
        differences.filter((one) => one !== null && one !== undefined),
        form,
      ),
      notes: [],
    };
  });
}

/** Tables what each factor does, all else equal; in brief the pairs are counted below the table. */
export function effectSections(comparison: Comparison, isBrief: boolean): readonly Section[] {
  const { effects } = comparison;
  if (!isPaired(comparison)) return effects.map(meansSection);
  return effects.map(({ metric, effect }) => {
    const { values, baseline } = effectTexts(effect);
    const lost = effect.values.map(({ runs }) => lostText(runs, metric));
    const differences = effect.values.map(({ difference }) => difference);
    const form = formOf(metric, differences, { isBrief, lost });
    const isShort = isBrief && form.areLost;
    const means = effect.values.map(({ moments }) => moments.mean);
    const momentsText = momentsTexts(metric, means);
    return {
      title: `${metric.title} by ${keysText(effect.factor.keys)}: difference from ${baseline}, all else and the seed equal`,
      isRuled: true,
      columns: [
        { title: "value" },
        ...(isShort ? ["mean"] : ["mean ± std", "n"]).map(number),
        ...(form.areLost ? [LOST] : []),
        ...differenceColumns(form, true),
      ],
      rows: effect.values.map(({ runs, moments, difference }, i) => [
        values[i] ?? "",
        momentsText(isShort ? { ...moments, std: null } : moments),
        ...(isShort ? [] : [shareText(moments.n, runs.length)]),
        ...(form.areLost ? [lost[i] ?? ""] : []),
        ...(difference === null
          ? differenceColumns(form, true).map((one) => (one === VERDICT ? "the baseline" : ""))
          : differenceCells(difference, moments.n, form, true)),
      ]),
      styleOf: verdictStyle(metric, differences, form, true),
      notes: effect.values.flatMap(({ difference }, i) => {
        const text = difference === null ? "" : pairsNote(difference, isBrief);
        return text === "" ? [] : [`${values[i] ?? ""}: ${text}`];
      }),
    };
  });
}

/** Tables the means of the values of a factor, where no seed is known by which runs could be paired. */
function meansSection({ metric, effect }: MetricEffect): Section {
  const { values } = effectTexts(effect);
  const text = momentsTexts(
    metric,
    effect.values.map(({ moments }) => moments.mean),
  );
  return {
    title: `${metric.title} by ${keysText(effect.factor.keys)}: seeds are unknown, so nothing is paired`,
    isRuled: true,
    columns: [{ title: "value" }, ...["mean ± std", "n"].map(number)],
    rows: effect.values.map(({ runs, moments }, i) => [
      values[i] ?? "",
      text(moments),
      shareText(moments.n, runs.length),
    ]),
    notes: [],
  };
}

/** Says which pairs are missing; in brief, where the table does not, how many there are. */
function pairsNote(difference: PairedDifference, isBrief: boolean): string {
  const { n, of } = difference;
  const missing = missingPairsText(difference);
  const isSaid = isBrief && n > 0 && (of.cells > 1 || missing !== "");
  return [
    ...(isSaid ? [`pairs: ${pairsText(difference)}`] : []),
    ...(missing === "" ? [] : [missing]),
  ].join("; ");
}

/** How a table of differences is written. */
type Form = {
  readonly isBrief: boolean;
  /** Whether it has a column of lost runs. */
  readonly areLost: boolean;
  /** Writes a number of the metric with its sign. */
  readonly text: (value: number) => string;
  /** Writes a difference; different ones of the table never read the same. */
  readonly meanText: (mean: number | null) => string;
};

function formOf(
  { unit }: Metric,
  differences: readonly (PairedDifference | null | undefined)[],
  { isBrief, lost }: { readonly isBrief: boolean; readonly lost: readonly string[] },
): Form {
  const text = (value: number, more = 0): string => {
    if (unit !== null) return signed(value, unit === "nats" ? 4 + more : 0);
    const digits = shortNumber(value, 4 + more).replace("-", "−");
    return value > 0 ? `+${digits}` : digits;
  };
  const meanText = decimalsThatDiffer(
    differences.map((one) => one?.mean),
    (value, more) => (typeof value === "number" ? text(value, more) : UNKNOWN),
  );
  return { isBrief, areLost: lost.some((one) => one !== ""), text, meanText };
}

/**
 * Colours difference and verdict: better or worse by more than chance. What is within chance is dim, and of survivors
 * nothing is said by colour.
 */
function verdictStyle(
  { isLessBetter }: Metric,
  differences: readonly (PairedDifference | null | undefined)[],
  form: Form,
  hasPairs = false,
): NonNullable<Section["styleOf"]> {
  const before = (hasPairs ? (form.isBrief && form.areLost ? 2 : 3) : 1) + (form.areLost ? 1 : 0);
  const verdictAt = before + differenceColumns(form, hasPairs).indexOf(VERDICT);
  return (_, row, column) => {
    if (column !== before && column !== verdictAt) return null;
    const difference = differences[row];
    if (!difference || isOfSurvivors(difference)) return null;
    const { verdict, mean } = difference;
    if (verdict !== "larger") return column === verdictAt ? "dim" : null;
    if (isLessBetter === null || mean === null) return "bold";
    return mean < 0 === isLessBetter ? "green" : "yellow";
  };
}

const VERDICT = { title: "verdict", isWhole: true };

/** Returns the columns of a difference; in brief pairs are left out, and beside lost runs seeds as well. */
function differenceColumns({ isBrief, areLost }: Form, hasPairs = false): Section["columns"] {
  return [
    number("difference"),
    { title: "95 % interval", isWhole: true },
    ...(isBrief && areLost ? [] : [number("seeds")]),
    ...(hasPairs && !isBrief ? [{ title: "pairs" }] : []),
    VERDICT,
  ];
}

/** Writes a difference in its columns. */
function differenceCells(
  found: PairedDifference,
  results: number,
  { isBrief, areLost, text, meanText }: Form,
  hasPairs = false,
): readonly string[] {
  const { mean, low, high } = found;
  const interval = low === null || high === null ? "" : `${text(low)} … ${text(high)}`;
  return [
    meanText(mean),
    interval,
    ...(isBrief && areLost ? [] : [seedsText(found)]),
    ...(hasPairs && !isBrief ? [pairsText(found)] : []),
    verdictCell(found, results, isBrief),
  ];
}

function verdictCell(difference: PairedDifference, results: number, isBrief: boolean): string {
  if (results === 0) return isBrief ? "no result" : "without a result";
  return isBrief ? briefVerdict(difference) : verdictText(difference);
}
