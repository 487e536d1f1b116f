/** Which runs the pictures of layers show, in words. */

import type { Group, Looks } from "../data/group.ts";
import { listed } from "../text.ts";

/** One run of each group: by its seed where that is the same in all, else by name. */
export function picturedText(
  groups: readonly (Pick<Group, "runs"> & { readonly looks: Looks })[],
): string {
  const runs = groups.map(({ looks }) => looks.run);
  if (groups.every(({ runs: own }) => own.length === 1))
    return groups.length === 1 ? "the run" : "the one run of each group";
  const seeds = groups.map(
    ({ runs: own, looks }) => own.find(({ name }) => name === looks.run)?.seed,
  );
  const isOneSeed = new Set(seeds).size === 1;
  if (!isOneSeed) return listed(runs);
  return `the run with seed ${seeds[0]}${groups.length === 1 ? "" : " of each group"}`;
}
