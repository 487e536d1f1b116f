/** Parallel coordinates: an axis for each setting that differs, the result at the right, a line for each run. */
import { cutTogether, ellipsis, widthOf } from "@ablate/text";
import { rampTone } from "../../chart/heat.ts";
import { Raster } from "../../chart/raster.ts";
import { fitLine, justify, type Line, type Piece, piece, type Style } from "../../text/line.ts";
import { lookOf } from "../looks.ts";
import type { Box } from "../plots.ts";
import type { Canvas } from "../view.ts";
import { labelsOf, placeOf } from "./axis.ts";
import { type Dimension, type PanelPlace, type Point, type Sweep, sizeOf } from "./sweep-data.ts";

/** Cells from an axis to the next one, at least. */
const LEAST_APART = 14;

/** Lines beyond this many hide each other: those of the best are drawn. */
const MOST_LINES = 400;

/** Tones of lines from the worst to the best. */
const TONES = 20;

/** Layers of the raster: lines by how good they are, then the best and the one under the cursor. */
const BEST = TONES;
const CURRENT = TONES + 1;
const LOST = TONES + 2;

export function parallelPanel(
  canvas: Canvas,
  sweep: Sweep,
  { box, current, isFocused }: PanelPlace,
): Line[] {
  const { columns, rows } = box;
  const most = Math.max(1, Math.floor(columns / LEAST_APART) - 1);
  const shown = mostTelling(sweep, most);
  const all = [...shown, sweep.y];
  const note =
    shown.length < sweep.settings.length
      ? `${shown.length} of ${sweep.settings.length} settings`
      : "";
  const drawn = sweep.points.filter(({ y, isLost }) => y !== null || isLost);
  const lines = drawn.slice(0, MOST_LINES);
  const notes = [
    note,
    lines.length < drawn.length ? `the best ${lines.length} of ${drawn.length}` : "",
  ];
  const title = { ...piece("parallel coordinates", isFocused ? "accent" : "plain"), bold: true };
  const head = justify([title], [piece(notes.filter(Boolean).join(" · "), "muted")], columns);
  if (rows < 5 || columns < 2 * LEAST_APART || shown.length === 0) {
    return [
      head,
      [
        piece(
          shown.length === 0 ? "no setting differs" : "there is no room for axes here",
          "muted",
        ),
      ],
    ];
  }
  const starts = all.map((_, i) => Math.round((i * (columns - EDGE)) / (all.length - 1)));
  return [
    head,
    titlesOf(all, starts, columns),
    ...bodyOf(canvas, sweep, { all, starts, box: { columns, rows: rows - 2 }, lines, current }),
  ];
}

/** Cells right of the last axis, for its labels. */
const EDGE = 9;

/** Returns the settings that do most where not all have room, in the order of the config. */
function mostTelling({ settings, effects }: Sweep, most: number): readonly Dimension[] {
  if (settings.length <= most) return settings;
  const ranked = effects()
    .filter((effect) => sizeOf(effect) >= 0)
    .flatMap(({ factor }) => factor.keys);
  const rank = ({ id }: Dimension): number =>
    ranked.includes(id) ? ranked.indexOf(id) : ranked.length;
  const kept = new Set(settings.toSorted((a, b) => rank(a) - rank(b)).slice(0, most));
  return settings.filter((one) => kept.has(one));
}

function titlesOf(all: readonly Dimension[], starts: readonly number[], columns: number): Line {
  const room = Math.max(4, (starts[1] ?? columns) - (starts[0] ?? 0) - 2);
  const texts = cutTogether(
    all.map(({ title }) => title),
    room,
    ellipsis,
  );
  let line = "";
  for (const [i, text] of texts.entries()) {
    const isLast = i === texts.length - 1;
    const start = isLast ? Math.min(starts[i] ?? 0, columns - widthOf(text)) : (starts[i] ?? 0);
    line = line.padEnd(Math.max(widthOf(line) + (i === 0 ? 0 : 1), start)) + text;
  }
  return fitLine([{ text: line, bold: true }], columns);
}

type BodySpec = {
  readonly all: readonly Dimension[];
  readonly starts: readonly number[];
  readonly box: Box;
  readonly lines: readonly Point[];
  readonly current: Point | undefined;
};

function bodyOf(
  canvas: Canvas,
  { metric }: Sweep,
  { all, starts, box, lines, current }: BodySpec,
): Line[] {
  const { columns, rows } = box;
  const raster = new Raster(columns, rows, canvas.glyphs);
  const across = raster.width / columns;
  const isDown = (i: number): boolean => i === all.length - 1 && metric.isLessBetter !== false;
  const places = (point: Point): (readonly [number, number] | null)[] =>
    all.map((dimension, i) => {
      const isResult = i === all.length - 1;
      const place =
        isResult && point.isLost
          ? isDown(i)
            ? 1
            : 0
          : placeOf(dimension.axis, dimension.value(point.run));
      if (place === null) return null;
      const up = isDown(i) ? place : 1 - place;
      return [Math.round((starts[i] ?? 0) * across), Math.round(up * (raster.height - 1))];
    });
  const [best] = lines;
  const draw = (point: Point, layer: number): void => {
    const way = places(point).filter((place) => place !== null);
    for (const [i, place] of way.entries()) {
      const before = way[i - 1];
      if (before !== undefined) raster.line(before, place, layer);
    }
  };
  for (const [i, point] of [...lines.entries()].reverse())
    draw(point, point.isLost ? LOST : toneAt(i, lines.length));
  if (best !== undefined && !best.isLost) draw(best, BEST);
  if (current !== undefined && lines.includes(current)) draw(current, CURRENT);
  const labels = labelCells(all, { starts, rows, columns, isDown });
  return raster.lines(stylesOf(canvas, current), ({ column, row, isEmpty, drawn }) => {
    const label = labels.get(`${column},${row}`);
    if (label !== undefined) return label;
    return starts.includes(column) ? piece("│", isEmpty ? "muted" : (drawn.tone ?? "muted")) : null;
  });
}

/** Returns the layer of a line: the worst has the first. */
function toneAt(rank: number, many: number): number {
  return many < 2 ? TONES - 1 : Math.round((1 - rank / (many - 1)) * (TONES - 1));
}

/** Returns the styles of layers: tones of the ramp where there are any, else dim lines behind a bright one. */
function stylesOf(canvas: Canvas, current: Point | undefined): Style[] {
  const hasRamp = canvas.depth === "256";
  const ranked = Array.from(
    { length: TONES },
    (_, i): Style =>
      hasRamp
        ? { tone: rampTone(0.12 + 0.75 * (i / (TONES - 1))) }
        : { tone: i < TONES / 2 ? "muted" : "plain" },
  );
  const look = current === undefined ? null : lookOf(canvas, current.row);
  return [
    ...ranked,
    { tone: "good", bold: true },
    { tone: look?.tone ?? "accent", bold: true },
    { tone: "bad" },
  ];
}

/** Places the labels of axes right of them; where two would meet the later one is left out. */
function labelCells(
  all: readonly Dimension[],
  {
    starts,
    rows,
    columns,
    isDown,
  }: Box & { readonly starts: readonly number[]; readonly isDown: (i: number) => boolean },
): ReadonlyMap<string, Piece> {
  const cells = new Map<string, Piece>();
  for (const [i, { axis }] of all.entries()) {
    const start = (starts[i] ?? 0) + 1;
    const room = Math.min((starts[i + 1] ?? columns) - start - 1, columns - start, MOST_LABEL);
    const labels = labelsOf(axis, Math.max(2, Math.floor(rows / 4)));
    const texts = cutTogether(
      labels.map(({ text }) => text),
      Math.max(1, room),
      ellipsis,
    );
    const taken = new Set<number>();
    for (const [k, { at }] of labels.entries()) {
      const row = Math.round((isDown(i) ? at : 1 - at) * (rows - 1));
      if (taken.has(row)) continue;
      taken.add(row);
      for (const [c, char] of [...(texts[k] ?? "")].entries())
        cells.set(`${start + c},${row}`, { text: char });
    }
  }
  return cells;
}

const MOST_LABEL = 12;
