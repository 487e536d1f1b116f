import type { LayerProbe, TensorKind } from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import { type Chart, type Mark, type Point, strokeAt } from "../chart/marks.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, figure, numbers, panels, table } from "../layout/page.ts";
import { count, percent, scaled } from "../text.ts";
import { hiddenLayers, layersOf, type Probed, picturedText } from "./histograms.ts";

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
export function depthProfile(groups: readonly Probed[], draw: Draw): Content {
  const numbered = depthTable(groups);
  const depth = Math.max(...groups.map(({ probes }) => hiddenLayers(probes).length));
  if (depth < 2)
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

function profileChart(
  groups: readonly Probed[],
  { title, value, isLog }: Profile,
  { moment, when }: Moment,
): Chart {
  const lines = groups.map(({ name, place, probes }) => {
    const points = hiddenLayers(probes).map((pair, i): Point => {
      const layer = pair[moment];
      const own = layer === undefined ? Number.NaN : value(layer);
      const y = isLog ? Math.log10(own) : own;
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
    x: {
      title: "hidden layer",
      min: 1,
      max: Math.max(...lines.map(({ points }) => points.length)),
    },
    y: { title: `${title}, ${when}`, min, max, ...(isLog ? atPowers : {}) },
    marks: lines.map(
      ({ name, place, points }): Mark => ({
        kind: "line",
        points,
        stroke: strokeAt(place),
        label: name,
      }),
    ),
  };
}

const STDS = ["activation", "activation_gradient", "weight", "weight_gradient"] as const;

function depthTable(groups: readonly Probed[]): Html {
  const rows = groups.flatMap(({ name, probes }) =>
    layersOf(probes).map(({ first, last }) => {
      const both = (text: (layer: LayerProbe | undefined) => string): string =>
        probes.first.step === probes.last.step ? text(first) : `${text(first)} → ${text(last)}`;
      return [
        name,
        first.name,
        ...STDS.map((kind) => both((layer) => scaled(layer?.tensors[kind]?.std))),
        both((layer) => percent(layer?.saturation?.share)),
        both((layer) => count(layer?.saturation?.dead.length)),
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
