import type { Range } from "../chart/scale.ts";
import type { BandKind } from "../chart/trace.ts";
import type { XAxis } from "./settings.ts";

/** A chart that is shown, for whoever writes it to a file. */
export type PaperChart = {
  /** As it was typed. */
  readonly file: string;
  /** The curves that are not hidden: titles, and places among all curves. */
  readonly groups: readonly {
    readonly title: string;
    readonly place: number;
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
