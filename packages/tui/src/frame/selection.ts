/** The steps that the mouse is dragged over, in every chart that shows them. */
import { position } from "../chart/scale.ts";
import { type Line, restyleCells, type Style } from "../text/line.ts";
import type { Canvas, Drawn } from "../views/view.ts";

/** A density that stands out from the background and leaves curves their contrast. */
const BEHIND: Style = { back: "ramp5" };

/** Returns the lines of a view with what is selected marked in its charts. */
export function withSelection(
  { lines, plots = [] }: Drawn,
  { state: { selected }, depth }: Canvas,
): readonly Line[] {
  if (selected === null) return lines;
  const style: Style = depth === "256" ? BEHIND : { inverse: true };
  return lines.map((line, row) =>
    plots.reduce((drawn, { rect, x }) => {
      if (row < rect.row || row >= rect.row + rect.rows) return drawn;
      const cells = [selected.from, selected.to].map((value) =>
        Math.min(rect.columns - 1, Math.max(0, Math.floor(position(x, value) * rect.columns))),
      );
      const [from, to] = [Math.min(...cells), Math.max(...cells)];
      return restyleCells(drawn, { from: rect.column + from, to: rect.column + to + 1 }, style);
    }, line),
  );
}
