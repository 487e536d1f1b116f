import type { Draw } from "../chart/draw.ts";
import { MOST_SHOWN } from "../chart/marks.ts";
import type { ReportFacts } from "../data/facts.ts";
import { type Group, isShown } from "../data/group.ts";
import { type Content, html } from "../html.ts";
import { type PageSection, sentences } from "../layout/page.ts";
import { count, fixed, percent } from "../text.ts";
import { depthProfile } from "./depth.ts";
import { histograms, type Probed, picturedText } from "./histograms.ts";
import { saturationMaps } from "./maps.ts";

/** Draws what probes saw: histograms, depth profiles, saturation maps. */
export function layersSection(facts: ReportFacts, draw: Draw): PageSection {
  const probed = facts.groups
    .filter(isShown)
    .flatMap((group): readonly Probed[] =>
      group.probes === null ? [] : [{ ...group, probes: group.probes }],
    );
  const [first] = probed;
  const head = { id: "layers", title: "Inside the layers" };
  if (first === undefined)
    return {
      ...head,
      body: html`<p>These runs were recorded without probes (<code>record.probes</code>): there is nothing to show here.</p>`,
    };
  const examples = count(first.probes.first.examples);
  return {
    ...head,
    body: html`<p>Each look is at the same ${examples} training examples. Pictures and their tables are of ${picturedText(probed)}; shares in words are means over all runs of a group.</p>
${sentences(saturationWords(facts))}${histograms(probed, draw)}${depthProfile(probed, draw)}${maps(facts, probed)}`,
  };
}

/** Draws saturation maps; returns nothing where no layer can saturate. */
function maps(facts: ReportFacts, groups: readonly Probed[]): Content {
  if (groups.every(({ saturation }) => saturation.length === 0)) return null;
  return html`
<h3>Saturation maps</h3>
<p>Of ${picturedText(groups)}. Examples from top to bottom, units from left to right; a dot is dark, on a dark page light, where the unit is flat for the example (${flatText(facts)}). A full column is a dead unit.</p>
${saturationMaps(groups)}`;
}

/** Says in the words of its kind when a nonlinearity is flat. */
function flatText({ runs }: ReportFacts): string {
  const of = (key: string) => runs[0]?.settings.find((one) => one.key === key)?.text;
  if (of("model.activation") !== "tanh") return "where the nonlinearity is flat";
  return `|tanh| > ${of("record.probes.saturated") ?? "0.99"}`;
}

export function saturationWords(facts: ReportFacts): readonly string[] {
  const { groups } = facts;
  const chosen = groups.length > MOST_SHOWN ? groups.filter(isShown) : groups;
  const probed = chosen.filter(({ saturation }) => saturation.length > 0);
  if (probed.length === 0) return [];
  const shares = probed.map((group) => `${group.name} ${shareText(group)}`).join("; ");
  const dead = probed.flatMap((group) =>
    group.saturation
      .filter(({ dead: units }) => (units.mean ?? 0) > 0)
      .map((one) => `${group.name} ${fixed(one.dead.mean, 1)} in ${one.layer}`),
  );
  return [
    `Saturated (${flatText(facts)}), at initialisation → at the end: ${shares}.`,
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
