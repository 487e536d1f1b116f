/** How a store is shown: what is remembered from one session to the next. */
import type { TensorKind } from "@ablate/store";
import type { Range } from "../chart/scale.ts";
import type { BandKind } from "../chart/trace.ts";
import type { ChartPanel } from "../data/panels.ts";

/** What the view Layers shows below its histograms. */
export const PANELS = ["depth", "steps", "saturation", "norm"] as const;

export type PanelName = (typeof PANELS)[number];

/** Whose findings are listed: of the marked runs (without marks all), or of one run. */
export const FINDING_SCOPES = ["marked", "run"] as const;

/** What the view Sweep shows. */
export const SWEEP_PANELS = ["scatter", "effects", "importance", "parallel"] as const;

export type SweepPanel = (typeof SWEEP_PANELS)[number];

export const X_AXES = ["step", "examples", "time"] as const;

export type XAxis = (typeof X_AXES)[number];

/** Time constants of smoothing, in steps. */
export const SMOOTHINGS: readonly number[] = [0, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

export type ViewSettings = {
  /** Name of the view, in the registry. */
  readonly view: string;
  readonly filter: string;
  /** The grid that was entered; null shows the runs of all of them. */
  readonly grid: string | null;
  /** What the list of grids is sorted by. */
  readonly gridSort: { readonly column: string; readonly isDescending: boolean } | null;
  /** Shows runs, too, that are left from earlier plans. */
  readonly isAll: boolean;
  readonly sort: { readonly column: string; readonly isDescending: boolean } | null;
  /** `seed`: everything except the seed; another column of the config, `grid`, or null for none. */
  readonly group: string | null;
  /** Names of marked runs. */
  readonly marks: readonly string[];
  /** Columns chosen and hidden beside the default ones, and the order of those that were moved. */
  readonly shown: readonly string[];
  readonly hidden: readonly string[];
  readonly columnOrder: readonly string[];
  /** Series with a chart of their own; null for the default ones. */
  readonly metrics: readonly string[] | null;
  /** Parameters in the chart of ratios; null for all. */
  readonly parameters: readonly string[] | null;
  /** Steps, one of SMOOTHINGS. */
  readonly smoothing: number;
  readonly band: BandKind;
  /** Charts of several series of one row. */
  readonly panels: readonly ChartPanel[];
  /** Ranges of value axes that were set by hand, by series. */
  readonly yRanges: Readonly<Record<string, Range>>;
  /** Curves that are hidden in charts, by the keys of their colours. */
  readonly hiddenCurves: readonly string[];
  /** Rows and columns of charts; null for as many as fit. */
  readonly chartGrid: { readonly rows: number; readonly columns: number } | null;
  readonly isLogY: boolean;
  readonly axis: XAxis;
  readonly isLogX: boolean;
  /** The run that others are compared with. */
  readonly baseline: string | null;
  /** Kinds of numbers that have histograms in Layers; null for the default ones. */
  readonly kinds: readonly TensorKind[] | null;
  readonly panel: PanelName;
  /** Histograms in octaves instead of equal steps. */
  readonly isOctaves: boolean;
  /** Another run, the baseline or a marked one, beside the one that Layers is about. */
  readonly isBeside: boolean;
  readonly findingFilter: string;
  readonly findingScope: (typeof FINDING_SCOPES)[number];
  /** What Sweep has across and up; null for the usual. */
  readonly sweepX: string | null;
  readonly sweepY: string | null;
  readonly sweepPanel: SweepPanel;
  readonly panes: PaneSettings;
  /** Whether the terminal reports its mouse to us; else the mouse is the terminal's. */
  readonly isMouse: boolean;
  /** Commands and filters that were typed, the last ones last. */
  readonly commands: readonly string[];
  /** Colours set by hand that the store could not keep, by the keys of runs and groups. */
  readonly colours: Readonly<Record<string, number>>;
  readonly filters: readonly string[];
};

/** How panes that stand side by side share the screen. */
export type PaneSettings = {
  /** Cells of the outer ones; null for the usual share. */
  readonly left: number | null;
  readonly right: number | null;
  /** Names of views that have no pane. */
  readonly hidden: readonly string[];
};

export const DEFAULT_SETTINGS: ViewSettings = {
  view: "runs",
  filter: "",
  grid: null,
  gridSort: null,
  isAll: false,
  sort: null,
  group: "seed",
  marks: [],
  shown: [],
  hidden: [],
  columnOrder: [],
  metrics: null,
  parameters: null,
  smoothing: 30,
  band: "std",
  panels: [],
  yRanges: {},
  hiddenCurves: [],
  chartGrid: null,
  isLogY: false,
  axis: "step",
  isLogX: false,
  baseline: null,
  kinds: null,
  panel: "depth",
  isOctaves: false,
  isBeside: true,
  findingFilter: "",
  findingScope: "marked",
  sweepX: null,
  sweepY: null,
  sweepPanel: "scatter",
  panes: { left: null, right: null, hidden: [] },
  isMouse: true,
  commands: [],
  colours: {},
  filters: [],
};
