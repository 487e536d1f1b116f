/** How much of each layer is flat, and for which examples. */
import { MOST_SHOWN } from "@ablate/figures";
import { type Group, type ReportFacts, titleOf } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { inNumbers, sentences } from "../layout/page.ts";
import { capital, count, fixed, percent } from "../text.ts";
import { flatText, flatWord } from "./flat.ts";
import { picturedText } from "./histograms.ts";
import { mapTable, saturationMaps } from "./maps.ts";

/** Returns the title of the section, in the word of the nonlinearity. */
export function saturationTitle(facts: ReportFacts): string {
  const titles = { saturated: "Saturation", inactive: "Inactive units", flat: "Flat units" };
  return titles[flatWord(facts)];
}

/** Says how many units are flat and draws which, for which examples; nothing where no layer can be flat. */
export function saturationSection(facts: ReportFacts): Content {
  const { probed: groups } = facts;
  if (groups.every(({ saturation }) => saturation.length === 0)) return null;
  const word = flatWord(facts);
  const caption = `Units of ${picturedText(groups)}: examples from top to bottom, units from left to right; a dot is dark, on a dark page light, where the unit is ${word} for the example. A full column is a dead unit.`;
  return html`${sentences(saturationWords(facts))}${saturationMaps(groups, word, caption)}${inNumbers(mapTable(groups, word))}`;
}

/** Says how flat layers are, and which units are dead. */
function saturationWords(facts: ReportFacts): readonly string[] {
  const { groups, shown } = facts;
  const chosen = groups.length > MOST_SHOWN ? shown : groups;
  const probed = chosen.filter(({ saturation }) => saturation.length > 0);
  if (probed.length === 0) return [];
  const shares = probed.map((group) => `${titleOf(group)} ${shareText(group)}`).join("; ");
  const dead = probed.flatMap((group) =>
    group.saturation
      .filter(({ dead: units }) => (units.mean ?? 0) > 0)
      .map((one) => `${titleOf(group)} ${fixed(one.dead.mean, 1)} in ${one.layer}`),
  );
  return [
    `${capital(flatWord(facts))} (${flatText(facts)}), at initialisation → at the end: ${shares}.`,
    dead.length === 0
      ? "No unit is dead, that is, flat for every example looked at, at the end."
      : `Dead units at the end, flat for every example looked at (mean over runs): ${dead.join("; ")}.`,
  ];
}

/** Says how flat one layer is: the flattest at the end, or at the beginning where none is later. */
function shareText({ saturation }: Group): string {
  const most = saturation.reduce((worst, one) =>
    (one.last.mean ?? 0) > (worst.last.mean ?? 0) ? one : worst,
  );
  const shares = `${percent(most.first.mean)} → ${percent(most.last.mean)}`;
  return saturation.length === 1
    ? shares
    : `${shares} in ${most.layer}, the most of its ${count(saturation.length)} layers`;
}
