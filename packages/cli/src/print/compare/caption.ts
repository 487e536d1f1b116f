/** What a caption says of the numbers of a comparison: over which runs, which were lost, what is bold. */
import { type ComparedRun, type Comparison, isLost } from "@ablate/store";
import { counted, firstOf } from "@ablate/text";
import { isPaired, metricsOf, revisionNotes } from "./sections.ts";

type Runs = readonly ComparedRun[];

/** A line of the table that lost runs. */
export type LostLine = { readonly title: string; readonly lost: string };

/** Most lines, and seeds, that a caption names. */
const MOST_NAMED = 8;

/** Makes the caption of a table of rows. */
export function rowsCaption(comparisons: readonly Comparison[], lost: readonly LostLine[]): string {
  const rows = comparisons.flatMap((one) => one.rows);
  const runs = rows.flatMap((row) => row.runs);
  const areAlone = rows.every((row) => row.runs.length === 1);
  const one = `one run${rows.length === 1 ? "" : " each"}${seedsInBrackets(runs)}`;
  return sentences([
    areAlone ? one : `mean ± standard deviation over ${overText(rows)}`,
    ...lostSentences(lost),
    ...boldSentences(comparisons, lost.length > 0),
    ...stateSentences(comparisons),
    ...comparisons.flatMap(revisionNotes),
  ]);
}

/**
 * Makes the caption of a table of effects.
 *
 * @param missing - which pairs are missing, a sentence for each value
 */
export function effectsCaption(
  comparisons: readonly Comparison[],
  { lost, missing }: { readonly lost: readonly LostLine[]; readonly missing: readonly string[] },
): string {
  const runs = comparisons.flatMap(({ rows }) => rows.flatMap((row) => row.runs));
  return sentences([
    `mean ± standard deviation over the runs of a value${seedsInBrackets(runs)}`,
    comparisons.some(isPaired)
      ? "differences are from the baseline, all else and the seed equal, with the 95 % interval of their mean over seeds"
      : "seeds are unknown, so nothing is paired",
    ...lostSentences(lost),
    ...missing.slice(0, MOST_NAMED),
    ...(missing.length > MOST_NAMED
      ? [`${counted(missing.length - MOST_NAMED, "more value")} without some pairs`]
      : []),
    ...stateSentences(comparisons),
    ...comparisons.flatMap(revisionNotes),
  ]);
}

/** Says over what the means are: `5 seeds (1 to 5)`, or runs where those are not one for each seed. */
function overText(rows: Comparison["rows"]): string {
  const runs = rows.flatMap((row) => row.runs);
  const all = new Set(runs.map(({ seed }) => seed));
  const sizes = new Set(rows.map((row) => row.runs.length));
  const [size = 0] = sizes;
  const isWhole = rows.every((row) =>
    row.outcomes.every(({ moments }) => moments.n === row.runs.length),
  );
  const areSame = rows.every((row) => new Set(row.runs.map(({ seed }) => seed)).size === all.size);
  if (all.has(null) || !areSame) {
    const number = isWhole && sizes.size === 1 ? counted(size, "run") : "n runs";
    return `${number}${seedsInBrackets(runs)}`;
  }
  const seeds = `${counted(all.size, "seed")} (${seedsText(runs)})`;
  if (!isWhole) return `the n runs with a result, of ${seeds}`;
  if (sizes.size > 1) return `n runs of ${seeds}`;
  return size === all.size ? seeds : `${counted(size, "run")} of ${seeds}`;
}

/** Says which lines lost runs: their means are not those of the setting. */
function lostSentences(lost: readonly LostLine[]): readonly string[] {
  if (lost.length === 0) return [];
  const named = lost.map(({ title, lost: text }) => `${title} (${text})`);
  return [`means of survivors alone where runs were lost: ${firstOf(named, MOST_NAMED)}`];
}

/** Says what is bold: never a mean of survivors. */
function boldSentences(comparisons: readonly Comparison[], areLost: boolean): readonly string[] {
  const tables = comparisons.filter(({ rows }) => rows.length > 1);
  const outcomes = tables.flatMap(({ rows }) => rows.flatMap((row) => row.outcomes));
  if (outcomes.some(({ isBest }) => isBest)) {
    return [`bold: the best mean${areLost ? " of the rows that lost no run" : ""}`];
  }
  const isRanked = outcomes.some(
    ({ metric, moments }) => metric.isLessBetter !== null && moments.mean !== null,
  );
  return isRanked ? ["none is bold: every row that has a mean lost runs"] : [];
}

function stateSentences(comparisons: readonly Comparison[]): readonly string[] {
  const runs = comparisons.flatMap(({ rows }) => rows.flatMap((row) => row.runs));
  const metrics = comparisons.flatMap(metricsOf);
  const isOver = (run: ComparedRun): boolean =>
    run.state === "finished" || metrics.some((metric) => isLost(run, metric));
  const others = runs.filter((run) => !isOver(run));
  if (others.length === 0) return [];
  return [`${others.length} of ${counted(runs.length, "run")} not finished`];
}

function seedsInBrackets(runs: Runs): string {
  const text = seedsText(runs);
  const isOne = new Set(runs.flatMap(({ seed }) => seed ?? [])).size === 1;
  return text === "" ? "" : ` (${isOne ? "seed" : "seeds"} ${text})`;
}

/** Names the seeds that are known, in their order: `1 to 5`, or `1, 3, 7`. */
function seedsText(runs: Runs): string {
  const known = new Set(runs.flatMap(({ seed }) => seed ?? []));
  const seeds = [...known].toSorted((a, b) => Number(a) - Number(b));
  const [first, last] = [seeds[0], seeds.at(-1)];
  const isRange = seeds.length > 2 && Number(last) - Number(first) === seeds.length - 1;
  return isRange ? `${first} to ${last}` : firstOf(seeds.map(String), MOST_NAMED);
}

/** Makes a caption of sentences, each of them once. */
export function sentences(texts: readonly string[]): string {
  return [...new Set(texts)]
    .map((text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`)
    .join(" ");
}
