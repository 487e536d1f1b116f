/** Draws the list of grids: how far each is, its states, its best run, and what is wrong with its runs. */
import { counted } from "@ablate/text";
import {
  GRID_COLUMNS,
  GRID_VALUES,
  type GridColumnId,
  type ListedGrid,
  type ListedGrids,
} from "../../data/grids.ts";
import { aboutLine, cutLine, fitLine, type Line, piece, restyle } from "../../text/line.ts";
import { nothingLines } from "../nothing.ts";
import { gridLine, placeOf, sickRuns, troublesLine } from "../states.ts";
import { around, type Canvas, type Drawn, type Sheet } from "../view.ts";
import { type Cell, layOut, statesOf, valueTexts } from "./grid-columns.ts";

/** Rows of the list that are measured beside those on the screen, so that scrolling hardly moves anything. */
const MEASURED = 100;
/** Rows of the strip below the list, and from how many rows on it is there. */
const STRIP_ROWS = 3;
const LEAST_WITH_STRIP = 10;

export function drawGrids(canvas: Canvas, { grids, at }: ListedGrids): Drawn {
  const { rows, columns, scene } = canvas;
  const sheet = (): Sheet => sheetOf(grids);
  if (scene.table.everywhere.length === 0) return { lines: nothingLines(canvas), sheet };
  const hasStrip = rows >= LEAST_WITH_STRIP;
  const hasPlaces = placeOf(canvas, scene.table.everywhere) !== "";
  const listRows = Math.max(1, rows - 1 - (hasStrip ? STRIP_ROWS + Number(hasPlaces) : 0));
  const lines = [null, ...grids]; // before the first grid a line for all of them
  const { items, first } = around(lines, at + 1, listRows);
  const measured = [...grids.slice(0, MEASURED), ...items.filter((one) => one !== null)];
  const cells = layOut(measured, scene.table.everywhere, columns);
  const body = items.map((one, i): Line => {
    const drawn = one === null ? allLine(canvas, cells) : gridRow(one, cells);
    const full = aboutLine(fitLine(drawn, columns), `grid:${one?.grid ?? ""}`);
    return first + i === at + 1 ? restyle(full, { selected: true }) : full;
  });
  while (body.length < listRows) body.push([]);
  const strip = hasStrip
    ? [
        [piece("─".repeat(columns), "muted")],
        ...detail(canvas, grids[at]),
        ...(hasPlaces ? [placeLine(canvas, grids[at])] : []),
      ]
    : [];
  return { lines: [head(canvas, cells), ...body, ...strip], listRows, sheet };
}

function head({ state }: Canvas, cells: readonly Cell[]): Line {
  const sort = state.settings.gridSort;
  return inCells(cells, ({ id, title }) => {
    const sign = sort?.column === id ? (sort.isDescending ? " ▼" : " ▲") : "";
    return aboutLine([piece(title + sign, "muted")], `column:${id}`);
  });
}

function gridRow(row: ListedGrid, cells: readonly Cell[]): Line {
  return inCells(cells, ({ line }) => line(row));
}

function inCells(cells: readonly Cell[], draw: (cell: Cell) => Line): Line {
  const drawn = cells.flatMap(
    (cell, i): Line => [
      ...(i === 0 ? [] : [piece("  ")]),
      ...fitLine(draw(cell), cell.width, cell.isRight ? "right" : "left"),
    ],
  );
  return [piece(" "), ...drawn];
}

/** Draws the line for all grids: how many runs are in which state, and how many are sick. */
function allLine({ scene }: Canvas, cells: readonly Cell[]): Line {
  const { everywhere } = scene.table;
  const lines: Partial<Record<GridColumnId, Line>> = {
    grid: [piece("  every grid", "muted")],
    findings: troublesLine(sickRuns(everywhere)),
    runs: statesOf(everywhere),
  };
  return inCells(cells, ({ id }) => lines[id] ?? []);
}

/** Draws two lines about the grid under the cursor. */
function detail(canvas: Canvas, row: ListedGrid | undefined): Line[] {
  if (row === undefined) {
    const { length } = canvas.scene.table.everywhere;
    return [
      [piece(` enter shows ${counted(length, "run")} of every grid in one table`, "muted")],
      [],
    ];
  }
  const { grid, runs, best } = row;
  const said = gridLine(canvas, grid);
  const value = valueTexts([row])[0] ?? "";
  const result =
    best === null ? "no result yet" : `best ${row.metric.title} ${value} (${best.title})`;
  const head: Line = [
    { text: grid, bold: true },
    piece(` · ${counted(runs.length, "run")} · ${result}`),
  ];
  const below =
    said.length > 0 ? said : [piece("enter shows its runs · t tags it · e writes a note", "muted")];
  return [head, below].map((one) => cutLine([piece(" "), ...one], canvas.columns));
}

/** Draws a line of the machines of the grid under the cursor, or of all grids. */
function placeLine(canvas: Canvas, row: ListedGrid | undefined): Line {
  const place = placeOf(canvas, row?.runs ?? canvas.scene.table.everywhere);
  return cutLine([piece(` ${place}`, "muted")], canvas.columns);
}

function sheetOf(grids: readonly ListedGrid[]): Sheet {
  return {
    columns: [...GRID_COLUMNS, "metric"],
    rows: grids.map((row) => [...GRID_COLUMNS.map((id) => GRID_VALUES[id](row)), row.metric.name]),
  };
}
