/** Which row is the best by a metric: one that lost no run, and what the others would be. */
import { type ComparisonRow, isLost, lostText, type Metric, type Outcome } from "@ablate/store";
import { count, loss, shortNumber, UNKNOWN } from "@ablate/text";

/** Marks the best mean. */
export const BEST = "*";

/** Says which mean is the best, and names the best single run, which need not be of the best row. */
export function bestNotes(
  metric: Metric,
  rows: readonly ComparisonRow[],
  { titles, place }: { readonly titles: readonly string[]; readonly place: number },
): readonly string[] {
  const measured = rows
    .flatMap(({ runs }) => runs.map((run) => ({ run, runs })))
    .map((one) => ({ ...one, value: metric.value(one.run) ?? Number.NaN }))
    .filter(({ value }) => Number.isFinite(value));
  const { isLessBetter } = metric;
  const sign = isLessBetter ? 1 : -1;
  const [best] = measured.toSorted((a, b) => sign * (a.value - b.value));
  if (best === undefined) {
    const areLost = rows.every(({ runs }) => runs.every((run) => isLost(run, metric)));
    return [`no run has a ${metric.name}${areLost ? "" : " yet"}`];
  }
  if (isLessBetter === null) return [`no ${metric.name} is better than another`];
  const step = metric.step(best.run);
  const where = step === null ? "" : ` at step ${count(step)}`;
  const lost = best.runs.length === 1 ? "" : lostText(best.runs, metric);
  const ofRow = lost === "" ? "" : ` (${lost} in its row)`;
  const run = `the best run by ${metric.name} is ${best.run.name} with ${valueText(metric, best.value)}${where}${ofRow}`;
  if (rows.length < 2) return [run];
  const outcomes = rows.flatMap((row, i) => {
    const outcome = row.outcomes[place];
    return outcome === undefined ? [] : [{ ...outcome, runs: row.runs, title: titles[i] ?? "" }];
  });
  return [`${crownText(outcomes)}; ${run}`, ...survivorNotes(outcomes)];
}

type Ranked = Outcome & { readonly runs: ComparisonRow["runs"]; readonly title: string };

/** Says what the star stands for: no setting that loses runs is the best. */
function crownText(outcomes: readonly Ranked[]): string {
  if (!outcomes.some(({ isBest }) => isBest))
    return "no best mean: every row that has one lost runs";
  const rest = outcomes.some(({ lost }) => lost > 0) ? " of the rows that lost no run" : "";
  return `${BEST} the best mean${rest}`;
}

/** Names rows whose mean would be the best if the runs that they lost did not count. */
function survivorNotes(outcomes: readonly Ranked[]): readonly string[] {
  const best = outcomes.find(({ isBest }) => isBest)?.moments.mean;
  if (best === undefined || best === null) return [];
  return outcomes.flatMap(({ title, metric, moments, lost, runs }) => {
    const sign = metric.isLessBetter ? 1 : -1;
    if (lost === 0 || moments.mean === null || sign * (moments.mean - best) >= 0) return [];
    const word = metric.isLessBetter ? "lower" : "higher";
    const mean = valueText(metric, moments.mean);
    return [`${title} has a ${word} mean, ${mean}, of survivors alone: ${lostText(runs, metric)}`];
  });
}

/** Writes a number in the metric's unit, with more digits where asked. */
export function valueText({ unit }: Metric, value: number | null, more = 0): string {
  if (unit === "nats") return loss(value, more);
  if (unit !== null) return count(value);
  return value === null ? UNKNOWN : shortNumber(value, 4 + more);
}
