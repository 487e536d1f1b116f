/** A session on a terminal: keys and changes of the store come in, frames go out. */
import { isDeepStrictEqual } from "node:util";
import { counted, type Notice } from "@ablate/text";
import type { Glyphs } from "../chart/raster.ts";
import type { Feed } from "../data/feed.ts";
import type { Mounted } from "../ink/mount.tsx";
import { fillPanes, type Geometry, geometryOf } from "../ink/panes.ts";
import type { Session } from "../session/session.ts";
import { clipboardSequence, clipboardText, saveSheet } from "../sheet.ts";
import type { Environment } from "../state/memory.ts";
import type { PaperChart } from "../state/paper-chart.ts";
import type { Effect } from "../state/state.ts";
import { Clicks } from "../terminal/clicks.ts";
import { Screen } from "../terminal/screen.ts";
import { hasMouse, show } from "../terminal/show.ts";
import { sizeOf } from "../terminal/size.ts";
import type { Background, Theme } from "../text/theme.ts";
import type { Pointer } from "../views/view.ts";
import { tellEnds } from "./grid-notices.ts";
import { listen } from "./signals.ts";

/** A terminal, and how it is used. */
export type ProgramOptions = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly environment: Environment;
  /** Where files are written. */
  readonly folder: string;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  /** How the end of a grid is told; null, or left out: not at all. */
  readonly notice?: Notice | null | undefined;
  /** Writes charts to a file; says where it is, or why there is none. */
  readonly writeChart: (chart: PaperChart) => Promise<string>;
  /** Signals that stay ignored. */
  readonly ignored?: ReadonlySet<string> | undefined;
};

/** How often the store is polled, and so the most frames a second that training can cause. */
const POLL_MS = 100;

/** Between two polls of the store it rests for so many times as long as the last one took. */
const IDLE_SHARE = 6;

/** How a session ends; an error is no rejection, which nobody would handle until Ink is loaded. */
type Ending = { readonly exitCode: number } | { readonly error: unknown };

export class Program {
  readonly #options: ProgramOptions;
  readonly #session: Session;
  readonly #noticed: Parameters<typeof tellEnds>[1];
  readonly #screen: Screen;
  #theme: Theme;
  readonly #clicks: Clicks = new Clicks();
  readonly #listeners: Set<() => void> = new Set();
  readonly #ended: PromiseWithResolvers<Ending> = Promise.withResolvers();
  #layout: string | null = null;
  #known: Geometry = { header: 0, widths: [], rows: 0, footer: 0 };
  #mounted: Mounted | null = null;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #comingBack: NodeJS.Timeout | undefined;

  constructor(options: ProgramOptions, session: Session, feed: Feed) {
    this.#options = options;
    this.#session = session;
    this.#noticed = { feed, session, send: (sequence) => this.#screen.send(sequence) };
    this.#theme = options.theme;
    this.#screen = new Screen((text) => options.stdout.write(text));
  }

  async run(): Promise<number> {
    const { stdin, ignored } = this.#options;
    const release = listen(stdin, ignored, {
      onResize: () => this.#onResize(),
      onResume: () => this.#resume(),
      onError: (error) => this.#ended.resolve({ error }),
      onEnd: (exitCode) => this.#ended.resolve({ exitCode }),
    });
    try {
      stdin.setRawMode(true);
      this.#useMouse();
      this.#screen.enter();
      this.#paint();
      await this.#mount();
      this.#poll();
      const ending = await this.#ended.promise;
      if ("error" in ending) throw ending.error;
      return ending.exitCode;
    } finally {
      clearTimeout(this.#timer);
      clearTimeout(this.#comingBack);
      this.#mounted?.unmount();
      this.#screen.leave();
      if (!stdin.destroyed) stdin.setRawMode(false);
      stdin.pause();
      release();
    }
  }

  /** Ink is loaded after the first frame is on the screen. */
  async #mount(): Promise<void> {
    process.env.NODE_ENV ??= "production"; // React's development build costs time and memory in every frame
    const { mount } = await import("../ink/mount.tsx");
    this.#mounted = mount({
      stdin: this.#options.stdin,
      subscribe: (onChange) => {
        this.#listeners.add(onChange);
        return () => this.#listeners.delete(onChange);
      },
      geometry: () => this.#geometry(),
      size: () => this.#session.state.size,
      onKey: (key) => this.#onKey(key),
      onPaste: (text) => {
        this.#session.paste(text);
        this.#schedule();
      },
      onPointer: (pointer) => this.#onPointer(pointer),
      onLayout: (layout) => {
        if (layout === this.#layout) return;
        this.#layout = layout;
        this.#schedule();
      },
    });
  }

  #onResize(): void {
    this.#session.resize(sizeOf(this.#options.stdout));
    this.#layout = null;
    this.#screen.forget();
    this.#mounted?.resized();
    this.#schedule();
  }

  /** Polls the store; what takes long to draw is drawn less often. */
  #poll(): void {
    const started = performance.now();
    const isNews = this.#session.poll(Date.now());
    if (tellEnds(this.#options, this.#noticed) || isNews) {
      this.#notify();
      this.#paint();
    }
    const rest = Math.max(POLL_MS, IDLE_SHARE * (performance.now() - started));
    const wait = this.#noticed.feed.isBehind ? 0 : rest; // keys come in between
    this.#timer = setTimeout(() => this.#poll(), wait);
  }

  #onKey(key: string): void {
    const effect = this.#session.key(key);
    if (effect !== null) this.#carryOut(effect);
    this.#schedule();
  }

  /** A movement that changes nothing draws nothing. */
  #onPointer(pointer: Pointer): void {
    const before = this.#session.state;
    const effect = this.#session.pointer(this.#clicks.next(pointer, performance.now()));
    if (effect !== null) this.#carryOut(effect);
    if (this.#session.state !== before) this.#schedule();
  }

  /** Takes the mouse where it is wanted and there is one. */
  #useMouse(): void {
    const { environment } = this.#options;
    this.#screen.useMouse(this.#session.state.settings.isMouse && hasMouse(environment));
  }

  /** Takes the mouse, or leaves it to the terminal. */
  #switchMouse(): void {
    const { TERM = "" } = this.#options.environment;
    if (hasMouse({ TERM })) this.#session.useMouse(!this.#session.state.settings.isMouse);
    else this.#session.say(`a terminal of the type ${TERM || "unknown"} does not report a mouse`);
    this.#useMouse();
  }

  #notify(): void {
    for (const onChange of this.#listeners) onChange();
  }

  /** Draws once what arrives together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      try {
        this.#notify();
        this.#paint();
      } catch (error) {
        this.#ended.resolve({ error });
      }
    });
  }

  /** Returns where the parts of the frame are; the same object as long as nothing moves. */
  #geometry(): Geometry {
    const geometry = geometryOf(this.#session.frame);
    if (!isDeepStrictEqual(geometry, this.#known)) {
      this.#known = geometry;
      this.#layout = null; // that of before has its panes elsewhere: until Ink's new one comes, ours is drawn
    }
    return this.#known;
  }

  #paint(): void {
    this.#geometry();
    const { header, panes, body, footer } = this.#session.frame;
    const parts = [header, ...panes.map(({ lines }) => lines), footer];
    const lines =
      this.#layout === null ? [...header, ...body, ...footer] : fillPanes(this.#layout, parts);
    const { rows } = this.#session.state.size;
    this.#screen.paint(
      lines.slice(0, rows).map((one) => show(one, { ...this.#options, theme: this.#theme })),
    );
  }

  #carryOut(effect: Effect): void {
    const { type } = effect;
    if (type === "quit") this.#ended.resolve({ exitCode: 0 });
    else if (type === "suspend") this.#suspend();
    else if (type === "copy") this.#copy();
    else if (type === "mouse") this.#switchMouse();
    else if (type === "theme") this.#recolour(effect.background);
    else if (type === "clip") this.#clip(effect);
    else if (type === "paper") this.#writeChart(effect.chart);
    else this.#session.say(saveSheet(this.#session, this.#options.folder));
  }

  /** Draws in the colours for another background. */
  #recolour(background: Background): void {
    this.#theme = { ...this.#theme, background };
    this.#screen.forget();
    this.#session.useBackground(background);
  }

  /** Says what has come of it once it is done; keys come in between. */
  #writeChart(chart: PaperChart): void {
    this.#session.say(`writing ${chart.file} …`);
    const done = this.#options.writeChart(chart).then((said) => this.#session.say(said));
    done.then(
      () => this.#schedule(),
      (error: unknown) => this.#ended.resolve({ error }),
    );
  }

  #clip({ text, said }: { readonly text: string; readonly said: string }): void {
    const sequence = clipboardSequence(text, this.#options.environment);
    if (sequence !== null) this.#screen.send(sequence);
    this.#session.say(sequence === null ? "this is too much for a clipboard" : said);
  }

  #copy(): void {
    const { sheet } = this.#session;
    const copied = clipboardText(sheet);
    const sequence = copied && clipboardSequence(copied.text, this.#options.environment);
    if (sequence !== null) this.#screen.send(sequence);
    const tooMuch = "the data is too much for a clipboard; Y writes it to a file";
    const isDone = copied !== null && sequence !== null;
    this.#session.say(isDone ? `${counted(copied.rows, "row")} copied as CSV` : tooMuch);
  }

  /** Stops the whole job, as the shell would; where nothing can be stopped the UI just comes back. */
  #suspend(): void {
    this.#screen.leave();
    this.#options.stdin.setRawMode(false);
    this.#comingBack = setTimeout(() => this.#resume(), 50);
    process.kill(0, "SIGTSTP");
  }

  #resume(): void {
    clearTimeout(this.#comingBack);
    this.#options.stdin.setRawMode(true);
    this.#screen.enter();
    this.#screen.forget();
    process.kill(process.pid, "SIGWINCH"); // Node asks for the size again: it may have changed while stopped
    this.#schedule();
  }
}
