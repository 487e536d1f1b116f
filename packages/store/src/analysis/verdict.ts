/** What is said of a difference: which test was made, and what could not be compared. */
import { listed } from "@ablate/text";
import type { Lack, Lacks, MissingPairs, PairedDifference, Verdict } from "./pairs.ts";

/** Says whether runs of either side were lost, so that the difference is one of survivors. */
export function isOfSurvivors({ lost }: PairedDifference): boolean {
  return lost.own + lost.baseline > 0;
}

/** Writes a verdict, which names the test that was made, as the end of a sentence. */
export function verdictText(difference: PairedDifference): string {
  const { verdict, n, of } = difference;
  const seeds = n === 1 ? "one seed is" : `${n} seeds are`;
  const texts: Readonly<Record<Verdict, string>> = {
    larger: "the 95 % interval excludes 0",
    within: "the 95 % interval contains 0",
    none: "no difference at all",
    "too few seeds": `${seeds} too few to tell`,
    "no pairs": of.cells > 0 ? "no seed has both results" : "no pair differs in this alone",
  };
  const isSaid = n > 0 && isOfSurvivors(difference);
  return `${isSaid ? "survivors alone: " : ""}${texts[verdict]}`;
}

/** Writes a verdict in few characters, beside the interval that it is about. */
export function briefVerdict(difference: PairedDifference): string {
  if (difference.n > 0 && isOfSurvivors(difference)) return "survivors";
  const texts: Readonly<Record<Verdict, string>> = {
    larger: "excludes 0",
    within: "contains 0",
    none: "all equal",
    "too few seeds": "too few",
    "no pairs": "no pair",
  };
  return texts[difference.verdict];
}

/** Counts the seeds of a difference, as `3 of 5` where some are not complete. */
export function seedsText({ n, of }: PairedDifference): string {
  return n === of.seeds || n === 0 ? String(n) : `${n} of ${of.seeds}`;
}

/** Counts the pairs of a difference, with the cells where there are several: `6 in 2 of 3 cells`. */
export function pairsText({ pairs, cells, of }: PairedDifference): string {
  if (of.cells < 2 || pairs === 0) return String(pairs);
  return `${pairs} in ${cells === of.cells ? cells : `${cells} of ${of.cells}`} cells`;
}

/** Names what is missing of a cell: `lr 0.3 with seeds 3 and 4`. */
export function missingText({ cell, seeds }: MissingPairs): string {
  const named = `${seeds.length === 1 ? "seed" : "seeds"} ${listed(seeds.map(String))}`;
  return cell === null ? named : `${cell} with ${named}`;
}

/** Says why one side has no value, of the baseline as such. */
const WHY: Readonly<Record<Lack, readonly [own: string, baseline: string, both: string]>> = {
  "no run": ["no run", "no run of the baseline", "no run of either"],
  lost: ["lost", "lost by the baseline", "lost by both"],
  "no result": ["no result", "no result of the baseline", "no result of either"],
};

/** Says why there is no pair, in brackets; empty where the reasons are several. */
function whyText({ own, baseline }: Lacks): string {
  if (own !== null && own === baseline) return ` (${WHY[own][2]})`;
  const reasons = [
    ...(own === null ? [] : [WHY[own][0]]),
    ...(baseline === null ? [] : [WHY[baseline][1]]),
  ];
  return reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
}

/** More than this nobody reads. */
const MOST_NAMED = 6;

/** Says which pairs are missing of settings that both sides have, or have in part, and why; empty where none is. */
export function missingPairsText(difference: PairedDifference): string {
  const { n, of, cells, contexts, missing, unpaired } = difference;
  // In a grid of variants most settings have one value only, and nothing is missing of them.
  const isFactorial = contexts.length - of.cells <= cells;
  const parts = [
    ...missing.map((one) => `${missingText(one)}${whyText(one)}`),
    ...(isFactorial ? unpaired : []).map((one) => `${one.cell}${whyText(one)}`),
  ];
  if (n === 0 || parts.length === 0) return "";
  const more = parts.length - MOST_NAMED;
  const named = more > 0 ? [...parts.slice(0, MOST_NAMED), `${more} more`] : parts;
  const isOne = parts.length === 1 && !parts[0]?.startsWith("seeds");
  return `${named.join("; ")} ${isOne ? "has" : "have"} no pair`;
}
