/** How spread, saturation and gradients change from layer to layer. */
import type { LayerProbe } from "@ablate/store";
import { middleEllipsis } from "@ablate/text";
import { dotColumns, drawChart } from "../../chart/chart.ts";
import type { Curve } from "../../chart/spec.ts";
import type { Trace } from "../../chart/trace.ts";
import { yRange } from "../../chart/y-range.ts";
import { PLAIN_LOOK } from "../../data/looks.ts";
import { GAP, inColumns, type Line, piece } from "../../text/line.ts";
import { layerTitle } from "./numbers.ts";
import {
  isInner,
  layerNamed,
  looksOfSides,
  nothingBut,
  type Panel,
  type PanelSpec,
  shownProbe,
} from "./shown-probe.ts";

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

/** Of layers in which something comes behind the activation. */
const STREAM: Profile = {
  title: "std of stream",
  log: "where wide",
  value: ({ tensors }) => tensors.stream?.std,
};

export function depthPanel(spec: PanelSpec): Panel {
  const { canvas, box, sides } = spec;
  const { layers, layerAt } = shownProbe(canvas.scene);
  const inner = layers.filter(isInner);
  const some = inner.length > 1 ? inner : layers.filter(({ kind }) => kind !== "embedding");
  if (box.rows < 3 || some.length === 0) return nothingBut("there is no room for a chart here");
  const names = some.map(({ name }) => name);
  const focused = names.indexOf(layers[layerAt]?.name ?? "");
  const fitting = Math.max(1, Math.floor((box.columns + GAP) / (LEAST_COLUMNS + GAP)));
  const hasStream = sides.some(({ probe }) => probe?.layers.some(({ tensors }) => tensors.stream));
  const isThere = ({ value }: Profile): boolean =>
    sides.some(({ probe }) => probe?.layers.some((layer) => value(layer) !== undefined));
  const all = hasStream ? [STREAM, ...PROFILES] : PROFILES;
  const profiles = all.filter(isThere);
  if (profiles.length === 0) return nothingBut("this probe has nothing to show over depth");
  const lines = inColumns(profiles.slice(0, fitting), box.columns, (profile, columns) => {
    const part = { ...spec, box: { columns, rows: box.rows } };
    return profileChart(part, profile, { names, focused });
  });
  return { lines };
}

function profileChart(
  { canvas, sides, box }: PanelSpec,
  profile: Profile,
  { names, focused }: { readonly names: readonly string[]; readonly focused: number },
): Line[] {
  const looks = looksOfSides(canvas, sides);
  const values = sides.map((side) =>
    names.map((name) => {
      const layer = layerNamed(side, name);
      return (layer === undefined ? undefined : profile.value(layer)) ?? Number.NaN;
    }),
  );
  const log = profile.log === "always" || (profile.log === "where wide" && isWide(values.flat()));
  const curves = sides.map(
    (_, i): Curve => ({
      ...(looks[i] ?? PLAIN_LOOK),
      trace: traceOf(values[i] ?? [], dotColumns(box.columns, canvas.glyphs)),
      shaded: false,
      behind: [],
      isSparse: true,
      divergedAt: null,
    }),
  );
  const id = `layers ${profile.title}${log ? " log" : ""}`;
  const previous = canvas.ranges.get(id);
  const range = yRange(curves, {
    ...{ log, isWhole: true, guides: [], previous },
    leastShare: LEAST_SPAN,
  });
  if (range !== null) canvas.ranges.set(id, { low: range.low, high: range.high });
  return drawChart({
    title: [piece(profile.title)],
    note: [piece(log ? "log" : "", "muted")],
    ...box,
    glyphs: canvas.glyphs,
    x: { low: 0, high: Math.max(1, names.length - 1), log: false },
    y: { low: range?.low ?? 0, high: range?.high ?? 1, log: log && range !== null },
    curves,
    guides: [],
    events: [],
    crosshair: focused < 0 ? null : focused,
    xLabel: (value) => middleEllipsis(layerTitle(names[value] ?? ""), Math.floor(box.columns / 2)),
  });
}

/** Values that differ by less than this share of themselves do not fill an axis: noise would look like a mountain. */
const LEAST_SPAN = 0.1;

function isWide(values: readonly number[]): boolean {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(...finite);
  return least > 0 && Math.max(...finite) > WIDE * least;
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
