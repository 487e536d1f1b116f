/** A session on a store: a state that keys, the mouse, commands and new data change. Knows no terminal. */
import { basename } from "node:path";
import type { Annotation } from "@ablate/store";
import { carryOut, type FirstCommand } from "../commands/table.ts";
import type { Feed } from "../data/feed.ts";
import type { LogSource } from "../data/log-source.ts";
import type { ShownRun } from "../data/shown-run.ts";
import type { Frame } from "../frame/frame.ts";
import type { Placed } from "../frame/layout.ts";
import { point } from "../frame/pointing.ts";
import { pointPrompt } from "../frame/prompt-pointer.ts";
import { inPrompt, pastedIn } from "../keys/prompt-keys.ts";
import { reduce } from "../keys/table.ts";
import { followRuns } from "../state/follow-runs.ts";
import { changesOf } from "../state/prompt.ts";
import type { Scene } from "../state/scene.ts";
import type { ViewSettings } from "../state/settings.ts";
import {
  type AnnotationName,
  type AnnotationPrompt,
  adjusted,
  type Effect,
  initialState,
  type Size,
  type State,
  say,
} from "../state/state.ts";
import type { Background } from "../text/theme.ts";
import { viewNamed } from "../views/registry.ts";
import type { Canvas, Context, Pointer, Sheet, View } from "../views/view.ts";
import { FirstWishes } from "./first-wishes.ts";
import { type ColourAnnotation, coloured, nextForCursor } from "./hand-colours.ts";
import { type Drawing, Stage } from "./stage.ts";

/** Writes a tag, a note or a name to the store and says in a sentence what it did. */
export type Annotate = (change: Annotation) => string;

export type SessionOptions = Drawing & {
  readonly feed: Feed;
  /** Logs that are brought into the store meanwhile. */
  readonly source?: LogSource | undefined;
  /** A word for a run to open as soon as it is there. */
  readonly wanted?: string | undefined;
  readonly size: Size;
  readonly settings: ViewSettings;
  /** The terminal's background, unless it is dark. */
  readonly background?: Background;
  readonly annotate: Annotate;
};

/** What takes a while to type. */
const NOTES: ReadonlySet<AnnotationName> = new Set(["note", "grid-note"]);

export class Session {
  readonly #feed: Feed;
  readonly #source: LogSource | undefined;
  readonly #annotateStore: Annotate;
  readonly #stage: Stage;
  readonly #wishes: FirstWishes;
  #state: State;
  /** The zone that was pressed and keeps the mouse. */
  #held: string | null = null;

  constructor({ feed, source, wanted, annotate, ...options }: SessionOptions) {
    const { size, settings, background } = options;
    this.#feed = feed;
    this.#source = source;
    this.#annotateStore = annotate;
    this.#stage = new Stage(feed, options);
    this.#wishes = new FirstWishes(feed, wanted, {
      command: (line) => this.command(line),
      open: (run) => this.open(run),
      say: (message) => this.say(message),
    });
    this.#state = initialState(size, settings, background);
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
    return this.#stage.placed(this.#state);
  }

  /** The view that has the keys. */
  get active(): View {
    return this.#stage.active(this.#state);
  }

  /** The scene of the view that has the keys. */
  get scene(): Scene {
    return this.#stage.scene(this.#state, this.active);
  }

  /** What the view that has the keys draws from, on the whole screen. */
  get canvas(): Canvas {
    return this.#stage.canvas(this.#state);
  }

  get frame(): Frame {
    return this.#stage.frame(this.#state);
  }

  get sheet(): Sheet {
    return this.frame.sheet();
  }

  /** Reads what is new in the store; whether anything is. */
  poll(now: number): boolean {
    const { runs } = this.#feed.snapshot;
    const focusAt = this.#stage.lastFocus(this.active);
    const isNew = this.#feed.poll(now);
    if (isNew) this.#become(this.#afterChange(runs, focusAt));
    this.#wishes.carryOutWaiting();
    const isSaid = this.#tellNews();
    const isOpened = this.#wishes.openWanted();
    return this.check(1) || isNew || isSaid || isOpened;
  }

  /** Says what has come from the logs. */
  #tellNews(): boolean {
    const [first, ...others] = this.#source?.takeNews() ?? [];
    if (first === undefined) return false;
    this.say(others.length === 0 ? first : `${first}, and ${others.length} more`);
    return true;
  }

  /** Compares runs whose records are shown with their digests, at most so many; whether that says anything new. */
  check(most: number): boolean {
    const { version } = this.#feed.snapshot;
    try {
      const sceneOf = (view: View): Scene => this.#stage.scene(this.#state, view);
      const shown = this.placed.flatMap(({ view }) => view.recorded?.(sceneOf(view)) ?? []);
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
    const { rows } = this.#stage.scene(state, this.view).table;
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
    this.#wishes.begin(commands);
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
    const change = nextForCursor(this.#state, this.#context);
    if (change === null) this.say("there is no run under the cursor");
    else this.#colour(change);
  }

  #colour(change: ColourAnnotation): void {
    const isKept = this.#annotate([change]);
    this.#become(coloured(this.#state, change, isKept));
  }

  /** Handles what the mouse did, at a cell of the screen. */
  pointer(pointer: Pointer): Effect | null {
    const before = this.#state;
    const { frame } = this;
    const { state: typed, goesOn } = pointPrompt(before, pointer, { frame, scene: this.scene });
    if (typed !== before) this.#become(typed);
    if (!goesOn) return null;
    const contextOf = (view: View): Context => this.#stage.context(this.#state, view);
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

  /** Takes note of the terminal's background. */
  useBackground(background: Background): void {
    this.#become(say({ ...this.#state, background }, `colours for a ${background} background`));
  }

  /** Takes the mouse, or leaves it to the terminal. */
  useMouse(isMouse: boolean): void {
    const said = isMouse
      ? "the UI has the mouse; shift selects text"
      : "the terminal has the mouse and selects text; M gives it back to the UI";
    this.#become(say(adjusted(this.#state, { isMouse }), said));
  }

  /** Handles pasted text: it goes into what is being typed. */
  paste(text: string): void {
    this.#become(pastedIn(this.#state, text));
  }

  get #context(): Context {
    return this.#stage.context(this.#state, this.active);
  }

  /** Goes on with a state, in line with the scene that it makes. */
  #become(state: State): void {
    this.#state = this.#stage.settle(state);
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
      const [first = "", ...others] = changes.map((change) => this.#annotateStore(change));
      const text = others.length > 0 ? `${first}, and ${others.length} more` : first;
      return { text, isDone: true };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { text: text.replace(this.#feed.path, basename(this.#feed.path)), isDone: false };
    }
  }
}
