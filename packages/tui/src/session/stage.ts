/** What a state looks like on the data that are there: its panes, their scenes and the frame, each made once. */
import type { Glyphs } from "../chart/raster.ts";
import type { Range } from "../chart/scale.ts";
import { CurveReader } from "../data/curves.ts";
import type { Feed } from "../data/feed.ts";
import { RunReader } from "../data/run-reader.ts";
import { drawFrame, type Frame, roomOf } from "../frame/frame.ts";
import { type Placed, placePanes } from "../frame/layout.ts";
import { type Readers, type Scene, type SceneMaker, sceneMaker } from "../state/scene.ts";
import type { State } from "../state/state.ts";
import { cutLine, piece } from "../text/line.ts";
import type { ColourDepth } from "../text/theme.ts";
import { viewNamed } from "../views/registry.ts";
import type { Canvas, Context, Extent, FrameCanvas, View } from "../views/view.ts";

/** How a terminal draws. */
export type Drawing = {
  readonly glyphs: Glyphs;
  /** How many colours the terminal has. */
  readonly depth?: ColourDepth;
};

export class Stage {
  readonly #feed: Feed;
  readonly #drawing: Required<Drawing>;
  readonly #readers: Readers;
  readonly #makeScene: SceneMaker;
  readonly #ranges: Map<string, Range> = new Map();
  /** The last scenes: of views of one run, and of others. */
  #scenes: ReadonlyMap<boolean, Scene> = new Map();
  #drawn: { readonly state: State; readonly version: number; readonly frame: Frame } | null = null;

  constructor(feed: Feed, { glyphs, depth = "256" }: Drawing) {
    this.#feed = feed;
    this.#drawing = { glyphs, depth };
    this.#readers = {
      curves: new CurveReader(() => feed.reader),
      stored: new RunReader(() => feed.reader),
    };
    this.#makeScene = sceneMaker(this.#readers);
  }

  /** Returns the panes that are on the screen. */
  placed(state: State): readonly Placed[] {
    return placePanes(viewNamed(state.settings.view), state);
  }

  /** Returns the view that has the keys: the one that is shown, or that of another pane. */
  active(state: State): View {
    const placed = this.placed(state);
    const [first] = placed;
    const own = placed.find(({ view }) => view.name === state.pane);
    return (own ?? first)?.view ?? viewNamed(state.settings.view);
  }

  /** Returns the scene that a view has of a state and the present data. */
  scene(state: State, { isOfOneRun = false }: View): Scene {
    const { snapshot } = this.#feed;
    const known = this.#scenes.get(isOfOneRun);
    if (known?.state === state && known.snapshot === snapshot) return known;
    const scene = this.#makeScene(state, snapshot, { isOfOneRun });
    this.#scenes = new Map(this.#scenes).set(isOfOneRun, scene);
    return scene;
  }

  /** Returns the row of the table that the cursor of a view was on when its scene was last made. */
  lastFocus({ isOfOneRun = false }: View): number {
    return this.#scenes.get(isOfOneRun)?.focusAt ?? 0;
  }

  /** Returns what the view that has the keys draws from, on the whole screen. */
  canvas(state: State): Canvas {
    return { ...this.#canvasOf(state, this.active(state)), ...state.size, isPane: false };
  }

  #canvasOf(state: State, view: View): FrameCanvas {
    const scene = this.scene(state, view);
    return { ...this.#readers, ...this.#drawing, state, scene, ranges: this.#ranges };
  }

  /** Returns the frame of a state. */
  frame(state: State): Frame {
    const { version } = this.#feed.snapshot;
    if (this.#drawn?.state === state && this.#drawn.version === version) return this.#drawn.frame;
    const frame = this.#draw(state);
    this.#drawn = { state, version: this.#feed.snapshot.version, frame };
    return frame;
  }

  /** Draws a new frame; where the store cannot be read the last one, under a header that says why. */
  #draw(state: State): Frame {
    try {
      return drawFrame({
        store: this.#feed.path,
        view: viewNamed(state.settings.view),
        placed: this.placed(state),
        active: this.active(state),
        canvasOf: (view) => this.#canvasOf(state, view),
      });
    } catch (error) {
      this.#feed.failed(error);
      const last = this.#drawn?.frame;
      if (last === undefined) throw error;
      const trouble = [piece(` ${this.#feed.snapshot.trouble ?? ""}`, "bad")];
      return { ...last, header: [cutLine(trouble, state.size.columns), ...last.header.slice(1)] };
    }
  }

  /** Returns what a key is told in a view; the frame is drawn for those keys alone that ask how much fits. */
  context(state: State, view: View): Context {
    const getExtent = (): Extent => {
      const { panes, extent } = this.frame(state);
      return panes.find((pane) => pane.view === view)?.extent ?? extent;
    };
    return {
      view,
      panes: this.placed(state).map((one) => one.view.name),
      scene: this.scene(state, view),
      store: this.#feed.path,
      get extent() {
        return getExtent();
      },
    };
  }

  /** Returns a state in line with the scene that it makes. */
  settle(state: State): State {
    let settled = state;
    try {
      const active = this.active(state);
      // What shows one run goes on showing that one, whatever happens to the list.
      if (active.isOfOneRun === true && state.opened === null) {
        settled = { ...state, opened: this.scene(state, active).run?.name ?? null };
      }
      if (state.isHelp) return settled;
      const placed = this.placed(settled);
      for (const one of placed) {
        const room = { ...roomOf(one, placed), isPane: placed.length > 1 };
        settled = one.view.settle?.(settled, this.scene(settled, one.view), room) ?? settled;
      }
    } catch (error) {
      this.#feed.failed(error);
    }
    return settled;
  }
}
