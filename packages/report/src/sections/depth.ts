import type { LayerProbe, Probe, TensorKind } from "@ablate/store";
import type { Draw } from "../chart/draw.ts";
import type { Chart, Mark, Point } from "../chart/marks.ts";
import { strokeAt } from "../chart/palette.ts";
import type { Group, ProbePair } from "../data/group.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, figure, panels, table } from "../layout/blocks.ts";
import { count, listed, percent, scaled } from "../text.ts";
import { hiddenLayers, type Probed } from "./histograms.ts";

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

/** Tables spread, gradients and saturation by layer, with charts where there are several. */
export function depthProfile(groups: readonly Probed[], draw: Draw): Content {
  const numbers = depthTable(groups);
  const depth = Math.max(...groups.map(({ probes }) => hiddenLayers(probes.first.layers).length));
  if (depth < 2)
    return details("spread, gradients and saturation of every layer as a table", numbers);
  const charts = PROFILES.flatMap((profile) =>
    [true, false].map(
      (isFirst) => html`<div>${draw(profileChart(groups, { profile, isFirst, depth }))}</div>`,
    ),
  );
  return html`<h3>From layer to layer</h3>${figure({
    charts: panels(charts),
    caption: `Hidden layers of ${picturedText(groups)}, from the input to the output, at initialisation and at the end. Where a line falls or rises steadily, signals or gradients shrink or grow through the network. Standard deviations on logarithmic axes.`,
    numbers,
  })}`;
}

function profileChart(
  groups: readonly Probed[],
  {
    profile,
    isFirst,
    depth,
  }: { readonly profile: Profile; readonly isFirst: boolean; readonly depth: number },
): Chart {
  const { title, value, isLog } = profile;
  const lines = groups.map((group) => {
    const { layers } = isFirst ? group.probes.first : group.probes.last;
    const points = hiddenLayers(layers).map(
      (layer, i): Point => [i + 1, isLog ? Math.log10(value(layer)) : value(layer)],
    );
    return {
      group,
      points: points.map(([x, y]): Point => [x, Number.isFinite(y) ? y : Number.NaN]),
    };
  });
  const all = lines.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  const [min, max] = isLog
    ? [Math.floor(Math.min(0, ...all)), Math.ceil(Math.max(-1, ...all, Math.min(0, ...all) + 1))]
    : [0, 100];
  const when = isFirst ? "at initialisation" : "at the end";
  const longest = Math.max(...groups.map(({ name }) => name.length));
  return {
    title: `${title} ${when}`,
    description: lines
      .map(
        ({ group, points }) =>
          `${group.name}: ${points.map(([, y]) => (isLog ? scaled(10 ** y) : scaled(y))).join(", ")}`,
      )
      .join("; "),
    width: 480,
    height: 240,
    labels: { left: 52, right: 36 + 7.2 * longest },
    x: { title: "hidden layer", min: 1, max: depth },
    y: {
      title: `${title}, ${when}`,
      min,
      max,
      ...(isLog
        ? { format: (value: number) => (Number.isInteger(value) ? scaled(10 ** value) : "") }
        : {}),
    },
    marks: lines.map(
      ({ group, points }): Mark => ({
        kind: "line",
        points,
        stroke: strokeAt(group.place),
        label: group.name,
      }),
    ),
  };
}

function depthTable(groups: readonly Probed[]): Html {
  const both = (
    { probes }: Probed,
    name: string,
    text: (layer: LayerProbe | undefined) => string,
  ): string => {
    const of = ({ layers }: Probe): string => text(layers.find((layer) => layer.name === name));
    return probes.first.step === probes.last.step
      ? of(probes.first)
      : `${of(probes.first)} → ${of(probes.last)}`;
  };
  return table({
    caption: `Every layer of ${picturedText(groups)}, at initialisation → at the end.`,
    columns: [
      { title: "group" },
      { title: "layer" },
      { title: "std of activations", isNumber: true },
      { title: "std of their gradient", isNumber: true },
      { title: "std of weights", isNumber: true },
      { title: "std of their gradient", isNumber: true },
      { title: "saturated", isNumber: true },
      { title: "dead units", isNumber: true },
    ],
    rows: groups.flatMap((group) =>
      group.probes.first.layers.map(({ name }) => {
        const std = (kind: TensorKind): string =>
          both(group, name, (layer) => scaled(layer?.tensors[kind]?.std));
        return [
          group.name,
          name,
          std("activation"),
          std("activation_gradient"),
          std("weight"),
          std("weight_gradient"),
          both(group, name, (layer) => percent(layer?.saturation?.share)),
          both(group, name, (layer) =>
            layer?.saturation ? count(layer.saturation.dead.length) : "–",
          ),
        ];
      }),
    ),
  });
}

function stdOf(kind: TensorKind): Profile["value"] {
  return ({ tensors }) => tensors[kind]?.std ?? Number.NaN;
}

/** Names one run of each group: by its seed where that is the same in all, else by name. */
export function picturedText(
  groups: readonly (Pick<Group, "runs"> & { readonly probes: ProbePair })[],
): string {
  const runs = groups.map(({ probes }) => probes.run);
  if (groups.every(({ runs: own }) => own.length === 1))
    return groups.length === 1 ? "the run" : "the one run of each group";
  const seeds = groups.map(
    ({ runs: own, probes }) => own.find(({ name }) => name === probes.run)?.seed,
  );
  const isOneSeed = new Set(seeds).size === 1;
  if (!isOneSeed) return listed(runs);
  return `the run with seed ${seeds[0]}${groups.length === 1 ? "" : " of each group"}`;
}
