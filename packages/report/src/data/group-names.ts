import { type ComparedRun, withoutSeed } from "@ablate/store";

/** Names of groups: labels without the seed, or names of runs where labels alone would not do. */
export function groupNames(groups: readonly (readonly ComparedRun[])[]): readonly string[] {
  const firsts = groups.map(([first]) => first);
  const labels = firsts.map(
    (run) => withoutSeed(run?.label ?? run?.name ?? "") || (run?.grid ?? ""),
  );
  if (new Set(labels).size === labels.length) return labels;
  return firsts.map((run) => withoutSeed(run?.name ?? ""));
}
