/** The colour of a difference between runs. */
import { isOfSurvivors, type Metric, type PairedDifference } from "@ablate/store";
import type { Tone } from "../text/line.ts";

/**
 * Returns the colour of a difference: that of better or worse numbers where it is larger than the spread over seeds; what may be
 * chance is dim, and one of survivors has no colour, since what was lost may have been worse.
 */
export function differenceTone(
  difference: PairedDifference,
  { isLessBetter }: Pick<Metric, "isLessBetter">,
): Tone {
  const { mean, verdict } = difference;
  if (mean === null || verdict !== "larger") return "muted";
  if (isLessBetter === null || isOfSurvivors(difference)) return "plain";
  return mean < 0 === isLessBetter ? "good" : "bad";
}
