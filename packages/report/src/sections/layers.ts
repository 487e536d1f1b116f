import { type Chart, line, MOST_SHOWN, type Point, strokeAt } from "@ablate/figures";
import type { LayerProbe, TensorKind } from "@ablate/store";
import { areRecorded, type Group, type Probed, type ReportFacts, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { details, figure, numbers, panels, sentences, table } from "../layout/page.ts";
import { count, fixed, percent, scaled } from "../text.ts";
import { hiddenLayers, histograms, layersOf, picturedText } from "./histograms.ts";
import { saturationMaps } from "./maps.ts";

/** Draws what probes saw: histograms, depth profiles, saturation maps. */
export function layersSection(facts: ReportFacts, draw: Draw): Content {
  const { probed } = facts;
  const [first] = probed;
  if (first === undefined && areRecorded(facts.runs))
    return html`<p>The logs of these runs have no probes: there is nothing to show here.</p>`;
  if (first === undefined)
    return html`<p>These runs were recorded without probes (<code>record.probes</code>): there is nothing to show here.</p>`;
  const examples = count(first.probes.first.examples);
  return html`<p>Each look is at the same ${examples} training examples, never at the batch of a step. Pictures and their tables are of ${picturedText(probed)}; shares in words are means over all runs of a group.</p>
${sentences(saturationWords(facts))}${histograms(probed, draw)}${depthProfile(probed, draw)}${maps(facts, probed)}`;
}

/** Draws saturation maps; returns nothing where no layer can saturate. */
function maps(facts: ReportFacts, groups: readonly Probed[]): Content {
  if (groups.every(({ saturation }) => saturation.length === 0)) return null;
  return html`
<h3>Saturation maps</h3>
<p>Of ${picturedText(groups)}. Examples from top to bottom, units from left to right; a dot is dark, on a dark page light, where the unit is flat for the example (${flatText(facts)}). A full column is a dead unit.</p>
${saturationMaps(groups)}`;
}

/** Only tanh saturates: half of the units of relu are 0 by design. */
function flatWord(facts: ReportFacts): string {
  const kinds = valuesOf(facts, "model.activation");
  if (!kinds.includes("relu")) return "Saturated";
  return kinds.includes("tanh") ? "Flat" : "Inactive";
}

/** Lists the values that the runs have of a setting. */
function valuesOf({ runs }: ReportFacts, key: string): readonly string[] {
  const texts = runs.flatMap(({ settings }) => settings.find((one) => one.key === key)?.text ?? []);
  return [...new Set(texts)];
}

/** Says in the words of its kind when a nonlinearity is flat. */
function flatText(facts: ReportFacts): string {
  const [threshold = "0.99", another] = valuesOf(facts, "record.probes.saturated");
  const texts: ReadonlyMap<string, string> = new Map([
    [
      "tanh",
      another === undefined ? `|tanh| > ${threshold}` : "tanh beyond the threshold of its run",
    ],
    ["relu", "relu is 0, as about half are by design"],
  ]);
  const said = valuesOf(facts, "model.activation").flatMap((kind) => texts.get(kind) ?? []);
  return said.length === 0 ? "where the nonlinearity is flat" : said.join("; ");
}

export function saturationWords(facts: ReportFacts): readonly string[] {
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
    `${flatWord(facts)} (${flatText(facts)}), at initialisation → at the end: ${shares}.`,
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

type Profile = {
  readonly title: string;
  readonly value: (layer: LayerProbe) => number;
  readonly isLog: boolean;
};

const PROFILES: readonly Profile[] = [
  { title: "std of activations", value: stdOf("activation"), isLog: true },
  { title: "std of gradients in activations", value: stdOf("activation_gradient"), isLog: true },
  {
    title: "saturated, %",
    value: ({ saturation }) => 100 * (saturation?.share ?? Number.NaN),
    isLog: false,
  },
];

const MOMENTS = [
  { moment: "first", when: "at initialisation" },
  { moment: "last", when: "at the end" },
] as const;
type Moment = (typeof MOMENTS)[number];

/** Tables spread, gradients and saturation by layer, with charts where there are several. */
function depthProfile(groups: readonly Probed[], draw: Draw): Content {
  const numbered = depthTable(groups);
  if (depthOf(groups) < 2)
    return details("spread, gradients and saturation of every layer as a table", numbered);
  const charts = PROFILES.flatMap((profile) =>
    MOMENTS.map((moment) => html`<div>${draw(profileChart(groups, profile, moment))}</div>`),
  );
  return html`<h3>From layer to layer</h3>${figure(
    panels(charts),
    `Hidden layers of ${picturedText(groups)}, from the input to the output, at initialisation and at the end. Where a line falls or rises steadily, signals or gradients shrink or grow through the network. Standard deviations on logarithmic axes.`,
    numbered,
  )}`;
}

function depthOf(groups: readonly Probed[]): number {
  return Math.max(...groups.map(({ probes }) => hiddenLayers(probes).length));
}

function profileChart(
  groups: readonly Probed[],
  { title, value, isLog }: Profile,
  { moment, when }: Moment,
): Chart {
  const depth = depthOf(groups);
  const lines = groups.map(({ name, place, probes }) => {
    const points = hiddenLayers(probes).map((pair, i): Point => {
      const y = isLog ? Math.log10(value(pair[moment])) : value(pair[moment]);
      return [i + 1, Number.isFinite(y) ? y : Number.NaN];
    });
    return { name, place, points };
  });
  const all = lines.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  const least = Math.min(0, ...all);
  const [min, max] = isLog
    ? [Math.floor(least), Math.ceil(Math.max(-1, ...all, least + 1))]
    : [0, 100];
  const text = (y: number): string => scaled(isLog ? 10 ** y : y);
  const atPowers = { format: (y: number) => (Number.isInteger(y) ? text(y) : "") };
  const texts = lines.map(
    ({ name, points }) => `${name}: ${points.map(([, y]) => text(y)).join(", ")}`,
  );
  return {
    title: `${title} ${when}`,
    description: texts.join("; "),
    width: 480,
    height: 240,
    labels: { left: 52, right: 36 + 7.2 * Math.max(...lines.map(({ name }) => name.length)) },
    x: { title: "hidden layer", min: 1, max: depth },
    y: { title: `${title}, ${when}`, min, max, ...(isLog ? atPowers : {}) },
    marks: lines.map(({ name, place, points }) => line(points, strokeAt(place), name)),
  };
}

const STDS = ["activation", "activation_gradient", "weight", "weight_gradient"] as const;

function depthTable(groups: readonly Probed[]): Html {
  const rows = groups.flatMap(({ name, probes }) =>
    layersOf(probes).map(({ first, last }) => {
      const both = (text: (layer: LayerProbe) => string): string =>
        probes.first.step === probes.last.step ? text(first) : `${text(first)} → ${text(last)}`;
      return [
        name,
        first.name,
        ...STDS.map((kind) => both(({ tensors }) => scaled(tensors[kind]?.std))),
        both(({ saturation }) => percent(saturation?.share)),
        both(({ saturation }) => count(saturation?.dead.length)),
      ];
    }),
  );
  const stds = ["activations", "their gradient", "weights", "their gradient"];
  return table(
    `Every layer of ${picturedText(groups)}, at initialisation → at the end.`,
    ["group", "layer", ...numbers(...stds.map((of) => `std of ${of}`), "saturated", "dead units")],
    rows,
  );
}

function stdOf(kind: TensorKind): Profile["value"] {
  return ({ tensors }) => tensors[kind]?.std ?? Number.NaN;
}
