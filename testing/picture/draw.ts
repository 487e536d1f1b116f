/** Draws what a terminal shows, as pixels or as SVG. */
import { fileURLToPath } from "node:url";
import {
  type SKRSContext2D as Context,
  createCanvas,
  GlobalFonts,
  SvgExportFlag,
} from "@napi-rs/canvas";
import { type At, CELL, paintShape } from "./paint-shape.ts";
import { backgroundOf, coloursOf, mixed, type PictureTheme, type Rgb } from "./palette.ts";
import type { Cell, Screen } from "./screen.ts";
import { shapesOf } from "./shapes.ts";

export type Picture = {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of every pixel, row by row. */
  readonly pixels: Uint8ClampedArray;
};

/** Pixels of empty terminal around the cells. */
export const MARGIN = 10;

export type Style = {
  readonly theme: PictureTheme;
  /** 2 for screens with two pixels for each of a page. */
  readonly scale?: number | undefined;
};

/** Draws a screen as pixels. */
export function drawPicture(screen: Screen, { theme, scale = 1 }: Style): Picture {
  const { width, height } = sizeOf(screen, scale);
  const context = createCanvas(width, height).getContext("2d");
  paint(context, screen, { theme, scale });
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

/** Draws a screen as SVG, whose letters are outlines. */
export function drawSvg(screen: Screen, { theme, scale = 1 }: Style): string {
  const { width, height } = sizeOf(screen, scale);
  const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths);
  paint(canvas.getContext("2d"), screen, { theme, scale });
  return canvas.getContent().toString("utf8");
}

function sizeOf(screen: Screen, scale: number): Pick<Picture, "width" | "height"> {
  const columns = screen[0]?.length ?? 0;
  return {
    width: Math.round((columns * CELL.width + 2 * MARGIN) * scale),
    height: Math.round((screen.length * CELL.height + 2 * MARGIN) * scale),
  };
}

function paint(context: Context, screen: Screen, { theme, scale }: Required<Style>): void {
  const { width, height } = sizeOf(screen, 1);
  context.scale(scale ?? 1, scale ?? 1);
  fill(context, backgroundOf(theme));
  context.fillRect(0, 0, width, height);
  for (const [row, cells] of screen.entries()) {
    for (const [column, cell] of cells.entries()) {
      const at = { x: MARGIN + column * CELL.width, y: MARGIN + row * CELL.height };
      if (cell.width > 0) paintCell(context, cell, { ...at, theme });
    }
  }
}

function paintCell(
  context: Context,
  cell: Cell,
  { theme, ...at }: At & { readonly theme: PictureTheme },
): void {
  const { ink, paper } = coloursOf(cell, theme);
  const width = CELL.width * cell.width;
  if (cell.background !== null || cell.isInverse) {
    fill(context, paper);
    context.fillRect(at.x, at.y, width, CELL.height);
  }
  const shapes = shapesOf(cell.text);
  for (const shape of shapes ?? []) {
    fill(context, shape.kind === "box" ? mixed(ink, paper, shape.cover) : ink);
    paintShape(context, shape, at);
  }
  fill(context, ink);
  if (shapes === null) paintText(context, cell, at);
  if (cell.isUnderlined) context.fillRect(at.x, at.y + BASELINE + 2, width, 1);
}

function fill(context: Context, [red, green, blue]: Rgb): void {
  context.fillStyle = `rgb(${red},${green},${blue})`;
}

/** Letters of the font are 0.602 of its size wide: as wide as a cell. */
const FONT_SIZE = CELL.width / 0.602;
/** Where letters stand, from the top of a cell. */
const BASELINE = 15;

/** The last has more signs, which are wider than a cell. */
const FONTS = [
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf"),
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSansMono-Bold.ttf"),
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
];
const FAMILIES = '"DejaVu Sans Mono", "DejaVu Sans"';

for (const font of FONTS) GlobalFonts.registerFromPath(fileURLToPath(font));

/** Narrows what is wider than its cells. */
function paintText(context: Context, { text, isBold, width }: Cell, { x, y }: At): void {
  if (text.trim() === "") return;
  context.font = `${isBold ? "bold " : ""}${FONT_SIZE}px ${FAMILIES}`;
  context.fillText(text, x, y + BASELINE, width * CELL.width + 0.5);
}
