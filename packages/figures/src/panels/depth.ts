/** What lies along the depth of networks, from layer to layer. */
import type { Axis } from "../chart.ts";
import { type Line, lineMarks } from "./lines.ts";
import type { Panel } from "./panel.ts";

type DepthPanel = {
  readonly title: string;
  readonly description: string;
  readonly depth: number;
  readonly y: Axis;
};

/** For dots at the ends of lines. */
const PAD = 0.03;
const MOST_TICKS = 8;

/** Draws lines over layers that are counted from 1 on. */
export function depthPanel(
  lines: readonly Line[],
  { title, description, depth, y }: DepthPanel,
): Panel {
  const every = Math.ceil(depth / MOST_TICKS);
  const ticks = Array.from({ length: depth }, (_, i) => i + 1)
    .filter((at) => (at - 1) % every === 0)
    .map((at) => ({ at, label: String(at) }));
  const x = { title: "hidden layer", min: 1 - PAD * depth, max: depth + PAD * depth, ticks };
  return { title, description, x, y, marks: lineMarks(lines) };
}

/** Widens a range to powers of ten, one within a power only a little. */
export function logRange(
  low: number,
  high: number,
): { readonly min: number; readonly max: number } {
  if (high < 10 * low) return { min: low / 1.1, max: high * 1.1 };
  return { min: 10 ** Math.floor(Math.log10(low)), max: 10 ** Math.ceil(Math.log10(high)) };
}
