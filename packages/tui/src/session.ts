/** A session on a store: data, state, and the frame they make. Knows no terminal. */
import { basename } from "node:path";
import type { Annotation } from "@ablate/store";
import type { Glyphs } from "./chart/raster.ts";
import type { Range } from "./chart/scale.ts";
import { CurveReader } from "./data/curves.ts";
import { FactReader } from "./data/facts.ts";
import type { Feed } from "./data/feed.ts";
import { FindingReader } from "./data/findings.ts";
import { ProbeReader } from "./data/probes.ts";
import { drawFrame, type Frame } from "./frame/frame.ts";
import { type Effect, reduce, resize } from "./keys/reduce.ts";
import { type Action, bindingOf, KEYS } from "./keys/rows.ts";
import { closePrompt, type Edit, edit } from "./state/prompt.ts";
import { type Scene, sceneMaker } from "./state/scene.ts";
import type { ViewSettings } from "./state/settings.ts";
import { initialState, type Prompt, type Size, type State } from "./state/state.ts";
import { cutLine, piece } from "./text/line.ts";
import type { Canvas, Sheet } from "./views/view.ts";

/** Writes a tag, a note or a name to the store and says in a sentence what it did. */
export type Annotate = (change: Annotation) => string;

export type SessionOptions = {
  readonly feed: Feed;
  readonly size: Size;
  readonly settings: ViewSettings;
  readonly glyphs: Glyphs;
  readonly annotate: Annotate;
};

export class Session {
  readonly #feed: Feed;
  readonly #glyphs: Glyphs;
  readonly #annotate: Annotate;
  readonly #curves: CurveReader;
  readonly #facts: FactReader;
  readonly #probes: ProbeReader;
  readonly #findings: FindingReader;
  readonly #makeScene: ReturnType<typeof sceneMaker>;
  readonly #ranges: Map<string, Range> = new Map();
  #state: State;
  #scene: { readonly state: State; readonly made: Scene } | null = null;
  #drawn: { readonly state: State; readonly version: number; readonly frame: Frame } | null = null;

  constructor({ feed, size, settings, glyphs, annotate }: SessionOptions) {
    this.#feed = feed;
    this.#glyphs = glyphs;
    this.#annotate = annotate;
    this.#curves = new CurveReader(() => feed.reader);
    this.#facts = new FactReader(() => feed.reader);
    this.#probes = new ProbeReader(() => feed.reader);
    this.#findings = new FindingReader(() => feed.reader);
    this.#makeScene = sceneMaker({
      curves: this.#curves,
      probes: this.#probes,
      findings: this.#findings,
    });
    this.#state = initialState(size, settings);
  }

  get state(): State {
    return this.#state;
  }

  /** What the present state and data amount to, made once. */
  get scene(): Scene {
    const { snapshot } = this.#feed;
    const isSame = this.#scene?.state === this.#state && this.#scene.made.snapshot === snapshot;
    if (!isSame || this.#scene === null) {
      this.#scene = { state: this.#state, made: this.#makeScene(this.#state, snapshot) };
    }
    return this.#scene.made;
  }

  /** What views draw from. */
  get canvas(): Canvas {
    return {
      state: this.#state,
      scene: this.scene,
      curves: this.#curves,
      facts: this.#facts,
      probes: this.#probes,
      findings: this.#findings,
      glyphs: this.#glyphs,
      ranges: this.#ranges,
      ...this.#state.size,
    };
  }

  /** The frame of the present state, drawn once. */
  get frame(): Frame {
    const { version } = this.#feed.snapshot;
    if (this.#drawn?.state === this.#state && this.#drawn.version === version)
      return this.#drawn.frame;
    const frame = this.#draw();
    if (frame.top !== this.#state.top) this.#state = { ...this.#state, top: frame.top };
    this.#drawn = { state: this.#state, version: this.#feed.snapshot.version, frame };
    return frame;
  }

  /** A new frame; where the store cannot be read the last one, under a header that says why. */
  #draw(): Frame {
    try {
      return drawFrame(this.canvas, this.#feed.path);
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

  /** Looks at the store again; whether anything has changed. */
  poll(now: number): boolean {
    return this.#feed.poll(now);
  }

  resize(size: Size): void {
    this.#state = resize(this.#state, size);
  }

  say(message: string): void {
    this.#state = { ...this.#state, message };
  }

  /** Opens a run, by its name. */
  open(run: string): void {
    this.#state = { ...this.#state, opened: run, focus: run };
  }

  /** Handles one key: a character, or a name as in the table of keys. */
  key(key: string): Effect | null {
    if (key === "ctrl-c") return { type: "quit" };
    if (this.#state.prompt !== null) return this.#inPrompt(this.#state.prompt, key);
    const binding = bindingOf(key, this.#state.settings.view);
    const hasList = this.#state.chooser !== null || this.#state.isHelp;
    if ("why" in binding && !hasList) {
      this.say(binding.why);
      return null;
    }
    return this.#act("action" in binding ? binding.action : actionOf(key));
  }

  /** Text that was pasted: a line of a prompt, nothing elsewhere. */
  paste(text: string): void {
    if (this.#state.prompt !== null) this.#edit(this.#state.prompt, { type: "insert", text });
    else this.say("pasting works in a text field: / filters, t tags, e notes");
  }

  #act(action: Action | null): Effect | null {
    if (action === null) return null;
    const { state, effect } = reduce(this.#state, action, {
      scene: this.scene,
      extent: this.frame.extent,
    });
    this.#state = state;
    return effect;
  }

  #inPrompt(prompt: Prompt, key: string): Effect | null {
    if (key === "ctrl-z") return { type: "suspend" };
    if (key === "escape") this.#state = closePrompt(this.#state, false);
    else if (key === "enter") this.#submit(prompt);
    else if (EDITS[key] !== undefined) this.#edit(prompt, EDITS[key]);
    else if ([...key].length === 1) this.#edit(prompt, { type: "insert", text: key });
    return null;
  }

  #edit(prompt: Prompt, change: Edit): void {
    this.#state = { ...this.#state, prompt: edit(prompt, change) };
  }

  #submit(prompt: Prompt): void {
    this.#state = closePrompt(this.#state, true);
    if (prompt.targets.length === 0) return;
    try {
      const said = prompt.targets.map((target) => this.#annotate(changeOf(prompt, target)));
      const [first = ""] = said;
      this.say(said.length > 1 ? `${first}, and ${said.length - 1} more` : first);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.say(text.replace(this.#feed.path, basename(this.#feed.path)));
    }
    this.#feed.poll(Date.now());
  }
}

const EDITS: Readonly<Record<string, Edit>> = {
  backspace: { type: "backspace" },
  delete: { type: "delete" },
  left: { type: "left" },
  right: { type: "right" },
  home: { type: "home" },
  end: { type: "end" },
  "ctrl-a": { type: "home" },
  "ctrl-e": { type: "end" },
  "ctrl-u": { type: "clear" },
  "ctrl-w": { type: "word" },
};

/** What a key does in a list or on the help screen, whatever the view behind it. */
function actionOf(key: string): Action | null {
  return KEYS.find(({ keys }) => keys.includes(key))?.action ?? null;
}

function changeOf({ kind, text }: Prompt, target: string): Annotation {
  switch (kind) {
    case "rename":
      return { kind: "rename", target, name: text.trim() };
    case "note":
    case "grid-note":
      return { kind: "note", target, text: text.trim() };
    case "tag":
    case "grid-tag":
    case "filter":
    case "findings": {
      const words = text.split(/[\s,]+/).filter(Boolean);
      const remove = words.filter((word) => word.startsWith("-")).map((word) => word.slice(1));
      return { kind: "tag", target, add: words.filter((word) => !word.startsWith("-")), remove };
    }
  }
}
