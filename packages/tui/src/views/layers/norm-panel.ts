/** The panel about the norm of one layer: what it does to each unit. */
import type { NormProbe } from "@ablate/store";
import { type Glyphs, Raster } from "../../chart/raster.ts";
import { beside, fitLine, GAP, inColumns, type Line, line, piece } from "../../text/line.ts";
import { brief } from "../brief.ts";
import { layerTitle } from "./numbers.ts";
import { layerNamed, nothingBut, type Panel, type PanelSpec, type Side } from "./shown-probe.ts";

type Size = { readonly columns: number; readonly rows: number; readonly glyphs: Glyphs };

/** A plot is square on most terminals at twice as many columns as rows. */
const LEAST_COLUMNS = 18;

/** Draws what batch norm uses in evaluation against what the batch has, unit by unit; of other norms what they learned. */
export function normPanel({ canvas, sides, layer, box }: PanelSpec): Panel {
  const normOf = (side: Side) => layerNamed(side, layer)?.norm ?? null;
  if (sides.every((side) => normOf(side) === null)) return nothingBut(whyNone(sides, layer));
  if (box.rows < 4) return nothingBut("there is no room for a plot here: enter shows it alone");
  const lines = inColumns(sides, box.columns, (side, columns) => {
    const norm = normOf(side);
    return norm === null
      ? [line(piece(`${side.name}: no norm here`, "muted"))]
      : normLines(norm, { columns, rows: box.rows, glyphs: canvas.glyphs });
  });
  return { lines };
}

function whyNone(sides: readonly Side[], layer: string): string {
  const layers = sides.flatMap(({ probe }) => probe?.layers ?? []);
  const normed = layers.filter(({ norm }) => norm !== null).map(({ name }) => name);
  if (normed.length === 0) return "these layers have no norm (model.norm)";
  return `${layerTitle(layer)} has no norm; ↑ ↓ to ${[...new Set(normed)].map(layerTitle).join(", ")}`;
}

function normLines(norm: NormProbe, size: Size): Line[] {
  const { columns, rows } = size;
  const { running, batch } = norm;
  if (running === null || batch === null) {
    return [line(piece("normalises each row: no running statistics", "muted")), ...learnt(norm)];
  }
  const normed = { ...norm, running, batch };
  const textWidth = Math.min(34, Math.floor(columns / 3));
  const hasText = columns >= 2 * LEAST_COLUMNS + textWidth;
  const room = hasText ? columns - textWidth - GAP : columns;
  const two = room >= 2 * LEAST_COLUMNS + GAP;
  const width = Math.min(two ? Math.floor((room - GAP) / 2) : room, Math.max(18, rows * 4));
  const plots = (two ? (["mean", "std"] as const) : (["std"] as const)).map((which) => ({
    lines: scatter(normed, which, { ...size, columns: width }),
    width,
  }));
  return beside([...plots, ...(hasText ? [{ lines: wordsOf(normed), width: textWidth }] : [])]);
}

type BatchNormProbe = NormProbe & {
  readonly [Name in "batch" | "running"]: NonNullable<NormProbe[Name]>;
};

/** Draws each unit as a dot, the running statistic up and the batch's across: equal ones lie on the line. */
function scatter(
  norm: BatchNormProbe,
  which: "mean" | "std",
  { columns, rows, glyphs }: Size,
): Line[] {
  const running = norm.running[which];
  const others = [norm.batch, ...(norm.trainset === null ? [] : [norm.trainset])];
  const across = others.map((moments) => moments[which]);
  const all = [running, ...across].flatMap((values) => [...values]).filter(Number.isFinite);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const spread = Math.max(high - low, 1e-9 * Math.max(1, Math.abs(high)));
  const raster = new Raster(columns - 1, rows - 2, glyphs);
  const place = (value: number, dots: number) =>
    Math.round(((value - low) / spread) * Math.max(0, dots - 1));
  for (let i = 0; i <= raster.width; i += 3) {
    raster.dot(i, raster.height - 1 - Math.round((i / raster.width) * (raster.height - 1)), 0);
  }
  for (const [i, values] of across.entries()) {
    for (const [unit, y] of running.entries()) {
      const x = values[unit] ?? Number.NaN;
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      raster.dot(place(x, raster.width), raster.height - 1 - place(y, raster.height), i + 1);
    }
  }
  const drawn = raster.lines([{ tone: "muted" }, { tone: "series0" }, { tone: "series1" }]);
  const [from, to] = [brief(low), brief(high)];
  const rule = "─".repeat(Math.max(0, columns - from.length - to.length - 3));
  return [
    fitLine([piece(`${which}: running ↑ batch →`)], columns),
    ...drawn.map((one) => [piece("│", "muted"), ...one]),
    fitLine([piece(`└${from} ${rule} ${to}`, "muted")], columns),
  ];
}

/** Says how far the two are apart, and where most, and what the layer has learned. */
function wordsOf(norm: BatchNormProbe): Line[] {
  const { batch, running, trainset } = norm;
  const unit = farthest(batch.std, running.std);
  const fromTrainset = trainset === null ? null : brief(distance(trainset.std, running.std));
  return [
    line(piece("running and batch", "muted")),
    line(`mean ${brief(distance(batch.mean, running.mean))} apart`),
    line(`std ${brief(distance(batch.std, running.std))} apart`),
    line(`most at unit ${unit}`),
    line(piece(`  std ${brief(batch.std[unit])} in the batch`, "series0")),
    line(`  std ${brief(running.std[unit])} running`),
    ...(fromTrainset === null
      ? []
      : [line(piece(`training set: ${fromTrainset} apart`, "series1"))]),
    ...learnt(norm),
  ];
}

function learnt({ gamma, beta }: NormProbe): Line[] {
  return [
    line(piece(`gamma ${spreadText(gamma)}`, "muted")),
    line(piece(`beta ${spreadText(beta)}`, "muted")),
  ];
}

/** Returns the mean absolute difference. */
function distance(a: Float32Array, b: Float32Array): number {
  const sum = a.reduce((total, value, i) => total + Math.abs(value - (b[i] ?? 0)), 0);
  return sum / Math.max(1, a.length);
}

/** Returns the unit at which two differ most. */
function farthest(a: Float32Array, b: Float32Array): number {
  let unit = 0;
  const apart = (i: number) => Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  for (let i = 1; i < a.length; i++) if (apart(i) > apart(unit)) unit = i;
  return unit;
}

function spreadText(values: Float32Array): string {
  const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${brief(mean)} ± ${brief(Math.sqrt(squares / Math.max(1, values.length - 1)))}`;
}
