import type { TensorKind } from "@ablate/store";
import type { Range } from "../chart/scale.ts";
import type { BandKind } from "../chart/trace.ts";
import type { XAxis } from "./settings.ts";

/** Charts of one kind. */
export type PaperPart =
  /** A chart for each series. */
  | { readonly kind: "curves"; readonly series: readonly string[] }
  /** Several series of one run or group in one chart. */
  | {
      readonly kind: "together";
      readonly series: readonly string[];
      readonly title: string | null;
      /** The place of the group. */
      readonly group: number;
    }
  | { readonly kind: "ratios"; readonly parameters: readonly string[] }
  /** What lies along the depth of networks. */
  | { readonly kind: "layers" }
  /** Every layer at a probe. */
  | { readonly kind: "histograms"; readonly tensor: TensorKind }
  /** What settings do to a result, by its name. */
  | { readonly kind: "effects"; readonly result: string };

/** Runs that are one line: all in their order, with their places in the palette. */
export type PaperGroup = {
  readonly title: string;
  readonly slot: number;
  readonly isHidden: boolean;
  readonly runs: readonly string[];
};

/** What a view gives to a figure. */
export type PaperFigure = {
  /** What it is, for the name of its file. */
  readonly name: string;
  readonly groups: readonly PaperGroup[];
  readonly parts: readonly PaperPart[];
  /** The last step that probes are of, where that is not the last there is. */
  readonly probeStep?: number | undefined;
};

/** A chart that is shown, for whoever writes it to a file. */
export type PaperChart = Omit<PaperFigure, "name"> & {
  readonly file: string;
  /** Whether another name is taken where there is such a file. */
  readonly isFresh: boolean;
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
