/** Figures beside their budgets, as a table. */
import type { Machine } from "../machine.ts";
import { columns } from "../table.ts";
import { type Spread, spread } from "../timings.ts";

export type Unit = "ms" | "%" | "frames/s" | "bytes" | "MB";

export type Figure = Spread & {
  readonly name: string;
  readonly unit: Unit;
  /** At most this; null where nothing is asked. */
  readonly budget: number | null;
  /** What is held against the budget: the median, or that of the slowest key. */
  readonly decisive: number;
  readonly note?: string;
};

export type UiReport = {
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly store: { readonly runs: number; readonly steps: number; readonly bytes: number };
  readonly figures: readonly Figure[];
  /** Milliseconds of every key, view by view. */
  readonly keys: readonly KeySpread[];
};

export type KeySpread = Spread & {
  readonly size: string;
  readonly view: string;
  readonly key: string;
  readonly bytes: number;
};

/** Of the values of all rounds; the median has to be within the budget. */
export function figureOf({
  values,
  budget = null,
  ...named
}: {
  readonly name: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  readonly budget?: number | null;
}): Figure {
  const all = spread(values);
  return { ...named, ...all, budget, decisive: all.median };
}

export function isMet({ budget, decisive }: Figure): boolean | null {
  return budget === null ? null : decisive <= budget;
}

export function uiReportText({ date, machine, rounds, store, figures }: UiReport): string {
  const about = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  const { runs, steps, bytes } = store;
  const rows = figures.map((figure) => [
    figure.name,
    spreadText(figure),
    figure.budget === null ? "" : `${figure.budget} ${figure.unit}`,
    { true: "met", false: "NOT MET", null: "" }[`${isMet(figure)}`],
    figure.note ?? "",
  ]);
  const missed = figures.filter((figure) => isMet(figure) === false).map(({ name }) => name);
  return [
    `${date.slice(0, 10)}; ${about.join(", ")}`,
    `${runs} runs x ${steps.toLocaleString("en")} steps, ${(bytes / 1e9).toFixed(2)} GB.`,
    `Median (lowest to highest) of ${rounds} rounds:`,
    "",
    ...columns([["", "figure", "budget", "", ""], ...rows]),
    "",
    missed.length === 0 ? "Every budget is met." : `Not met: ${missed.join("; ")}.`,
  ].join("\n");
}

function spreadText({ median, low, high, unit }: Figure): string {
  const digits = unit === "bytes" || high >= 100 ? 0 : 1;
  const [m, l, h] = [median, low, high].map((value) => value.toFixed(digits));
  return `${m} (${l} to ${h}) ${unit}`;
}
