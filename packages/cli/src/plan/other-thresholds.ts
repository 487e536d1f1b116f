import { changeThresholds, THRESHOLDS } from "@ablate/core";
import type { PlannedRun } from "@ablate/runner";
import { firstOf } from "@ablate/text";
import { MOST_LISTED, type Stored } from "./stored.ts";

/** One note where runs are at their end and were judged by other thresholds than the plan has. */
export function otherThresholdsNote(
  runs: readonly PlannedRun[],
  stored: Pick<Stored, "runs" | "thresholds">,
): string | null {
  const changes = new Set<string>();
  const names = runs.flatMap(({ hash, resolved }) => {
    const judgedBy = stored.thresholds.get(hash);
    const name = stored.runs.get(hash)?.name;
    if (judgedBy === undefined || name === undefined) return [];
    const asked = Object.entries(changeThresholds(THRESHOLDS, resolved.thresholds ?? {}));
    const had = new Map(Object.entries(judgedBy));
    const other = asked.filter(([key, value]) => had.get(key) !== value);
    for (const [key, value] of other) changes.add(`--set thresholds.${key}=${value}`);
    return other.length > 0 ? [name] : [];
  });
  if (names.length === 0) return null;
  const [were, they] = names.length === 1 ? ["was", "it was"] : ["were", "they were"];
  return `${firstOf(names, MOST_LISTED)} ${were} judged by the thresholds ${they} trained with; \`ablate diagnose RUN ${[...changes].join(" ")}\` judges by those of this config`;
}
