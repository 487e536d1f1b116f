import type { Range } from "../chart/scale.ts";
import type { BandKind } from "../chart/trace.ts";
import type { XAxis } from "./settings.ts";

/** A chart that is shown, for whoever writes it to a file. */
export type PaperChart = {
  /** As it was typed. */
  readonly file: string;
  /** All curves in their order, with their places in the palette. */
  readonly groups: readonly {
    readonly title: string;
    readonly slot: number;
    readonly isHidden: boolean;
    readonly runs: readonly string[];
  }[];
  readonly series: readonly string[];
  readonly axis: XAxis;
  readonly isLogX: boolean;
  readonly isLogY: boolean;
  /** Steps. */
  readonly smoothing: number;
  readonly band: BandKind;
  /** The steps that are shown; null for all. */
  readonly steps: Range | null;
  /** Ranges of values that were set by hand, by series. */
  readonly yRanges: Readonly<Record<string, Range>>;
};
