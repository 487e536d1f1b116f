/** What there is and what came of it, in words. */

import { counted } from "@ablate/text";
import type { Facts } from "../data/facts.ts";
import { count, listed } from "../text.ts";

/** How many runs there are, and how those ended that did not finish. */
export function extentWords({ runs, groups }: Facts): string {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const updates = runs.reduce(
    (sum, { lastStep }) => sum + (lastStep === null ? 0 : lastStep + 1),
    0,
  );
  const groupText =
    groups.length === runs.length
      ? ""
      : ` in ${counted(groups.length, "group")} that differ in more than the seed`;
  return `${counted(runs.length, "run")}${groupText}, ${counted(seeds, "seed")}, ${count(updates)} steps in all.`;
}

export function troubleWords({ runs }: Facts): readonly string[] {
  const said = (state: string, text: string): readonly string[] => {
    const names = runs.filter((run) => run.state === state);
    if (names.length === 0) return [];
    const listing = names.map(({ name: run, lastStep }) =>
      state === "diverged" ? `${run} at step ${count(lastStep)}` : run,
    );
    return [`${counted(names.length, "run")} ${text}: ${listed(listing)}.`];
  };
  return [
    ...said("diverged", "diverged, that is, the loss was no longer a number"),
    ...said("failed", "failed"),
    ...said("interrupted", "ended with the process that trained it"),
    ...said("stopped", "stopped by the user"),
    ...said("running", "still being trained when this was written"),
    ...said("pending", "not yet trained"),
  ];
}
