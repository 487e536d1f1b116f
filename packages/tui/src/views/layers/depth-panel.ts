/** How spread, saturation and gradients change from layer to layer. */
import type { LayerProbe } from "@ablate/store";
import { type Curve, dotColumns, drawChart } from "../../chart/chart.ts";
import type { Trace } from "../../chart/trace.ts";
import { yRange } from "../../chart/y-range.ts";
import { beside, type Line, piece } from "../../text/line.ts";
import { type Box, tonesOf } from "../plots.ts";
import type { Canvas } from "../view.ts";
import { nothingBut, type Panel, type PanelSpec } from "./panel.ts";
import { isInner, layerNamed, type Side, shownProbe } from "./shown-probe.ts";

const GAP = 2;
const LEAST_COLUMNS = 26;

/** Values that differ by more than this factor are drawn in powers of ten. */
const WIDE = 20;

type Profile = {
  readonly title: string;
  readonly log: "always" | "where wide" | "never";
  readonly value: (layer: LayerProbe) => number | undefined;
};

const PROFILES: readonly Profile[] = [
  {
    title: "std of activation",
    log: "where wide",
    value: ({ tensors }) => tensors.activation?.std,
  },
  {
    title: "std of activation gradient",
    log: "always",
    value: ({ tensors }) => tensors.activation_gradient?.std,
  },
  {
    title: "saturated, %",
    log: "never",
    value: ({ saturation }) => (saturation === null ? undefined : 100 * saturation.share),
  },
];

export function depthPanel({ canvas, sides, box }: PanelSpec): Panel {
  const { layers } = shownProbe(canvas.scene);
  const inner = layers.filter(isInner);
  const some = inner.length > 1 ? inner : layers.filter(({ kind }) => kind !== "embedding");
  const names = some.map(({ name }) => name);
  const profiles = PROFILES.slice(
    0,
    Math.max(1, Math.floor((box.columns + GAP) / (LEAST_COLUMNS + GAP))),
  );
  const columns = Math.floor((box.columns - GAP * (profiles.length - 1)) / profiles.length);
  if (box.rows < 3 || names.length === 0) return nothingBut("there is no room for a chart here");
  const charts = profiles.map((profile) =>
    profileChart({ canvas, sides, profile, names, box: { columns, rows: box.rows } }),
  );
  return {
    lines: beside(
      charts.map((lines) => ({ lines, width: columns })),
      GAP,
    ),
  };
}

function profileChart({
  canvas,
  sides,
  profile,
  names,
  box,
}: {
  readonly canvas: Canvas;
  readonly sides: readonly Side[];
  readonly profile: Profile;
  readonly names: readonly string[];
  readonly box: Box;
}): Line[] {
  const x = { low: 0, high: Math.max(1, names.length - 1), log: false };
  const tones = tonesOf(sides.map(({ name }) => name));
  const profiles = sides.map((side) => ({
    side,
    values: names.map((name) => {
      const layer = layerNamed(side, name);
      return (layer === undefined ? undefined : profile.value(layer)) ?? Number.NaN;
    }),
  }));
  const log =
    profile.log === "always" ||
    (profile.log === "where wide" && isWide(profiles.flatMap(({ values }) => values)));
  const curves = profiles.map(({ side, values }): Curve => {
    return {
      label: side.name,
      tone: tones.get(side.name) ?? "plain",
      trace: traceOf(values, dotColumns(box.columns, canvas.glyphs)),
      shaded: false,
      behind: [],
      isSparse: true,
      divergedAt: null,
    };
  });
  const id = `layers ${profile.title}${log ? " log" : ""}`;
  const range = yRange(curves, {
    log,
    isWhole: true,
    guides: [],
    previous: canvas.ranges.get(id),
  });
  if (range !== null) canvas.ranges.set(id, { low: range.low, high: range.high });
  return drawChart({
    title: [piece(profile.title)],
    note: [piece(log ? "log" : "", "muted")],
    ...box,
    glyphs: canvas.glyphs,
    x,
    y: { low: range?.low ?? 0, high: range?.high ?? 1, log: log && range !== null },
    curves,
    guides: [],
    events: [],
    crosshair: focusedX(canvas, names),
    xLabel: (value) => names[value] ?? "",
    hasXAxis: true,
  });
}

function isWide(values: readonly number[]): boolean {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(...finite);
  return least > 0 && Math.max(...finite) > WIDE * least;
}

/** Returns where the layer under the cursor is; null where it is none of them. */
function focusedX({ scene }: Canvas, names: readonly string[]): number | null {
  const { layers, layerAt } = shownProbe(scene);
  const at = names.indexOf(layers[layerAt]?.name ?? "");
  return at < 0 ? null : at;
}

/** Spreads the layers' values from the first column of dots to the last. */
function traceOf(values: readonly number[], columns: number): Trace {
  const mean = new Float64Array(columns).fill(Number.NaN);
  for (const [i, value] of values.entries()) {
    const at = values.length < 2 ? 0 : Math.round((i / (values.length - 1)) * (columns - 1));
    if (at < columns) mean[at] = value;
  }
  return { min: mean, mean, max: mean, gapBefore: new Uint8Array(columns) };
}
