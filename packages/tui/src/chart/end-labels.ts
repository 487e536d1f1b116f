/** The names of curves at their right ends, as near as they can stand without covering each other. */
import { cutText } from "@ablate/text";
import { DASHES } from "../data/looks.ts";
import { type Line, piece } from "../text/line.ts";
import { position, type Scale } from "./scale.ts";
import type { ChartSpec, Curve } from "./spec.ts";

type Label = { readonly curve: Curve; readonly isTop: boolean; readonly at: number };

/** Draws one line a row, with the name of the curve that ends there; of more names than rows those that are on top. */
export function endLabels(
  { curves, y }: Pick<ChartSpec, "curves" | "y">,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Line[] {
  if (columns < 2) return [];
  const named = curves.flatMap((curve, i): Label[] => {
    const last = curve.trace.mean.findLast((value) => Number.isFinite(value));
    if ((curve.label ?? "") === "" || last === undefined) return [];
    return [{ curve, isTop: i === curves.length - 1, at: (1 - position(y, last)) * rows - 0.5 }];
  });
  const labels = named.slice(-rows).sort((a, b) => a.at - b.at);
  const wanted = labels.map(({ at }) => Math.min(rows - 1, Math.max(0, at)));
  const places = spreadOut(wanted, rows);
  const lines: Line[] = Array.from({ length: rows }, () => []);
  for (const [i, { curve, isTop }] of labels.entries()) {
    lines[places[i] ?? 0] = nameLine(curve, { y, columns, isTop });
  }
  return lines;
}

function nameLine(
  { label = "", tone, dash = 0, trace }: Curve,
  { y, columns, isTop }: { readonly y: Scale; readonly columns: number; readonly isTop: boolean },
): Line {
  const last = trace.mean.findLast((value) => Number.isFinite(value)) ?? 0;
  const isBelow = last < y.low;
  const outside = isBelow ? "▼" : "▲";
  const sign = last > y.high || isBelow ? outside : (DASHES[dash]?.swatch ?? "━");
  return [piece(sign, tone), { ...piece(cutText(label, columns - 1), tone), bold: isTop }];
}

/** Moves rising positions apart to whole rows of their own, each group as near as can be to where it would stand. */
export function spreadOut(wanted: readonly number[], rows: number): number[] {
  const blocks: { sum: number; n: number }[] = [];
  for (const [i, at] of wanted.entries()) {
    blocks.push({ sum: at - i, n: 1 });
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)];
      if (before === undefined || last === undefined) break;
      if (before.sum / before.n <= last.sum / last.n) break;
      blocks.splice(-2, 2, { sum: before.sum + last.sum, n: before.n + last.n });
    }
  }
  const shifts = blocks.flatMap(({ sum, n }) => Array.from({ length: n }, () => sum / n));
  const most = rows - wanted.length;
  return shifts.map((shift, i) => Math.min(most, Math.max(0, Math.round(shift))) + i);
}
