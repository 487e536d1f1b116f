/** A session on a store: data, state, and the frame they make. Knows no terminal. */
import { basename } from "node:path";
import { type Annotation, StoreError } from "@ablate/store";
import type { Glyphs } from "./chart/raster.ts";
import type { Range } from "./chart/scale.ts";
import { CommandError } from "./commands/command.ts";
import { rowUnder } from "./commands/names.ts";
import { carryOut, type FirstCommand } from "./commands/table.ts";
import { CurveReader } from "./data/curves.ts";
import type { Feed } from "./data/feed.ts";
import type { LogSource } from "./data/log-source.ts";
import { colourKey } from "./data/looks.ts";
import { nextColour } from "./data/next-colour.ts";
import { RunReader } from "./data/run-reader.ts";
import type { ShownRun } from "./data/shown-run.ts";
import { drawFrame, type Frame, roomOf } from "./frame/frame.ts";
import { type Placed, placePanes } from "./frame/layout.ts";
import { point } from "./frame/pointing.ts";
import { inPrompt, pasted } from "./keys/prompt-keys.ts";
import { reduce } from "./keys/table.ts";
import { followRuns } from "./state/follow-runs.ts";
import { changesOf, closePrompt, insert } from "./state/prompt.ts";
import { type Readers, type Scene, type SceneMaker, sceneMaker } from "./state/scene.ts";
import type { ViewSettings } from "./state/settings.ts";
import {
  type AnnotationName,
  type AnnotationPrompt,
  adjusted,
  type Effect,
  initialState,
  type Size,
  type State,
  say,
} from "./state/state.ts";
import { cutLine, piece } from "./text/line.ts";
import type { ColourDepth } from "./text/theme.ts";
import { coloursByHand } from "./views/looks.ts";
import { viewNamed } from "./views/registry.ts";
import type { Canvas, Context, Extent, FrameCanvas, Pointer, Sheet, View } from "./views/view.ts";

/** Writes a tag, a note or a name to the store and says in a sentence what it did. */
export type Annotate = (change: Annotation) => string;

export type SessionOptions = {
  readonly feed: Feed;
  /** Logs that are brought into the store meanwhile. */
  readonly source?: LogSource | undefined;
  /** A word for a run to open as soon as it is there. */
  readonly wanted?: string | undefined;
  readonly size: Size;
  readonly settings: ViewSettings;
  readonly glyphs: Glyphs;
  /** How many colours the terminal has. */
  readonly depth?: ColourDepth;
  readonly annotate: Annotate;
};

type ColourAnnotation = Extract<Annotation, { readonly kind: "colour" }>;

/** What takes a while to type. */
const NOTES: ReadonlySet<AnnotationName> = new Set(["note", "grid-note"]);

export class Session {
  readonly #feed: Feed;
  readonly #source: LogSource | undefined;
  #wanted: string | null;
  /** Commands that wait for runs. */
  #first: readonly FirstCommand[] = [];
  readonly #options: Pick<SessionOptions, "glyphs" | "depth" | "annotate">;
  readonly #readers: Readers;
  readonly #makeScene: SceneMaker;
  readonly #ranges: Map<string, Range> = new Map();
  #state: State;
  /** The zone that was pressed and keeps the mouse. */
  #held: string | null = null;
  /** Scenes of the present state and data: of views of one run, and of others. */
  #scenes: ReadonlyMap<boolean, Scene> = new Map();
  #drawn: { readonly state: State; readonly version: number; readonly frame: Frame } | null = null;

  constructor({ feed, size, settings, source, wanted, ...options }: SessionOptions) {
    this.#feed = feed;
    this.#source = source;
    this.#wanted = wanted ?? null;
    this.#options = options;
    this.#readers = {
      curves: new CurveReader(() => feed.reader),
      stored: new RunReader(() => feed.reader),
    };
    this.#makeScene = sceneMaker(this.#readers);
    this.#state = initialState(size, settings);
  }

  get state(): State {
    return this.#state;
  }

  /** The view that is shown. */
  get view(): View {
    return viewNamed(this.#state.settings.view);
  }

  /** The panes that are on the screen. */
  get placed(): readonly Placed[] {
    return placePanes(this.view, this.#state);
  }

  /** The view that has the keys: the one that is shown, or that of another pane. */
  get active(): View {
    const { pane } = this.#state;
    return (
      this.placed.find(({ view }) => view.name === pane)?.view ?? this.placed[0]?.view ?? this.view
    );
  }

  /** The scene of the view that has the keys. */
  get scene(): Scene {
    return this.#sceneOf(this.active);
  }

  /** The scene of the present state and data, made once. */
  #sceneOf({ isOfOneRun = false }: View): Scene {
    const { snapshot } = this.#feed;
    const known = this.#scenes.get(isOfOneRun);
    if (known?.state === this.#state && known.snapshot === snapshot) return known;
    const scene = this.#makeScene(this.#state, snapshot, { isOfOneRun });
    this.#scenes = new Map(this.#scenes).set(isOfOneRun, scene);
    return scene;
  }

  /** What the view that has the keys draws from, on the whole screen. */
  get canvas(): Canvas {
    return { ...this.#canvasOf(this.active), ...this.#state.size, isPane: false };
  }

  #canvasOf(view: View): FrameCanvas {
    const { glyphs, depth = "256" } = this.#options;
    return {
      ...this.#readers,
      state: this.#state,
      scene: this.#sceneOf(view),
      ...{ glyphs, depth },
      ranges: this.#ranges,
    };
  }

  /** The frame of the present state, drawn once. */
  get frame(): Frame {
    const { version } = this.#feed.snapshot;
    if (this.#drawn?.state === this.#state && this.#drawn.version === version)
      return this.#drawn.frame;
    const frame = this.#draw();
    this.#drawn = { state: this.#state, version: this.#feed.snapshot.version, frame };
    return frame;
  }

  /** A new frame; where the store cannot be read the last one, under a header that says why. */
  #draw(): Frame {
    try {
      return drawFrame({
        store: this.#feed.path,
        view: this.view,
        placed: this.placed,
        active: this.active,
        canvasOf: (view) => this.#canvasOf(view),
      });
    } catch (error) {
      this.#feed.failed(error);
      const last = this.#drawn?.frame;
      if (last === undefined) throw error;
      const trouble = [piece(` ${this.#feed.snapshot.trouble ?? ""}`, "bad")];
      const header = cutLine(trouble, this.#state.size.columns);
      return { ...last, header: [header, ...last.header.slice(1)] };
    }
  }

  get sheet(): Sheet {
    return this.frame.sheet();
  }

  /** Reads what is new in the store; whether anything is. */
  poll(now: number): boolean {
    const { runs } = this.#feed.snapshot;
    const focusAt = this.#scenes.get(this.active.isOfOneRun ?? false)?.focusAt ?? 0;
    const isNew = this.#feed.poll(now);
    if (isNew) this.#become(this.#afterChange(runs, focusAt));
    this.#carryOutWaiting();
    const isSaid = this.#tellNews();
    const isOpened = this.#openWanted();
    return this.check(1) || isNew || isSaid || isOpened;
  }

  /** Says what has come from the logs. */
  #tellNews(): boolean {
    const [first, ...others] = this.#source?.takeNews() ?? [];
    if (first === undefined) return false;
    this.say(others.length === 0 ? first : `${first}, and ${others.length} more`);
    return true;
  }

  /** Opens the run that was asked for once it is there. */
  #openWanted(): boolean {
    const word = this.#wanted;
    if (word === null) return false;
    try {
      const found = this.#feed.reader.run(word);
      if (found === undefined) return false;
      this.open(found.name);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.say(error.message);
    }
    this.#wanted = null;
    return true;
  }

  /** Compares runs whose records are shown with their digests, at most so many; whether that says anything new. */
  check(most: number): boolean {
    const { version } = this.#feed.snapshot;
    try {
      const shown = this.placed.flatMap(({ view }) => view.recorded?.(this.#sceneOf(view)) ?? []);
      this.#feed.check(shown, most);
    } catch (error) {
      this.#feed.failed(error);
    }
    return this.#feed.snapshot.version !== version;
  }

  /** Returns the state after others have written: a cursor whose run is gone stays in its place. */
  #afterChange(before: readonly ShownRun[], focusAt: number): State {
    const { runs } = this.#feed.snapshot;
    const state = followRuns(this.#state, before, runs);
    const isGone = ({ name }: ShownRun): boolean =>
      name === state.focus && !runs.some((run) => run.name === name);
    if (!before.some(isGone)) return state;
    const { rows } = this.#makeScene(state, this.#feed.snapshot, this.view).table;
    return { ...state, focus: rows[Math.min(focusAt, rows.length - 1)]?.key ?? null };
  }

  resize(size: Size): void {
    this.#become({ ...this.#state, size });
  }

  say(message: string): void {
    this.#become(say(this.#state, message));
  }

  /** Opens a run, by its name. */
  open(run: string): void {
    this.#become({ ...this.#state, opened: run, focus: run });
  }

  /** Handles one key: a character, or a name as in the table of keys. */
  key(key: string): Effect | null {
    if (key === "ctrl-c") return { type: "quit" };
    const { prompt } = this.#state;
    const { state, effect } =
      prompt === null
        ? reduce(this.#state, key, this.#context)
        : inPrompt(this.#state, prompt, key, this.#context);
    this.#become(state);
    if (prompt?.kind === "annotation" && key === "enter") this.#write(prompt);
    return this.#done(effect);
  }

  /**
   * Carries out a typed command.
   *
   * @throws CommandError - if it makes no sense
   */
  command(line: string): Effect | null {
    const done = carryOut(this.#state, line, this.#context);
    if ("type" in done) return this.#done(done);
    this.#become(done);
    return null;
  }

  /**
   * Carries out the commands of the command line; where there are no runs yet, as soon as there are.
   *
   * @throws CommandError - if one makes no sense
   */
  begin(commands: readonly FirstCommand[]): void {
    if (this.#feed.snapshot.runs.length === 0) this.#first = commands;
    else for (const one of commands) this.#carryOutFirst(one);
  }

  #carryOutFirst({ name, text }: FirstCommand): void {
    try {
      this.command(`${name} ${text}`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(`--${name}: ${error.message}`);
    }
  }

  /** Carries out what had to wait for runs, and says what made no sense. */
  #carryOutWaiting(): void {
    if (this.#first.length === 0 || this.#feed.snapshot.runs.length === 0) return;
    const commands = this.#first;
    this.#first = [];
    try {
      for (const one of commands) this.#carryOutFirst(one);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.say(error.message);
    }
  }

  /** Does what concerns the store; the rest is for the program. */
  #done(effect: Effect | null): Effect | null {
    if (effect?.type === "colour") this.#recolour();
    else if (effect?.type !== "annotate") return effect;
    else if (effect.change.kind === "colour") this.#colour(effect.change);
    else this.#annotate([effect.change]);
    return null;
  }

  /** Gives what is under the cursor the next colour. */
  #recolour(): void {
    const context = this.#context;
    const row = rowUnder(this.#state, context);
    if (row === undefined) {
      this.say("there is no run under the cursor");
      return;
    }
    const slot = nextColour(row, context.scene.chosen, coloursByHand(context.scene));
    this.#colour({ kind: "colour", key: colourKey(row), slot });
  }

  /** Keeps a colour in the store; where that cannot be written, with what is remembered of how it is looked at. */
  #colour(change: ColourAnnotation): void {
    const { key, slot } = change;
    const { [key]: _, ...colours } = this.#state.settings.colours;
    if (this.#annotate([change])) {
      this.#become(adjusted(this.#state, { colours }));
      return;
    }
    const own = slot === null ? colours : { ...colours, [key]: slot };
    const said = "the store cannot be written: the colour is kept on this machine alone";
    this.#become(say(adjusted(this.#state, { colours: own }), said));
  }

  /** Handles what the mouse did, at a cell of the screen. */
  pointer(pointer: Pointer): Effect | null {
    const before = this.#state;
    if (before.prompt !== null && !this.#leavePrompt(pointer)) return null;
    const { frame } = this;
    const contextOf = (view: View): Context => this.#contextOf(view);
    const { state, effect, key, held } = point(this.#state, pointer, {
      frame,
      active: this.active,
      held: this.#held,
      contextOf,
    });
    this.#held = held;
    if (state !== this.#state) this.#become(state);
    return key === undefined ? (effect ?? null) : this.key(key);
  }

  /** Keeps a filter that is being typed where something else is clicked; other texts wait for their own end. */
  #leavePrompt({ kind, row }: Pointer): boolean {
    const { prompt, size } = this.#state;
    const isOnPrompt = row >= size.rows - this.frame.footer.length;
    if (isOnPrompt || kind !== "press" || prompt?.kind !== "filter") return false;
    this.#become(closePrompt(this.#state, true));
    return true;
  }

  /** Takes the mouse, or leaves it to the terminal. */
  useMouse(isMouse: boolean): void {
    const said = isMouse
      ? "the mouse is the UI's; shift selects text"
      : "the mouse is the terminal's, to select text; M takes it back";
    this.#become(say(adjusted(this.#state, { isMouse }), said));
  }

  /** Handles pasted text: it goes into the open prompt. */
  paste(text: string): void {
    const { prompt } = this.#state;
    const { chooser } = this.#state;
    if (prompt !== null) this.#become({ ...this.#state, prompt: pasted(prompt, text) });
    else if (chooser !== null) {
      const typed = insert({ text: chooser.text, at: [...chooser.text].length }, text).text;
      this.#become({ ...this.#state, chooser: { ...chooser, text: typed.trim(), at: null } });
    } else this.say("pasting works in a text field: / filters, t tags, e notes");
  }

  get #context(): Context {
    return this.#contextOf(this.active);
  }

  /** What a key is told in a view; the frame is drawn for those keys alone that ask how much fits. */
  #contextOf(view: View): Context {
    const getExtent = (): Extent => {
      const { panes, extent } = this.frame;
      return panes.find((pane) => pane.view === view)?.extent ?? extent;
    };
    return {
      view,
      panes: this.placed.map((one) => one.view.name),
      scene: this.#sceneOf(view),
      store: this.#feed.path,
      get extent() {
        return getExtent();
      },
    };
  }

  /** Goes on with a state, in line with the scene that it makes. */
  #become(state: State): void {
    this.#state = state;
    try {
      // What shows one run goes on showing that one, whatever happens to the list.
      if (this.active.isOfOneRun === true && state.opened === null) {
        this.#state = { ...state, opened: this.scene.run?.name ?? null };
      }
      if (state.isHelp) return;
      const { placed } = this;
      for (const one of placed) {
        const room = { ...roomOf(one, placed), isPane: placed.length > 1 };
        const { settle } = one.view;
        if (settle !== undefined) this.#state = settle(this.#state, this.#sceneOf(one.view), room);
      }
    } catch (error) {
      this.#feed.failed(error);
    }
  }

  #write(prompt: AnnotationPrompt): void {
    const isDone = this.#annotate(changesOf(prompt));
    // A note is not lost: it may be written once the reason is gone.
    if (!isDone && NOTES.has(prompt.annotation)) this.#become({ ...this.#state, prompt });
  }

  /** Writes to the store and says what it did, or why not; whether it could. */
  #annotate(changes: readonly Annotation[]): boolean {
    const said = this.#said(changes);
    this.say(said.text);
    this.poll(Date.now());
    return said.isDone;
  }

  #said(changes: readonly Annotation[]): { readonly text: string; readonly isDone: boolean } {
    try {
      const [first = "", ...others] = changes.map((change) => this.#options.annotate(change));
      const text = others.length > 0 ? `${first}, and ${others.length} more` : first;
      return { text, isDone: true };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { text: text.replace(this.#feed.path, basename(this.#feed.path)), isDone: false };
    }
  }
}
