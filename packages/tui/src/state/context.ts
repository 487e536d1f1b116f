/** What a key has to know beside the state, and what it does outside of it. */
import type { Scene } from "./scene.ts";
import type { State } from "./state.ts";

/** How much fits on the screen. */
export type Extent = {
  /** Rows of the table of runs, and of a page. */
  readonly rows: number;
  readonly pageRows: number;
  /** Lines of the page that is open. */
  readonly pageLength: number;
  /** First lines of its parts. */
  readonly parts: readonly number[];
  /** Cells of a chart's x axis. */
  readonly xCells: number;
  /** Units of a saturation map, and those of them that are on the screen. */
  readonly units: number;
  readonly shownUnits: number;
};

export type Context = { readonly scene: Scene; readonly extent: Extent };

export type Handler = (state: State, context: Context) => State;
