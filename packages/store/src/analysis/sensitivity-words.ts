/** What a sensitivity says, in sentences. */
import { count, counted, listed, percent, shortNumber, UNKNOWN } from "@ablate/text";
import { settingOf } from "./factors.ts";
import type { Losable } from "./lost.ts";
import type { Metric } from "./metrics.ts";
import type { Sensitivity, SensitivityValue, SpreadDifference } from "./sensitivity.ts";
import { settingTexts } from "./setting-texts.ts";
import { shortKey } from "./settings.ts";
import type { Estimate } from "./statistics.ts";

/** Names of the two factors, and of the values of each. */
export type SensitivityNames<R extends Losable> = {
  readonly by: string;
  readonly within: string;
  /** Writes a run's value of the factor that changes. */
  readonly byText: (run: R) => string;
  /** Writes a run's value of the factor that it is asked within. */
  readonly withinText: (run: R) => string;
};

/** Returns the names by which texts and tables call the factor and its values. */
export function sensitivityNames<R extends Losable>({
  by,
  within,
  values,
}: Sensitivity<R>): SensitivityNames<R> {
  const runs = values.flatMap((one) => one.runs);
  const all = [...by.keys, ...within.keys];
  const nameOf = (keys: readonly string[]) => keys.map((key) => shortKey(key, all)).join(" + ");
  const textOf = (keys: readonly string[]): ((run: R) => string) => {
    const texts = keys.map((key) => settingTexts(runs.map((run) => settingOf(run, key))));
    return (run) => keys.map((key, i) => texts[i]?.(settingOf(run, key)) ?? "").join(" + ");
  };
  return {
    ...{ by: nameOf(by.keys), within: nameOf(within.keys) },
    ...{ byText: textOf(by.keys), withinText: textOf(within.keys) },
  };
}

/**
 * Says how much the factor changes the metric at each value of the other one, whether that differs, and what does not
 * count.
 *
 * @param metric - its name in a sentence
 */
export function sensitivityWords<R extends Losable>(
  found: Sensitivity<R>,
  metric: string = found.metric.unit === null ? found.metric.title : found.metric.name,
): readonly string[] {
  const { values, by, within } = found;
  const names = sensitivityNames(found);
  const [first, second, ...others] = values;
  if (first === undefined || second === undefined) {
    const keys = `${by.keys.join(" + ")} have results at two values of ${within.keys.join(" + ")}`;
    return [
      `no two values of ${keys}, so it cannot be shown whether one changes the effect of the other`,
    ];
  }
  const size = ({ runs: [run], spread }: SensitivityValue<R>, verb: string): string =>
    `with ${names.within} ${names.withinText(run)}, ${verb} ${withInterval(found.metric, spread)}`;
  const verdict = (other: SensitivityValue<R>): string =>
    verdictWords(found.metric, [first, other], names);
  return [
    `${size(first, `${names.by} changes ${metric} by`)}; ${size(second, "by")}: ${verdict(second)}`,
    ...others.map((other) => `${size(other, "by")}: ${verdict(other)}`),
    ...lossWords(found, names),
    ...leftOutWords(found, names),
    ...rangeWords(found, names),
  ];
}

type Two<R extends Losable> = readonly [first: SensitivityValue<R>, other: SensitivityValue<R>];

/** Says whether the second spread differs from the first by more than chance. */
function verdictWords<R extends Losable>(
  metric: Metric,
  [first, other]: Two<R>,
  names: SensitivityNames<R>,
): string {
  const { difference } = other;
  if (difference === null) return "";
  const { spread, interaction } = difference;
  const title = ({ runs: [run] }: SensitivityValue<R>): string =>
    `${names.within} ${names.withinText(run)}`;
  const size = withInterval(metric, flipped(spread));
  const isLess = (spread.mean ?? 0) < 0;
  const steadier = isLess ? other : first;
  if (spread.verdict === "too few seeds") {
    const seeds = spread.n === 1 ? "one seed is" : `${spread.n} seeds are`;
    return `${seeds} too few to tell whether the two differ`;
  }
  if (spread.verdict === "larger" && steadier.lost > 0) {
    return `of the survivors the second is ${isLess ? "smaller" : "larger"} by ${size}, but ${title(steadier)} lost ${lostCount(steadier)}, so it cannot be called the less sensitive`;
  }
  if (spread.verdict === "larger") {
    return `${title(other)} ${ratioWords(difference, isLess)}; the two differ by ${size}`;
  }
  if (interaction.verdict === "larger") {
    const [from, to] = [names.byText(first.lowest), names.byText(first.highest)];
    return `the sizes cannot be distinguished, but other values are lowest and highest: the effect of going from ${from} to ${to} does differs by ${withInterval(metric, interaction)}`;
  }
  if (spread.verdict === "none") return "no difference at all";
  return `the two cannot be distinguished: they differ by ${size}, and the interval contains 0`;
}

/** Says what share of the sensitivity is gone, or how many times as large it is. */
function ratioWords({ ratio, spread }: SpreadDifference, isLess: boolean): string {
  if (isLess) {
    if (ratio === null || ratio.low >= 1) return "removes some of the sensitivity";
    const ends = [1 - ratio.high, Math.min(1, 1 - ratio.low)].map(wholePercent);
    return `removes ${percent(1 - ratio.mean)} of the sensitivity (95 % interval ${ends.join(" to ")} %)`;
  }
  if (ratio === null || (spread.low ?? 0) <= 0) return "adds sensitivity";
  const [mean, low, high] = [ratio.mean, ratio.low, ratio.high].map((one) => shortNumber(one, 3));
  return `adds sensitivity, ${mean} times as much as there was (95 % interval ${low} to ${high} times)`;
}

function wholePercent(share: number): string {
  return String(Math.round(share * 100)).replace("-", "−");
}

/** Says where runs were lost: that is sensitivity, too. */
function lossWords<R extends Losable>(
  { values }: Sensitivity<R>,
  names: SensitivityNames<R>,
): string[] {
  const lossy = values.filter(({ lost }) => lost > 0);
  if (lossy.length === 0) return [];
  const each = lossy.map(({ runs: [run], points }) => {
    const where = points
      .filter(({ lost }) => lost > 0)
      .map(({ runs, lost }) => `${lost} of ${runs.length} at ${names.by} ${names.byText(runs[0])}`);
    return `${names.within} ${names.withinText(run)} lost ${listed(where)}`;
  });
  const none = values
    .filter(({ lost }) => lost === 0)
    .map(({ runs: [run] }) => names.withinText(run));
  const rest = none.length === 0 ? "" : `; ${names.within} ${listed(none)} lost none`;
  return [
    `runs were lost: ${each.join("; ")}${rest}. Losing runs is sensitivity as well, and no number here includes it`,
  ];
}

function lostCount({ lost, runs }: SensitivityValue<Losable>): string {
  return `${lost} of ${runs.length} runs`;
}

/** Says which values and cells do not count. */
function leftOutWords<R extends Losable>(
  { values, seeds, cells }: Sensitivity<R>,
  names: SensitivityNames<R>,
): string[] {
  const out = values.flatMap(({ points }) =>
    points.filter(({ isCounted }) => !isCounted).map(({ runs: [run] }) => names.byText(run)),
  );
  const texts = [...new Set(out)];
  const notes = [
    ...(texts.length === 0
      ? []
      : [
          `${names.by} ${listed(texts)} ${texts.length === 1 ? "does" : "do"} not count: too few seeds have results there at each value of ${names.within}`,
        ]),
    ...(seeds.n < seeds.of ? [`${seeds.n} of ${counted(seeds.of, "seed")} are complete`] : []),
    ...(cells.n < cells.of ? [`${cells.n} of ${counted(cells.of, "cell")} count`] : []),
  ];
  return notes;
}

function rangeWords<R extends Losable>(
  { counted: values, seeds }: Sensitivity<R>,
  names: SensitivityNames<R>,
): string[] {
  if (values < 3 || seeds.n < 2) return [];
  return [
    `which of ${values} values of ${names.by} are the lowest and the highest is read from the same runs, so the intervals are those of all ${(values * (values - 1)) / 2} pairs at once`,
  ];
}

/** Writes a mean with its interval in the metric's unit. */
function withInterval({ unit }: Metric, { mean, low, high }: Estimate): string {
  const text = numberText(unit, mean);
  if (low === null || high === null) return text;
  return `${text} (95 % interval ${numberText(unit, low)} to ${numberText(unit, high)})`;
}

function numberText(unit: Metric["unit"], value: number | null): string {
  if (value === null) return UNKNOWN;
  const size = Math.abs(value);
  const text =
    unit === "nats" ? size.toFixed(4) : unit === null ? shortNumber(size, 4) : count(size);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** Turns a negative difference round. */
function flipped(one: Estimate): Estimate {
  const { mean, low, high } = one;
  if (mean === null || mean >= 0 || low === null || high === null) return one;
  return { ...one, mean: -mean, low: -high, high: -low };
}
