/** How the numbers of a layer spread from step to step: steps across, values up, shade for how many. */

import { type BinAxis, binAxis, densityOf, type TensorKind } from "@ablate/store";
import { compact } from "@ablate/text";
import type { Glyphs } from "../../chart/raster.ts";
import { kindTitle, kindTone } from "../../data/tensor-kinds.ts";
import { beside, fitLine, type Line, line, piece } from "../../text/line.ts";
import type { Box } from "../plots.ts";
import type { Canvas } from "../view.ts";
import { brief } from "./numbers.ts";
import { nothingBut, type Panel, type PanelSpec } from "./panel.ts";
import { type Side, shownProbe } from "./shown-probe.ts";

const LABEL = 8;
const LEAST_COLUMNS = 22;
const GAP = 2;

/** From few values to many. */
const SHADES: Readonly<Record<Glyphs, string>> = {
  braille: " ░▒▓█",
  block: " ░▒▓█",
  ascii: " .:*#",
};

export function stepsPanel({ canvas, sides, layer, box }: PanelSpec): Panel {
  const { kinds, steps } = shownProbe(canvas.scene);
  if (box.rows < 4) return nothingBut("there is no room for a map here: enter shows it alone");
  const blocks = sides.flatMap((side) => kinds.map((kind) => ({ side, kind })));
  const most = Math.max(1, Math.floor((box.columns + GAP) / (LEAST_COLUMNS + GAP)));
  const each = Math.max(1, Math.floor(most / Math.max(1, sides.length)));
  const shown = blocks.filter(({ kind }) => kinds.indexOf(kind) < each).slice(0, most);
  const columns = Math.floor((box.columns - GAP * (shown.length - 1)) / Math.max(1, shown.length));
  const maps = shown.map(({ side, kind }) => ({
    lines: stepMap({ canvas, side, kind, layer, steps, box: { columns, rows: box.rows } }),
    width: columns,
  }));
  return { lines: beside(maps, GAP) };
}

type MapSpec = {
  readonly canvas: Canvas;
  readonly side: Side;
  readonly kind: TensorKind;
  readonly layer: string;
  readonly steps: readonly number[];
  readonly box: Box;
};

function stepMap({ canvas, side, kind, layer, steps, box }: MapSpec): Line[] {
  const room = Math.max(1, box.columns - LABEL);
  const some = thinned(steps, room);
  const tensors = some.map((step) => canvas.probes.tensors(side.run, step, kind).get(layer));
  const title = [piece(kindTitle(kind), kindTone(kind)), piece(noteOf(some, steps), "muted")];
  const known = tensors.flatMap((tensor) => tensor ?? []);
  if (known.every(({ histogram }) => histogram === null)) {
    return [title, line(piece(`${layer} has none`, "muted"))];
  }
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
  return [title, ...body, stepsAxis({ some, at, width, columns: box.columns })];
}

/** Returns all steps, or as many of them as there are cells, the last always. */
function thinned(steps: readonly number[], most: number): number[] {
  if (steps.length <= most) return [...steps];
  return Array.from({ length: most }, (_, i) => {
    const at = most === 1 ? steps.length - 1 : Math.round((i * (steps.length - 1)) / (most - 1));
    return steps[at] ?? 0;
  });
}

function noteOf(some: readonly number[], steps: readonly number[]): string {
  return some.length < steps.length ? `  ${some.length} of ${steps.length} steps` : "";
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
function stepsAxis({
  some,
  at,
  width,
  columns,
}: {
  readonly some: readonly number[];
  readonly at: number;
  readonly width: number;
  readonly columns: number;
}): Line {
  const cells = Array.from({ length: some.length * width }, () => "─");
  let free = 0;
  for (const [i, step] of some.entries()) {
    const label = step === 0 ? "init" : compact(step);
    const start = i * width;
    if (start < free || start + label.length > cells.length || i === at) continue;
    for (const [k, char] of [...label].entries()) cells[start + k] = char;
    free = start + label.length + 1;
  }
  const mark = at * width + Math.floor(width / 2);
  const text = cells.join("");
  const head = piece(`${" ".repeat(LABEL - 1)}└`, "muted");
  const marked =
    at < 0
      ? [piece(text, "muted")]
      : [
          piece(text.slice(0, mark), "muted"),
          { text: "▲", tone: "accent" as const, bold: true },
          piece(text.slice(mark + 1), "muted"),
        ];
  return fitLine([head, ...marked], columns);
}
