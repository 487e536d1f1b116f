/** What a probe saw, layer by layer, as a table with bars. */
import type { StoredLayer, StoredProbe } from "@ablate/store";
import { count, UNKNOWN } from "@ablate/tui";
import { table } from "./table.ts";

const BAR_CELLS = 10;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

type Column = {
  readonly title: string;
  readonly of: (layer: StoredLayer) => number | undefined;
  /** What a full bar is; the largest of the hidden layers unless given. */
  readonly full?: number;
  readonly text: (value: number) => string;
};

const COLUMNS: readonly Column[] = [
  { title: "activation std", of: ({ tensors }) => tensors.activation?.std, text: threeDigits },
  {
    title: "saturated",
    of: ({ saturation }) => saturation?.share,
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

/** Layers from the input to the output. Bars are linear; what is beyond the largest hidden layer is cut. */
export function depthProfile(
  { step, layers }: StoredProbe,
  { isAscii }: { readonly isAscii: boolean },
): string {
  const hidden = layers.filter(({ name }) => name.startsWith("hidden"));
  const compared = hidden.length > 0 ? hidden : layers;
  const columns = COLUMNS.map((column) => ({
    ...column,
    full: column.full ?? Math.max(...compared.map((layer) => finite(column.of(layer)))),
  }));
  const rows = layers.map((layer) => [
    `  ${layer.name}`,
    ...columns.flatMap(({ of, text, full }) => {
      const value = of(layer);
      if (value === undefined) return ["", ""];
      const shown = Number.isNaN(value) ? UNKNOWN : text(value);
      return [shown, bar(finite(value) / full, isAscii)];
    }),
  ]);
  const titles = COLUMNS.flatMap(({ title }) => [
    { title, align: "right" as const },
    { title: "" },
  ]);
  const when = step === 0 ? "at init" : `after ${count(step)} steps`;
  return `depth profile ${when}\n${table([{ title: "  layer" }, ...titles], rows)}`;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

function bar(share: number, isAscii: boolean): string {
  const cells = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) * BAR_CELLS : 0;
  if (isAscii) return "#".repeat(Math.round(cells)).padEnd(BAR_CELLS);
  const eighths = Math.round(cells * 8);
  const drawn = `${"█".repeat(eighths >> 3)}${EIGHTHS[eighths & 7] ?? ""}`;
  return drawn.padEnd(BAR_CELLS);
}
