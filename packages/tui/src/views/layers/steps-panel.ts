/** How the numbers of a layer spread from step to step: steps across, values up, shade for how many. */
import { type BinAxis, binAxis, densityOf, type TensorKind } from "@ablate/store";
import { compact } from "@ablate/text";
import { labelledRule } from "../../chart/axes.ts";
import { densitiesInRow, drawHeat } from "../../chart/heat.ts";
import { kindTitle, kindTone } from "../../data/titles.ts";
import { fitLine, GAP, inColumns, type Line, line, piece } from "../../text/line.ts";
import { brief } from "../brief.ts";
import { layerTitle } from "./numbers.ts";
import { nothingBut, type Panel, type PanelSpec, type Side, shownProbe } from "./shown-probe.ts";

const LABEL = 8;
const LEAST_COLUMNS = 22;

export function stepsPanel(spec: PanelSpec): Panel {
  const { canvas, sides, box } = spec;
  const { kinds } = shownProbe(canvas.scene);
  if (box.rows < 4) return nothingBut("there is no room for a map here: enter shows it alone");
  const most = Math.max(1, Math.floor((box.columns + GAP) / (LEAST_COLUMNS + GAP)));
  const shownKinds = kinds.slice(0, Math.max(1, Math.floor(most / Math.max(1, sides.length))));
  const maps = sides.flatMap((side) => shownKinds.map((kind) => ({ side, kind })));
  const lines = inColumns(maps.slice(0, most), box.columns, (map, columns) =>
    stepMap(spec, map, columns),
  );
  return { lines };
}

function stepMap(
  { canvas, layer, box }: PanelSpec,
  { side, kind }: { readonly side: Side; readonly kind: TensorKind },
  columns: number,
): Line[] {
  const { steps } = shownProbe(canvas.scene);
  const room = Math.max(1, columns - LABEL);
  const some = thinned(steps, room);
  const tensors = some.map((step) => canvas.stored.tensors(side.run, step, kind).get(layer));
  const note = some.length < steps.length ? `  ${some.length} of ${steps.length} steps` : "";
  const title = [piece(kindTitle(kind), kindTone(kind)), piece(note, "muted")];
  const known = tensors.flatMap((tensor) => tensor ?? []);
  if (known.every(({ histogram }) => histogram === null))
    return [title, line(piece(`${layerTitle(layer)} has none`, "muted"))];
  const axis = binAxis(known, canvas.state.settings.isOctaves);
  const rows = Math.max(1, box.rows - 2);
  const { glyphs, depth } = canvas;
  const style = { glyphs, depth, tone: kindTone(kind) };
  const bins = rows * densitiesInRow(style);
  const stripes = tensors.map((tensor) =>
    tensor === undefined || tensor.histogram === null
      ? null
      : sharesOf(densityOf(tensor.histogram, axis, bins).cells),
  );
  const starts = startsOf(some.length, room);
  const densities = Array.from({ length: bins }, (_, bin) =>
    inCells(starts, (i) => stripes[i]?.[bins - 1 - bin] ?? 0),
  );
  const body = drawHeat(densities, style).map(
    (cells, row): Line => [
      piece(`${labelOf(axis, row, rows).padStart(LABEL - 2)} │`, "muted"),
      ...cells,
    ],
  );
  const at = some.findLastIndex((step) => step <= (side.probe?.step ?? -1));
  return [title, ...body, fitLine(stepsAxis(some, at, starts), columns)];
}

/** Returns the first cell of each of so many stripes that share the width, and the end of the last one. */
function startsOf(stripes: number, cells: number): number[] {
  return Array.from({ length: stripes + 1 }, (_, i) => Math.floor((i * cells) / stripes));
}

/** Gives every cell the value of the stripe that it lies in. */
function inCells(starts: readonly number[], shownOf: (stripe: number) => number): Float64Array {
  const values = new Float64Array(starts.at(-1) ?? 0);
  for (const [i, start] of starts.slice(0, -1).entries())
    values.fill(shownOf(i), start, starts[i + 1]);
  return values;
}

/** Returns all steps, or as many of them as there are cells, the last always. */
function thinned(steps: readonly number[], most: number): number[] {
  if (steps.length <= most) return [...steps];
  return Array.from({ length: most }, (_, i) => {
    const at = most === 1 ? steps.length - 1 : Math.round((i * (steps.length - 1)) / (most - 1));
    return steps[at] ?? 0;
  });
}

/** Returns the root of each share of the fullest cell: it shows what is thin. */
function sharesOf(cells: Float64Array): Float64Array {
  const fullest = cells.reduce((a, b) => Math.max(a, b), 0);
  return cells.map((count) => (fullest === 0 ? 0 : Math.sqrt(count / fullest)));
}

function labelOf({ range }: BinAxis, row: number, rows: number): string {
  if (row === 0) return brief(range);
  if (row === rows - 1) return brief(-range);
  return row === Math.floor(rows / 2) && rows > 2 ? "0" : "";
}

/** Draws the steps under the map, as many as fit, and an arrow under the one that is shown. */
function stepsAxis(steps: readonly number[], at: number, starts: readonly number[]): Line {
  const cells = starts.at(-1) ?? 0;
  const labels = steps.map((step, i) => ({
    text: step === 0 ? "init" : compact(step),
    start: starts[i] ?? 0,
  }));
  const [from, to] = [starts[at] ?? 0, starts[at + 1] ?? cells];
  const mark = at < 0 ? cells : from + Math.floor((to - from) / 2);
  const fitting = labels.filter(({ text, start }) => {
    const end = start + text.length;
    return end <= cells && (start > mark || end <= mark);
  });
  const rule = labelledRule(cells, fitting, 1);
  const head = piece(`${" ".repeat(LABEL - 1)}└`, "muted");
  if (at < 0) return [head, piece(rule, "muted")];
  return [
    head,
    piece(rule.slice(0, mark), "muted"),
    { text: "▲", tone: "accent", bold: true },
    piece(rule.slice(mark + 1), "muted"),
  ];
}
