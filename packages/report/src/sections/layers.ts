import type { Draw } from "../chart/draw.ts";
import type { Facts } from "../data/facts.ts";
import { isShown } from "../data/group.ts";
import { type Content, html } from "../html.ts";
import { figure, panels, type Section, sentences } from "../layout/blocks.ts";
import { count } from "../text.ts";
import { picturedText } from "../words/pictured.ts";
import { flatText, saturationWords } from "../words/saturation.ts";
import { depthProfile } from "./depth.ts";
import { activationAxes, histogramChart, type Looked, sharedAxis } from "./histograms.ts";
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
    body: html`<p>Each look is at the same ${examples} training examples. Pictures and their tables are of ${picturedText(looked)}; shares in words are means over all runs of a group.</p>
${sentences(saturationWords(facts))}${histograms(looked, draw)}${depthProfile(looked, draw)}${maps(facts, looked)}`,
  };
}

/** Nothing where no layer can saturate. */
function maps(facts: Facts, groups: readonly Looked[]): Content {
  if (groups.every(({ saturation }) => saturation.length === 0)) return null;
  return html`
<h3>Saturation maps</h3>
<p>Of ${picturedText(groups)}. Examples from top to bottom, units from left to right; a dot is dark, on a dark page light, where the unit is flat for the example (${flatText(facts)}). A full column is a dead unit.</p>
${saturationMaps(groups)}`;
}

function histograms(groups: readonly Looked[], draw: Draw): Content {
  const { axes, isShared } = activationAxes(groups);
  const charts = groups.flatMap((group, i) => [
    histogramChart(group, {
      kind: "activation",
      title: "activations",
      axis: axes[i] ?? sharedAxis([group], "activation"),
      draw,
    }),
    histogramChart(group, {
      kind: "activation_gradient",
      title: "gradients in activations",
      axis: sharedAxis([group], "activation_gradient"),
      draw,
    }),
    histogramChart(group, {
      kind: "weight_gradient",
      title: "gradients of weights",
      axis: sharedAxis([group], "weight_gradient"),
      draw,
    }),
  ]);
  return html`<h3>Activations, their gradients and those of the weights</h3>${figure({
    charts: panels(charts),
    caption: `A histogram for each hidden layer of ${picturedText(groups)}: at initialisation as a dashed line, at the end filled; each as high as the higher of the two. ${isShared ? "Activations have one axis for all groups, gradients one for each group." : "Each group has axes of its own."}`,
  })}`;
}
