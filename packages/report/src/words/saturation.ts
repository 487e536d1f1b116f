/** How much of the nonlinearities is flat, in words. */

import { MOST_SHOWN } from "../chart/palette.ts";
import type { Facts } from "../data/facts.ts";
import { type Group, isShown } from "../data/group.ts";
import { count, fixed, percent } from "../text.ts";

/** What a flat nonlinearity is, in the words of its kind. */
export function flatText({ runs }: Facts): string {
  const [run] = runs;
  const of = (key: string): string | undefined =>
    run?.settings.find((one) => one.key === key)?.text;
  if (of("model.activation") !== "tanh") return "where the nonlinearity is flat";
  return `|tanh| > ${of("record.probes.saturated") ?? "0.99"}`;
}

export function saturationWords(facts: Facts): readonly string[] {
  const { groups } = facts;
  const chosen = groups.length > MOST_SHOWN ? groups.filter(isShown) : groups;
  const looked = chosen.filter(({ saturation }) => saturation.length > 0);
  if (looked.length === 0) return [];
  const shares = looked.map((group) => `${group.name} ${shareText(group)}`);
  const said = [
    `Saturated (${flatText(facts)}), at initialisation → at the end: ${shares.join("; ")}.`,
  ];
  const dead = looked.flatMap((group) =>
    group.saturation
      .filter(({ dead: units }) => (units.mean ?? 0) > 0)
      .map((one) => `${group.name} ${fixed(one.dead.mean, 1)} in ${one.layer}`),
  );
  return [
    ...said,
    dead.length === 0
      ? "No unit is dead, that is, flat for every example looked at, at the end."
      : `Dead units at the end, flat for every example looked at (mean over runs): ${dead.join("; ")}.`,
  ];
}

/** All of one layer; of several the one in which most is flat at the end, or at the beginning where nothing is. */
function shareText({ saturation }: Group): string {
  const most = saturation.reduce((worst, one) =>
    (one.last.mean ?? 0) > (worst.last.mean ?? 0) ? one : worst,
  );
  const shares = `${percent(most.first.mean)} → ${percent(most.last.mean)}`;
  return saturation.length === 1
    ? shares
    : `${shares} in ${most.layer}, the most of its ${count(saturation.length)} layers`;
}
