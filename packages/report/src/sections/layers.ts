import { type Chart, depthPanel, type Line, logRange, PAGE_LOOK } from "@ablate/figures";
import type { LayerProbe, TensorKind } from "@ablate/store";
import { areRecorded, type Probed, type ReportFacts } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { inNumbers, numbers, rowsOf, spread, table } from "../layout/page.ts";
import { count, percent, scaled } from "../text.ts";
import { type FlatWord, flatWord } from "./flat.ts";
import { hiddenLayers, histograms, histogramTables, layersOf, picturedText } from "./histograms.ts";

/** Draws what probes saw: histograms and depth profiles. */
export function layersSection(facts: ReportFacts, draw: Draw): Content {
  const { probed } = facts;
  const [first] = probed;
  if (first === undefined && areRecorded(facts.runs))
    return html`<p>The logs of these runs have no probes: there is nothing to show here.</p>`;
  if (first === undefined)
    return html`<p>These runs were recorded without probes (<code>record.probes</code>): there is nothing to show here.</p>`;
  const examples = count(first.probes.first.examples);
  const word = flatWord(facts);
  return html`<p>Each probe uses the same ${examples} training examples, never the batch of a step. Pictures and their tables are of ${picturedText(probed)}.</p>
${histograms(probed, draw, word)}${depthProfile(probed, draw, word)}${inNumbers([...histogramTables(probed), depthTable(probed, word)])}`;
}

type Profile = {
  readonly title: string;
  readonly value: (layer: LayerProbe) => number;
  readonly isLog: boolean;
};

function profilesOf(word: FlatWord): readonly Profile[] {
  return [
    { title: "std of activations", value: stdOf("activation"), isLog: true },
    { title: "std of gradients in activations", value: stdOf("activation_gradient"), isLog: true },
    {
      title: `${word}, %`,
      value: ({ saturation }) => 100 * (saturation?.share ?? Number.NaN),
      isLog: false,
    },
  ];
}

const MOMENTS = [
  { moment: "first", when: "at initialisation" },
  { moment: "last", when: "at the end" },
] as const;
type Moment = (typeof MOMENTS)[number];

/** Draws spread, gradients and flat units by layer where there are several. */
function depthProfile(groups: readonly Probed[], draw: Draw, word: FlatWord): Content {
  if (depthOf(groups) < 2) return null;
  const charts = profilesOf(word).flatMap((profile) =>
    MOMENTS.map((moment) => html`<div>${draw(profileChart(groups, profile, moment))}</div>`),
  );
  return html`<h3>From layer to layer</h3>${spread(
    rowsOf(MOMENTS.length, charts),
    `Hidden layers of ${picturedText(groups)}, from the input to the output, at initialisation and at the end. Where a line falls or rises steadily, signals or gradients shrink or grow through the network. Standard deviations on logarithmic axes.`,
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
  const lines = groups.map((group): Line => {
    const values = hiddenLayers(group.probes).map((pair, i) => {
      const y = value(pair[moment]);
      const mean = isLog && y <= 0 ? Number.NaN : y;
      return { x: i + 1, mean, low: mean, high: mean };
    });
    return { label: group.name, stroke: PAGE_LOOK.strokeOf(group.place), values };
  });
  const all = lines.flatMap(({ values }) => values.map(({ mean }) => mean)).filter(Number.isFinite);
  const known = all.length === 0 ? [1] : all;
  const range = isLog
    ? { isLog, ...logRange(Math.min(...known), Math.max(...known)), format: scaled }
    : { min: 0, max: 102 };
  const texts = lines.map(
    ({ label, values }) => `${label}: ${values.map(({ mean }) => scaled(mean)).join(", ")}`,
  );
  const panel = depthPanel(lines, {
    title: `${title} ${when}`,
    description: texts.join("; "),
    depth,
    y: { title: `${title}, ${when}`, ...range },
  });
  return {
    ...panel,
    width: 430,
    height: 220,
    labels: { left: 52, right: 36 + 7.2 * Math.max(...lines.map(({ label }) => label.length)) },
  };
}

const STDS = ["activation", "activation_gradient", "weight", "weight_gradient"] as const;

function depthTable(groups: readonly Probed[], word: FlatWord): Html {
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
    ["group", "layer", ...numbers(...stds.map((of) => `std of ${of}`), word, "dead units")],
    rows,
  );
}

function stdOf(kind: TensorKind): Profile["value"] {
  return ({ tensors }) => tensors[kind]?.std ?? Number.NaN;
}
