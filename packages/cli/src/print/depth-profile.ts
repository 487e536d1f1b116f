/** What a probe saw, layer by layer, as a table with bars. */

import type { LayerProbe, Probe } from "@ablate/store";
import { counted, fittedTable, right, table, UNKNOWN, widthOf } from "@ablate/text";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

type Column = {
  readonly title: string;
  readonly of: (layer: LayerProbe) => number | undefined;
  /** What a full bar is; the largest of the hidden layers unless given. */
  readonly full?: number;
  readonly text: (value: number) => string;
};

const COLUMNS: readonly Column[] = [
  { title: "activation std", of: ({ tensors }) => tensors.activation?.std, text: threeDigits },
  {
    title: "saturated",
    of: saturatedShare,
    full: 1,
    text: (share) => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`,
  },
  {
    title: "gradient std",
    of: ({ tensors }) => tensors.activation_gradient?.std,
    text: threeDigits,
  },
  {
    title: "grad:data",
    of: ({ tensors: { weight, weight_gradient: gradient } }) =>
      weight === undefined || gradient === undefined ? undefined : gradient.std / weight.std,
    text: threeDigits,
  },
];

/** Cells of the longest bars, where there is room for them; without room for any there are none. */
const BARS = [10, 8, 6, 4, 0] as const;

export type ProfileOptions = {
  readonly isAscii: boolean;
  /** Cells across; null: any number. */
  readonly width: number | null;
};

/** Tables layers from the input to the output. Bars are linear; what is beyond the largest hidden layer is cut. */
export function depthProfile(probe: Probe, { isAscii, width }: ProfileOptions): string {
  const fits = (text: string): boolean =>
    width === null || text.split("\n").every((line) => widthOf(line) <= width);
  const drawn = BARS.map((cells) => profile(probe, { isAscii, width, cells }));
  return drawn.find(fits) ?? drawn.at(-1) ?? "";
}

type Bars = ProfileOptions & { readonly cells: number };

function profile({ step, layers }: Probe, bars: Bars): string {
  const { width } = bars;
  const indent = bars.cells === 0 ? "" : "  ";
  const hidden = layers.filter(({ kind }) => kind === "hidden");
  const compared = hidden.length > 0 ? hidden : layers;
  const columns = COLUMNS.map((column) => ({
    ...column,
    full: column.full ?? Math.max(...compared.map((layer) => finite(column.of(layer)))),
  }));
  const rows = layers.map((layer) => [
    `${indent}${layer.name}`,
    ...columns.flatMap(({ of, text, full }) => {
      const value = of(layer);
      const shown = value === undefined ? "" : Number.isNaN(value) ? UNKNOWN : text(value);
      if (bars.cells === 0) return [shown];
      return [shown, value === undefined ? "" : bar(finite(value) / full, bars)];
    }),
  ]);
  const titles = COLUMNS.flatMap(({ title }) => [right(title), ...(bars.cells === 0 ? [] : [""])]);
  const when = step === 0 ? "at init" : `after ${counted(step, "step")}`;
  const headed = [`${indent}layer`, ...titles];
  const drawn = bars.cells === 0 ? fittedTable(headed, rows, width) : table(headed, rows);
  return `depth profile ${when}\n${drawn}`;
}

/** Returns NaN where activations are NaN: they are not beyond the threshold either. */
function saturatedShare({ tensors, saturation }: LayerProbe): number | undefined {
  if (saturation === null) return undefined;
  return Number.isNaN(tensors.activation?.std) ? Number.NaN : saturation.share;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

function bar(share: number, { isAscii, cells: full }: Pick<Bars, "isAscii" | "cells">): string {
  const cells = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) * full : 0;
  if (isAscii) return "#".repeat(Math.round(cells)).padEnd(full);
  const eighths = Math.round(cells * 8);
  const drawn = `${"█".repeat(eighths >> 3)}${EIGHTHS[eighths & 7] ?? ""}`;
  return drawn.padEnd(full);
}
