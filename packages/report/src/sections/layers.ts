import type { Draw } from "../chart/draw.ts";
import type { Facts } from "../data/facts.ts";
import { isShown } from "../data/group.ts";
import { type Content, html } from "../html.ts";
import { figure, panels, type Section, sentences } from "../layout/blocks.ts";
import { count } from "../text/number.ts";
import { flatText, saturationWords } from "../words/saturation.ts";
import { depthProfile } from "./depth.ts";
import { histogramChart, type Looked, sharedAxis } from "./histograms.ts";
import { saturationMaps } from "./maps.ts";

/** Looks inside: histograms, depth profiles, saturation maps. */
export function layersSection(facts: Facts, draw: Draw): Section {
  const looked = facts.groups
    .filter(isShown)
    .flatMap((group): readonly Looked[] =>
      group.looks === null ? [] : [{ ...group, looks: group.looks }],
    );
  const [first] = looked;
  const head = { id: "layers", title: "Inside the layers" };
  if (first === undefined)
    return {
      ...head,
      body: html`<p>These runs were recorded without looks inside (<code>record.probes</code>): there is nothing to show here.</p>`,
    };
  const examples = count(first.looks.first.examples);
  return {
    ...head,
    body: html`<p>Each look is at the same ${examples} training examples; pictures are of the first run of a group that has some, shares in words are means over its runs.</p>
${sentences(saturationWords(facts))}${histograms(looked, draw)}${depthProfile(looked, draw)}
<h3>Saturation maps</h3>
<p>Examples from top to bottom, units from left to right; a dot is dark, on a dark page light, where the unit is flat for the example (${flatText(facts)}). A full column is a dead unit.</p>
${saturationMaps(looked)}`,
  };
}

function histograms(groups: readonly Looked[], draw: Draw): Content {
  const activations = sharedAxis(groups, "activation");
  const charts = groups.flatMap((group) => [
    histogramChart(group, { kind: "activation", title: "activations", axis: activations, draw }),
    histogramChart(group, {
      kind: "activation_gradient",
      title: "gradients in activations",
      axis: sharedAxis([group], "activation_gradient"),
      draw,
    }),
  ]);
  return html`<h3>Activations and their gradients</h3>${figure({
    charts: panels(charts),
    caption:
      "A histogram for each hidden layer: at initialisation as a dashed line, at the end filled; each as high as the higher of the two. Activations have one axis for all groups, gradients one for each group.",
  })}`;
}
