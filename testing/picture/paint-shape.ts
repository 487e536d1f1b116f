/** Paints shapes into a cell. */
import type { SKRSContext2D as Context } from "@napi-rs/canvas";
import type { Shape, Side } from "./shapes.ts";

/** Pixels of a cell, before it is scaled. */
export const CELL = { width: 10, height: 20 } as const;

export type At = { readonly x: number; readonly y: number };

/** Radius of a dot of braille: two of them nearly touch. */
const RADIUS = 1.9;
const THIN = 1;
const THICK = 3;

/** Paints a shape in the colour that is set into the cell whose upper left corner is given. */
export function paintShape(context: Context, shape: Shape, at: At): void {
  const { width, height } = CELL;
  switch (shape.kind) {
    case "box": {
      const left = Math.round(shape.x * width);
      const top = Math.round(shape.y * height);
      const right = Math.round((shape.x + shape.width) * width);
      const bottom = Math.round((shape.y + shape.height) * height);
      context.fillRect(at.x + left, at.y + top, right - left, bottom - top);
      return;
    }
    case "dot":
      context.beginPath();
      context.arc(at.x + shape.x * width, at.y + shape.y * height, RADIUS, 0, 2 * Math.PI);
      context.fill();
      return;
    case "arm":
      paintArm(context, { ...at, ...shape });
      return;
    case "dashes":
      paintDashes(context, { ...at, ...shape });
      return;
    case "arc":
      paintArc(context, { at, ...shape });
  }
}

/** Where a line of this thickness begins in the middle of a cell, on whole pixels. */
function middle(side: "width" | "height", thickness: number): number {
  return Math.floor((CELL[side] - thickness) / 2);
}

function paintArm(
  context: Context,
  { x, y, side, isThick }: At & { readonly side: Side; readonly isThick: boolean },
): void {
  const thickness = isThick ? THICK : THIN;
  const across = middle("width", thickness);
  const down = middle("height", thickness);
  if (side === "up") context.fillRect(x + across, y, thickness, down + thickness);
  if (side === "down") context.fillRect(x + across, y + down, thickness, CELL.height - down);
  if (side === "left") context.fillRect(x, y + down, across + thickness, thickness);
  if (side === "right") context.fillRect(x + across, y + down, CELL.width - across, thickness);
}

function paintDashes(
  context: Context,
  {
    x,
    y,
    isUpright,
    isThick,
    count,
  }: At & { readonly isUpright: boolean; readonly isThick: boolean; readonly count: number },
): void {
  const thickness = isThick ? THICK : THIN;
  const length = (isUpright ? CELL.height : CELL.width) / count;
  for (let i = 0; i < count; i++) {
    const from = i * length + length / 4;
    if (isUpright)
      context.fillRect(x + middle("width", thickness), y + from, thickness, length / 2);
    else context.fillRect(x + from, y + middle("height", thickness), length / 2, thickness);
  }
}

function paintArc(
  context: Context,
  { at, x, y }: { readonly at: At; readonly x: "left" | "right"; readonly y: "up" | "down" },
): void {
  const across = at.x + middle("width", THIN) + THIN / 2;
  const down = at.y + middle("height", THIN) + THIN / 2;
  const sideX = x === "left" ? at.x : at.x + CELL.width;
  const sideY = y === "up" ? at.y : at.y + CELL.height;
  context.strokeStyle = context.fillStyle;
  context.lineWidth = THIN;
  context.beginPath();
  context.moveTo(across, sideY);
  context.quadraticCurveTo(across, down, sideX, down);
  context.stroke();
}
