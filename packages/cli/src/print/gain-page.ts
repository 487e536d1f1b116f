/** Writes the gain study: a table, then two histograms for each way to draw w. */

import type { GainResult, GainShape } from "@ablate/core";
import { ellipsis, table } from "@ablate/text";
import {
  beside,
  drawHistogram,
  type Glyphs,
  type Line,
  piece,
  show,
  type Theme,
} from "@ablate/tui";

export type GainRow = GainResult & { readonly label: string };

export type GainPage = GainShape & {
  readonly studies: readonly GainRow[];
  readonly range: number;
  readonly columns: number;
  readonly glyphs: Glyphs;
  readonly theme: Theme;
};

const ROWS = 6;
const GAP = 2;
/** A pair of histograms is at least this wide, unless the terminal is narrower. */
const PAIR = 76;

/** Returns how many pairs of histograms fit beside each other in a terminal of so many columns. */
function pairsAcross(columns: number): number {
  return Math.max(1, Math.floor((columns + 2 * GAP) / (PAIR + 2 * GAP)));
}

/** Returns the bins of a histogram, one per cell, in a terminal of so many columns. */
export function binsFor(columns: number): number {
  const pairs = pairsAcross(columns);
  const pair = Math.floor((columns - (pairs - 1) * 2 * GAP) / pairs);
  return Math.max(5, Math.floor((pair - GAP) / 2));
}

/** The whole page. */
export function gainPage(page: GainPage): string {
  const { studies, range, columns } = page;
  const pairs = studies.map((study) => pairOf(study, page));
  const across = pairsAcross(columns);
  const width = 2 * binsFor(columns) + GAP;
  const blocks = Array.from({ length: Math.ceil(pairs.length / across) }, (_, i) =>
    beside(
      pairs.slice(i * across, (i + 1) * across).map((lines) => ({ lines, width })),
      2 * GAP,
    ),
  );
  const legend = `histograms from -${range} to ${range}, each as high as its highest bin`;
  const lines: readonly Line[] = [
    ...head(page).map((text) => [{ text }]),
    ...blocks.flatMap((block): Line[] => [[], ...block]),
    [],
    [piece(legend, "muted")],
  ];
  return lines.map((line) => `${show(line, page).trimEnd()}\n`).join("");
}

/** Describes x, the same for all, and tables what became of it. */
function head({ studies, rows, fanIn, fanOut, columns }: GainPage): string[] {
  const titles = ["std of w", "mean of x @ w", "std of x @ w"];
  const room = Math.max(8, columns - titles.reduce((sum, title) => sum + title.length + GAP, 0));
  const x = studies[0]?.x;
  const spread = x === undefined ? "" : `: mean ${figure(x.mean)}, std ${figure(x.std)}`;
  const text = table(
    [{ title: "w" }, ...titles.map((title) => ({ title, align: "right" as const }))],
    studies.map(({ label, w, product }) => [
      ellipsis(label, room),
      ...[w.std, product.mean, product.std].map(figure),
    ]),
  );
  return [
    `x ${rows}x${fanIn} from N(0, 1)${spread}; w ${fanIn}x${fanOut}`,
    "",
    ...text.trimEnd().split("\n"),
  ];
}

function pairOf(study: GainRow, page: GainPage): Line[] {
  const width = binsFor(page.columns);
  const sides = [
    { lines: side("x", study.x, { ...page, tone: "series0" }), width },
    { lines: side("x @ w", study.product, { ...page, tone: "series1" }), width },
  ];
  return [[{ text: `w = ${study.label}`, bold: true }], ...beside(sides, GAP)];
}

function side(
  name: string,
  { counts, ...rest }: GainResult["x"],
  { range, glyphs, tone }: GainPage & { readonly tone: "series0" | "series1" },
): Line[] {
  return [
    [piece(`${name}  ${headOf({ counts, ...rest })}`, "muted")],
    ...drawHistogram({ counts, range, rows: ROWS, tone, glyphs }),
  ];
}

function headOf({ std, beyond, counts }: GainResult["x"]): string {
  const share = beyond / (beyond + counts.reduce((sum, count) => sum + count, 0));
  const outside = beyond === 0 ? "" : `, ${percent(share)} beyond`;
  return `std ${figure(std)}${outside}`;
}

function percent(share: number): string {
  return share < 0.01 ? "under 1%" : `${Math.round(share * 100)}%`;
}

/** Writes a number with four digits; few people need more. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) return value.toExponential(2).replace("e+", "e");
  return value.toFixed(size < 10 ? 4 : 2);
}
