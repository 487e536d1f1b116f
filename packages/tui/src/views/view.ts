/** What a view draws from and how much room it has. */
import type { Glyphs } from "../chart/raster.ts";
import type { Range } from "../chart/scale.ts";
import type { CurveReader } from "../data/curves.ts";
import type { FactReader } from "../data/facts.ts";
import type { FindingReader } from "../data/findings.ts";
import type { ProbeReader } from "../data/probes.ts";
import type { Scene } from "../state/scene.ts";
import type { State } from "../state/state.ts";
import type { Line } from "../text/line.ts";

export type Canvas = {
  readonly state: State;
  readonly scene: Scene;
  readonly curves: CurveReader;
  readonly facts: FactReader;
  readonly probes: ProbeReader;
  readonly findings: FindingReader;
  readonly glyphs: Glyphs;
  /** The y range that each chart had in the frame before. */
  readonly ranges: Map<string, Range>;
  readonly columns: number;
  readonly rows: number;
};

/** Values of what is shown, for the clipboard and for files. */
export type Sheet = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};

/** What a view has drawn: its lines, and what the keys have to know about them. */
export type Drawn = {
  readonly lines: readonly Line[];
  /** Rows of a list on the screen, lines and parts of a page, cells of an x axis. */
  readonly listRows?: number;
  readonly pageLength?: number;
  readonly parts?: readonly number[];
  readonly xCells?: number;
  /** Units of a saturation map, and those of them that are on the screen. */
  readonly units?: { readonly all: number; readonly shown: number };
  readonly sheet: () => Sheet;
};
