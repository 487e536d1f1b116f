import type { ComparedRun } from "@ablate/store";

/** The seed at the end of a name. */
const SEED = /-?seed=\d+$/;

/** Names of groups: labels without the seed, or names of runs where labels alone would not do. */
export function groupNames(groups: readonly (readonly ComparedRun[])[]): readonly string[] {
  const firsts = groups.map(([first]) => first);
  const labels = firsts.map(
    (run) => (run?.label ?? run?.name ?? "").replace(SEED, "") || (run?.grid ?? ""),
  );
  if (new Set(labels).size === labels.length) return labels;
  return firsts.map((run) => (run?.name ?? "").replace(SEED, "").replace(/\/$/, ""));
}
