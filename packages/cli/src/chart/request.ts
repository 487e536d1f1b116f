/** What a chart is asked to show. */
import { didYouMean, readRange } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";

export const KINDS = ["curves", "ratios", "layers", "histograms", "effects"] as const;
export type Kind = (typeof KINDS)[number];

export const AXES = ["step", "examples", "epochs", "time"] as const;
export type XAxis = (typeof AXES)[number];

export const BANDS = ["std", "se", "range", "ci95", "none"] as const;
export type Band = (typeof BANDS)[number];

export type ChartRequest = {
  readonly kind: Kind;
  /** As they were named; empty: the usual ones of the kind. */
  readonly series: readonly string[];
  /** Of histograms: one, or all of them at the last probe; null: the first hidden one. */
  readonly layer: string | null;
  /** Whether all series of one group are in one chart, and what that is called. */
  readonly together: { readonly title: string | null } | null;
  readonly axis: XAxis;
  /** The examples of an epoch, by the name of the run; empty unless the axis is of epochs. */
  readonly epochs: ReadonlyMap<string, number>;
  readonly isLogX: boolean;
  readonly isLogY: boolean;
  /** Steps of a running mean; 0: none. */
  readonly smooth: number;
  readonly band: Band;
  /** The first and the last step; null: that of the runs. */
  readonly steps: Readonly<Record<"from" | "to", number | null>>;
  readonly y: Readonly<Record<"min" | "max", number>> | null;
  /** The same for some of the series alone. */
  readonly yOf?: ReadonlyMap<string, Readonly<Record<"min" | "max", number>>>;
  /** Names of groups that keep their colour for themselves and are not drawn. */
  readonly hidden: readonly string[];
  readonly title: string;
  readonly isGrey: boolean;
  /** Millimetres. */
  readonly width: number;
  readonly height: number | null;
};

/** Widths of a column and of a page of many journals. */
const WIDTHS: Readonly<Record<string, number>> = { column: 89, page: 183 };

const [LEAST, MOST] = [40, 1000];

/** @throws UsageError - if a flag makes no sense */
export function chartRequest(flags: Flags): ChartRequest {
  const kind = flags.choice("kind", KINDS) ?? "curves";
  const steps = rangeOf(flags, "steps", "100-300, 100- or -300");
  const y = rangeOf(flags, "y", "2-4 or -4 to -2");
  if (flags.has("together") && kind !== "curves")
    throw new UsageError("--together is of --kind curves");
  if (y !== null && (y.low === null || y.high === null || y.low >= y.high))
    throw new UsageError(`--y takes two values like 2-4 or "-4 to -2", the smaller one first`);
  if (
    steps !== null &&
    ((steps.low ?? 0) < 0 || (steps.high ?? Number.POSITIVE_INFINITY) <= (steps.low ?? 0))
  )
    throw new UsageError("--steps takes the smaller step first, like 100-300, from 0 on");
  return {
    kind,
    series: flags.list("series"),
    layer: flags.text("layer") ?? null,
    together: flags.has("together") ? { title: null } : null,
    axis: flags.choice("x", AXES) ?? "step",
    epochs: new Map(),
    isLogX: flags.has("log-x"),
    isLogY: flags.has("log-y"),
    smooth: flags.count("smooth") ?? 0,
    band: flags.choice("band", BANDS) ?? "std",
    steps: { from: steps?.low ?? null, to: steps?.high ?? null },
    y: y === null ? null : { min: y.low ?? 0, max: y.high ?? 1 },
    hidden: flags.list("hide"),
    title: flags.text("title") ?? "",
    isGrey: flags.has("grey"),
    width: millimetres(flags, "width") ?? WIDTHS.column ?? LEAST,
    height: millimetres(flags, "height") ?? null,
  };
}

function rangeOf(flags: Flags, name: string, example: string): ReturnType<typeof readRange> {
  const text = flags.text(name);
  if (text === undefined) return null;
  const range = readRange(text.replace("..", " to "));
  if (range !== null) return range;
  throw new UsageError(`--${name} takes a range like ${example}, not "${text}"`);
}

const UNITS: Readonly<Record<string, number>> = { mm: 1, cm: 10, in: 25.4, pt: 25.4 / 72 };

/** Reads a length on paper: `89mm`, `3.5in`, `252pt`, `column`. */
function millimetres(flags: Flags, name: string): number | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(mm|cm|in|pt)$/.exec(text) ?? [];
  const named = name === "width" ? WIDTHS[text] : undefined;
  const value = named ?? Number(number || Number.NaN) * (UNITS[unit] ?? Number.NaN);
  if (value >= LEAST && value <= MOST) return Math.round(value * 100) / 100;
  const words = name === "width" ? `${Object.keys(WIDTHS).join(", ")}, ` : "";
  const said = Number.isFinite(value)
    ? `from ${LEAST}mm to ${MOST}mm`
    : `${words}or a length like 89mm, 3.5in or 252pt`;
  throw new UsageError(`--${name} takes ${said}, not "${text}"`);
}

/** Returns the error for a name that is none of the known ones. */
export function unknown(flag: string, name: string, known: readonly string[]): UsageError {
  const hint = didYouMean(name, known) ?? `there are ${known.join(", ")}`;
  return new UsageError(`--${flag} knows no "${name}"; ${hint}`);
}
