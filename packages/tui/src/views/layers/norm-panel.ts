/** Batch norm of a layer: what evaluation uses against what the batch has, unit by unit. */
import type { NormProbe } from "@ablate/store";
import { type Glyphs, Raster } from "../../chart/raster.ts";
import { beside, fitLine, type Line, line, piece } from "../../text/line.ts";
import { brief } from "./numbers.ts";
import { nothingBut, type Panel, type PanelSpec } from "./panel.ts";
import { layerNamed, type Side } from "./shown-probe.ts";

const GAP = 2;
/** A plot is square on most terminals at twice as many columns as rows. */
const LEAST_COLUMNS = 18;

export function normPanel({ canvas, sides, layer, box }: PanelSpec): Panel {
  const norms = sides.map((side) => layerNamed(side, layer)?.norm ?? null);
  if (norms.every((norm) => norm === null)) return nothingBut(whyNone(sides, layer));
  if (box.rows < 4) return nothingBut("there is no room for a plot here: enter shows it alone");
  const columns = Math.floor((box.columns - GAP * (sides.length - 1)) / Math.max(1, sides.length));
  const blocks = sides.map((side, i) => ({
    lines: normLines(side, norms[i] ?? null, { columns, rows: box.rows, glyphs: canvas.glyphs }),
    width: columns,
  }));
  return { lines: beside(blocks, GAP) };
}

function whyNone(sides: readonly Side[], layer: string): string {
  const layers = sides.flatMap(({ probe }) => probe?.layers ?? []);
  const normed = layers.filter(({ norm }) => norm !== null).map(({ name }) => name);
  if (normed.length === 0) return "these layers are without batch norm (model.batch_norm)";
  return `${layer} is without batch norm; ↑ ↓ to ${[...new Set(normed)].join(", ")}`;
}

type Size = { readonly columns: number; readonly rows: number; readonly glyphs: Glyphs };

function normLines({ name }: Side, norm: NormProbe | null, size: Size): Line[] {
  if (norm === null) return [line(piece(`${name}: no batch norm here`, "muted"))];
  const { columns, rows } = size;
  const texts = wordsOf(norm);
  const textWidth = Math.min(34, Math.floor(columns / 3));
  const hasText = columns >= 2 * LEAST_COLUMNS + textWidth;
  const room = hasText ? columns - textWidth - GAP : columns;
  const two = room >= 2 * LEAST_COLUMNS + GAP;
  const width = Math.min(two ? Math.floor((room - GAP) / 2) : room, Math.max(18, rows * 4));
  const plots = (two ? (["mean", "std"] as const) : (["std"] as const)).map((which) => ({
    lines: scatter(norm, which, { ...size, columns: width }),
    width,
  }));
  const beneath = hasText ? [{ lines: texts, width: textWidth }] : [];
  return beside([...plots, ...beneath], GAP);
}

/** Draws each unit as a dot, the running statistic up and the batch's across: equal ones lie on the line. */
function scatter(norm: NormProbe, which: "mean" | "std", { columns, rows, glyphs }: Size): Line[] {
  const { batch, running, trainset } = norm;
  const known = [batch, running, ...(trainset === null ? [] : [trainset])];
  const all = known.flatMap((moments) => [...moments[which]]).filter(Number.isFinite);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const spread = Math.max(high - low, 1e-9 * Math.max(1, Math.abs(high)));
  const raster = new Raster(columns - 1, rows - 2, glyphs);
  const place = (value: number, dots: number) =>
    Math.round(((value - low) / spread) * Math.max(0, dots - 1));
  const dot = (x: number, y: number, layer: number) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    raster.dot(place(x, raster.width), raster.height - 1 - place(y, raster.height), layer);
  };
  for (let i = 0; i <= raster.width; i += 3) {
    raster.dot(i, raster.height - 1 - Math.round((i / raster.width) * (raster.height - 1)), 0);
  }
  for (let unit = 0; unit < running[which].length; unit++) {
    const stored = running[which][unit] ?? Number.NaN;
    dot(batch[which][unit] ?? Number.NaN, stored, 1);
  }
  for (let unit = 0; unit < (trainset?.[which].length ?? 0); unit++) {
    dot(trainset?.[which][unit] ?? Number.NaN, running[which][unit] ?? Number.NaN, 2);
  }
  const drawn = raster.lines([{ tone: "muted" }, { tone: "series0" }, { tone: "series1" }]);
  return [
    fitLine([piece(`${which}: running ↑ batch →`)], columns),
    ...drawn.map((one) => [piece("│", "muted"), ...one]),
    fitLine([piece(`└${rangeText(brief(low), brief(high), columns - 1)}`, "muted")], columns),
  ];
}

function rangeText(low: string, high: string, columns: number): string {
  return `${low} ${"─".repeat(Math.max(0, columns - low.length - high.length - 2))} ${high}`;
}

/** Says how far the two are apart, and where most, and what the layer has learned. */
function wordsOf({ batch, running, trainset, gamma, beta }: NormProbe): Line[] {
  const apart = farthest(batch.std, running.std);
  return [
    line(piece("running and batch", "muted")),
    line(`mean ${brief(distance(batch.mean, running.mean))} apart`),
    line(`std ${brief(distance(batch.std, running.std))} apart`),
    line(`most at unit ${apart.unit}`),
    line(piece(`  std ${brief(batch.std[apart.unit])} in the batch`, "series0")),
    line(piece(`  std ${brief(running.std[apart.unit])} running`, "plain")),
    ...(trainset === null
      ? []
      : [
          line(
            piece(`training set: ${brief(distance(trainset.std, running.std))} apart`, "series1"),
          ),
        ]),
    line(piece(`gamma ${spreadText(gamma)}`, "muted")),
    line(piece(`beta ${spreadText(beta)}`, "muted")),
  ];
}

/** Returns the mean absolute difference. */
function distance(a: Float32Array, b: Float32Array): number {
  return (
    a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / Math.max(1, a.length)
  );
}

function farthest(a: Float32Array, b: Float32Array): { readonly unit: number } {
  let unit = 0;
  const apart = (i: number) => Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  for (let i = 1; i < a.length; i++) if (apart(i) > apart(unit)) unit = i;
  return { unit };
}

function spreadText(values: Float32Array): string {
  const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${brief(mean)} ± ${brief(Math.sqrt(squares / Math.max(1, values.length - 1)))}`;
}
