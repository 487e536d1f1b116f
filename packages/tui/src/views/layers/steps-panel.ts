/** How the numbers of a layer spread from step to step: steps across, values up, shade for how many. */
import { type BinAxis, binAxis, densityOf, type TensorKind } from "@ablate/store";
import { compact } from "@ablate/text";
import { labelledRule } from "../../chart/chart.ts";
import type { Glyphs } from "../../chart/raster.ts";
import { kindTitle, kindTone } from "../../data/titles.ts";
import { fitLine, GAP, inColumns, type Line, line, piece } from "../../text/line.ts";
import { brief } from "./numbers.ts";
import { nothingBut, type Panel, type PanelSpec, type Side, shownProbe } from "./shown-probe.ts";

const LABEL = 8;
const LEAST_COLUMNS = 22;

/** Shades from few values to many. */
const SHADES: Readonly<Record<Glyphs, string>> = {
  braille: " ░▒▓█",
  block: " ░▒▓█",
  ascii: " .:*#",
};

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
    return [title, line(piece(`${layer} has none`, "muted"))];
  const axis = binAxis(known, canvas.state.settings.isOctaves);
  const rows = Math.max(1, box.rows - 2);
  const width = Math.max(1, Math.floor(room / Math.max(1, some.length)));
  const stripes = tensors.map((tensor) =>
    tensor === undefined || tensor.histogram === null
      ? null
      : shadesOf(densityOf(tensor.histogram, axis, rows).cells, SHADES[canvas.glyphs]),
  );
  const at = some.findLastIndex((step) => step <= (side.probe?.step ?? -1));
  const body = Array.from({ length: rows }, (_, row): Line => {
    const cells = stripes.map((stripe) => (stripe?.[rows - 1 - row] ?? " ").repeat(width));
    return [
      piece(`${labelOf(axis, row, rows).padStart(LABEL - 2)} │`, "muted"),
      piece(cells.join(""), kindTone(kind)),
    ];
  });
  return [title, ...body, fitLine(stepsAxis(some, at, width), columns)];
}

/** Returns all steps, or as many of them as there are cells, the last always. */
function thinned(steps: readonly number[], most: number): number[] {
  if (steps.length <= most) return [...steps];
  return Array.from({ length: most }, (_, i) => {
    const at = most === 1 ? steps.length - 1 : Math.round((i * (steps.length - 1)) / (most - 1));
    return steps[at] ?? 0;
  });
}

/** Shades cells by the root of their counts, which shows what is thin; the fullest is darkest. */
function shadesOf(cells: Float64Array, shades: string): string[] {
  const fullest = cells.reduce((a, b) => Math.max(a, b), 0);
  return Array.from(cells, (count) => {
    if (count === 0 || fullest === 0) return shades.charAt(0);
    const level = Math.ceil(Math.sqrt(count / fullest) * (shades.length - 1));
    return shades.charAt(Math.max(1, level));
  });
}

function labelOf({ range }: BinAxis, row: number, rows: number): string {
  if (row === 0) return brief(range);
  if (row === rows - 1) return brief(-range);
  return row === Math.floor(rows / 2) && rows > 2 ? "0" : "";
}

/** Draws the steps under the map, as many as fit, and an arrow under the one that is shown. */
function stepsAxis(steps: readonly number[], at: number, width: number): Line {
  const cells = steps.length * width;
  const labels = steps.map((step, i) => ({
    text: step === 0 ? "init" : compact(step),
    start: i * width,
  }));
  const fitting = labels.filter(({ text, start }, i) => i !== at && start + text.length <= cells);
  const rule = labelledRule(cells, fitting, 1);
  const head = piece(`${" ".repeat(LABEL - 1)}└`, "muted");
  if (at < 0) return [head, piece(rule, "muted")];
  const mark = at * width + Math.floor(width / 2);
  return [
    head,
    piece(rule.slice(0, mark), "muted"),
    { text: "▲", tone: "accent", bold: true },
    piece(rule.slice(mark + 1), "muted"),
  ];
}
