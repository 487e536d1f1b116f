/** What a chart is drawn from. */
import type { Line, Tone } from "../text/line.ts";
import type { Glyphs } from "./raster.ts";
import type { Scale } from "./scale.ts";
import type { Trace } from "./trace.ts";

export type Curve = {
  readonly tone: Tone;
  /** How its line pauses, an index in DASHES; it is solid unless given. */
  readonly dash?: number;
  readonly trace: Trace;
  /** Fills what is between smallest and largest value, where no curve is. */
  readonly shaded: boolean;
  /** Whether that is a band around a mean, not what single steps did. */
  readonly isBand?: boolean;
  /** What single steps did, of every run; those of the trace unless given. */
  readonly steps?: Pick<Trace, "min" | "max">;
  /** Single runs behind a mean. */
  readonly behind: readonly Trace[];
  /** Its values are few and far between: each is marked. */
  readonly isSparse: boolean;
  /** Place on the x axis at which its values stopped being finite. */
  readonly divergedAt: number | null;
  readonly name?: string;
  /** What stands at its right end, where there is a gutter. */
  readonly label?: string;
};

export type Guide = { readonly value: number; readonly label: string };

export type ChartSpec = {
  readonly title: Line;
  /** At the right of the title. */
  readonly note: Line;
  readonly columns: number;
  readonly rows: number;
  /** Cells at the right for the names of curves; none unless given. */
  readonly gutter?: number;
  readonly glyphs: Glyphs;
  readonly x: Scale;
  readonly y: Scale;
  /** The curves in the order of drawing: the last one is on top. */
  readonly curves: readonly Curve[];
  readonly guides: readonly Guide[];
  /** Positions on the x axis at which something changed. */
  readonly events: readonly number[];
  /** Position of the crosshair on the x axis. */
  readonly crosshair: number | null;
  readonly xLabel: (value: number) => string;
};
