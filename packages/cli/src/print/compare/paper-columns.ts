/** Columns of a comparison for a paper, by the names that `--columns` knows. */
import {
  briefVerdict,
  lostText,
  type Outcome,
  type PairedDifference,
  pairsText,
  seedsText,
} from "@ablate/store";
import { count, decimalsThatDiffer, roundedToError, UNKNOWN } from "@ablate/text";
import type { PaperCell, PaperColumn, PaperNumber } from "../paper/table.ts";
import { shareText } from "./sections.ts";

export type NamedColumn = PaperColumn & {
  /** Its own name, and others that mean it as well. */
  readonly names: readonly string[];
  /** Whether it is shown unless columns are named. */
  readonly isUsual: boolean;
  /** Of all lines, whatever group they are in. */
  readonly cells: readonly PaperCell[];
};

/** What came out of the runs of one line by one metric. */
export type MeasuredLine = Pick<Outcome, "metric" | "moments" | "steps" | "difference"> & {
  readonly runs: Parameters<typeof lostText>[0];
  readonly isBold: boolean;
};

export type MeasuredOptions = {
  /** Significant digits of the means; undefined: as many as their errors leave. */
  readonly digits: number | undefined;
  readonly title: string;
  /** Names of the column of means, of which the first begins the names of the others; null: it is one of several metrics. */
  readonly names: readonly [string, ...string[]];
  /** Whether differences are what the table is for. */
  readonly isOfDifferences: boolean;
};

/** Makes the columns of what came out. */
export function measuredColumns(
  lines: readonly MeasuredLine[],
  { digits, title, names, isOfDifferences }: MeasuredOptions,
): readonly NamedColumn[] {
  const others = (
    name: string,
    column: PaperColumn,
    isUsual: boolean,
    cells: readonly PaperCell[],
  ): NamedColumn => ({
    ...column,
    names: [...names.map((one) => `${one}_${name}`), name],
    isUsual,
    cells,
  });
  const lost = lines.map(({ runs, metric }) => lostText(runs, metric));
  const sizes = new Set(lines.flatMap(({ runs, moments }) => [runs.length, moments.n]));
  const columns = [
    { title, kind: "number" as const, names, isUsual: true, cells: meanCells(lines, digits) },
    others(
      "n",
      { title: "n", kind: "right" },
      sizes.size > 1,
      lines.map(({ runs, moments }) => shareText(moments.n, runs.length)),
    ),
    others(
      "lost",
      { title: "lost", kind: "text" },
      lost.some((text) => text !== ""),
      lost,
    ),
    others(
      "step",
      { title: "at step", kind: "right" },
      false,
      lines.map(({ steps }) =>
        steps === null ? UNKNOWN : [...new Set(steps)].map(count).join("–"),
      ),
    ),
  ];
  const differences = lines.map(({ difference }) => difference);
  if (differences.every((one) => one === null)) return columns;
  return [...columns, ...differenceColumns(differences, { others, isUsual: isOfDifferences })];
}

/** Makes the columns of differences from a baseline, which has none. */
function differenceColumns(
  differences: readonly (PairedDifference | null)[],
  {
    others,
    isUsual,
  }: {
    readonly others: (
      name: string,
      column: PaperColumn,
      isUsual: boolean,
      cells: readonly PaperCell[],
    ) => NamedColumn;
    readonly isUsual: boolean;
  },
): readonly NamedColumn[] {
  const texts = (write: (difference: PairedDifference) => string, ofBaseline = ""): string[] =>
    differences.map((one) => (one === null ? ofBaseline : write(one)));
  const seeds = texts(seedsText);
  const known = new Set(seeds.filter((text) => text !== ""));
  const cells = differences.map((one) => (one === null ? "" : differenceCell(one)));
  return [
    others("difference", { title: "difference", kind: "number" }, isUsual, cells),
    others("interval", { title: "95 % interval", kind: "right" }, isUsual, texts(intervalText)),
    others("seeds", { title: "seeds", kind: "right" }, isUsual && known.size > 1, seeds),
    others("pairs", { title: "pairs", kind: "right" }, false, texts(pairsText)),
    others("verdict", { title: "verdict", kind: "text" }, isUsual, texts(briefVerdict, "baseline")),
  ];
}

/** Writes means rounded to their errors; those without one get digits until they differ. */
function meanCells(
  lines: readonly MeasuredLine[],
  digits: number | undefined,
): readonly PaperCell[] {
  const alone = lines.flatMap(({ moments }) => (moments.std === null ? [moments.mean] : []));
  const aloneText = decimalsThatDiffer(alone, (mean, more) =>
    typeof mean === "number"
      ? roundedToError(mean, null, more === 0 ? digits : (digits ?? USUAL_DIGITS) + more).mean
      : UNKNOWN,
  );
  return lines.map(({ moments: { mean, std }, isBold }): PaperCell => {
    if (mean === null) return UNKNOWN;
    if (std === null) return { mean: aloneText(mean), error: null, isBold };
    return { ...roundedToError(mean, std, digits), isBold };
  });
}

const USUAL_DIGITS = 4;

/** Writes a difference in the digits that the half of its interval leaves it. */
function differenceCell({ mean, low, high }: PairedDifference): PaperNumber | string {
  if (mean === null) return UNKNOWN;
  return {
    mean: roundedToError(mean, halfOf(low, high)).mean,
    error: null,
    isBold: false,
  };
}

/** Writes an interval in the digits that its half leaves. */
export function intervalText({ low, high }: Pick<PairedDifference, "low" | "high">): string {
  const half = halfOf(low, high);
  if (low === null || high === null || half === null) return UNKNOWN;
  const texts = [low, high].map((end) => roundedToError(end, half).mean.replaceAll("-", "−"));
  return `[${texts.join(", ")}]`;
}

function halfOf(low: number | null, high: number | null): number | null {
  return low === null || high === null ? null : (high - low) / 2;
}
