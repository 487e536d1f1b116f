import type { GridEvent } from "@ablate/runner";
import { asLine, counted, sealed, widthOf } from "@ablate/text";
import { glyphsFor } from "@ablate/tui";
import type { Paint, Terminal } from "../../command-line/terminal.ts";
import { eventJson } from "../event-json.ts";
import { GridProgress } from "./grid-progress.ts";
import { blockLines, gridText, runText } from "./layout.ts";
import { lineOf, verdictTeller } from "./sentences.ts";

export type ProgressStyle = "human" | "quiet" | "json";

/** Shows what happens to a grid until it is closed. */
type Progress = {
  readonly onEvent: (event: GridEvent) => void;
  /** Says something else meanwhile. */
  readonly say: (text: string) => void;
  /** Leaves the terminal as a program that writes lines would. */
  readonly close: () => void;
};

/** Milliseconds between two frames of the live block. */
const FRAME_MS = 100;
/** Milliseconds between two reports where lines cannot be rewritten. */
const PLAIN_EVERY_MS = 5000;
/** Most runs at work for plain lines about single runs; beyond it they are about the grid. */
const PLAIN_RUNS = 4;

/** Draws a live block where stderr is a terminal, and prints lines every few seconds where it is not. */
export function showProgress(terminal: Terminal, style: ProgressStyle): Progress {
  if (style === "human") return terminal.rewrites ? live(terminal) : plain(terminal);
  const tellJson = (event: GridEvent): void => terminal.write(`${eventJson(event)}\n`);
  return {
    onEvent: style === "json" ? tellJson : warner(terminal),
    say: (text) => terminal.warn(asLine(text)),
    close: () => {},
  };
}

const TOLD_QUIETLY: ReadonlySet<GridEvent["event"]> = new Set([
  "retried",
  "unused",
  "storage",
  "outbox",
]);

/** Says whether something about workers of other machines goes wrong, or goes on again after that. */
function isRemoteTrouble(event: GridEvent): boolean {
  if (event.event === "workers") return event.workers === 0;
  return event.event === "database" && event.state !== "connected";
}

/** Tells of what goes wrong, and of runs that end with errors of their diagnosis. */
function warner({ warn, paintWarning }: Terminal): (event: GridEvent) => void {
  const withErrors = new Set<string>();
  const verdictOf = verdictTeller(paintWarning);
  return (event) => {
    const verdict = verdictOf(event);
    if (event.event === "findings") {
      if (event.findings.some(({ level }) => level === "error")) withErrors.add(event.run);
      else withErrors.delete(event.run);
    }
    const isWorse = event.event === "engine" && event.reason !== null;
    const isBad = event.event === "ended" && (event.error !== null || event.state === "diverged");
    if (isWorse || isBad || isRemoteTrouble(event) || TOLD_QUIETLY.has(event.event)) {
      const line = lineOf(event, paintWarning);
      if (line !== null) warn(asLine(line));
    } else if (event.event === "ended" && verdict !== null && withErrors.has(event.run)) {
      warn(asLine(verdict));
    }
  };
}

/** Returns the lines of an event, with the verdict on its run below them. */
function linesTeller({ paintWarning }: Terminal): (event: GridEvent) => string[] {
  const verdictOf = verdictTeller(paintWarning);
  return (event) => [lineOf(event, paintWarning), verdictOf(event)].filter((line) => line !== null);
}

function live(terminal: Terminal): Progress {
  const progress = new GridProgress();
  const block = new LiveBlock(terminal);
  const linesAndVerdict = linesTeller(terminal);
  const isAscii = glyphsFor(terminal.environment) === "ascii";
  let isPlanned = false;
  const draw = (above = ""): void => {
    const view = progress.at(performance.now());
    const isBusy = isPlanned && view.ended < view.toTrain;
    block.draw(isBusy ? blockLines(view, { ...block.size, isAscii }) : [], above);
  };
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();
  return {
    onEvent: (event) => {
      progress.follow(event, performance.now());
      if (event.event === "planned") isPlanned = true;
      if (event.event === "done") isPlanned = false;
      const lines = linesAndVerdict(event);
      if (lines.length > 0) draw(lines.map(asLine).join(""));
    },
    say: (text) => draw(asLine(text)),
    close: () => {
      clearInterval(timer);
      block.close();
    },
  };
}

function plain(terminal: Terminal): Progress {
  const { warn } = terminal;
  const progress = new GridProgress();
  const linesAndVerdict = linesTeller(terminal);
  let saidAt = performance.now();
  const report = (now: number): void => {
    saidAt = now;
    const view = progress.at(now);
    const texts = view.active.length > PLAIN_RUNS ? [gridText(view)] : view.active.map(runText);
    for (const text of texts) warn(asLine(`  ${text}`));
  };
  return {
    onEvent: (event) => {
      const now = performance.now();
      progress.follow(event, now);
      if (event.event === "started") {
        warn(
          asLine(
            `[${event.index + 1}/${event.toTrain}] ${event.run}: ${counted(event.steps, "step")}`,
          ),
        );
      }
      if (event.event === "placed") warn(asLine(`  ${event.run}: on ${event.host}`));
      if (event.event === "progress" && now - saidAt >= PLAIN_EVERY_MS) report(now);
      for (const line of linesAndVerdict(event)) warn(asLine(line));
    },
    say: (text) => warn(asLine(text)),
    close: () => {},
  };
}

/** Colours the bar of a line; in ASCII it is none that could be told from a name. */
function inColour(line: string, paint: Paint): string {
  return line
    .replace(/█+/g, (full) => paint("green", full))
    .replace(/░+/g, (rest) => paint("dim", rest));
}

const ERASE_BELOW = "\x1b[J";
const CUT_LONG_LINES = sealed("\x1b[?7l");
const WRAP_LONG_LINES = sealed("\x1b[?7h");

/**
 * Lines at the end of what a terminal shows that are written anew in place. The cursor waits in an
 * empty row below them, so that nothing depends on how a terminal wraps the row of its cursor.
 * A terminal that gets narrower wraps what it shows; lines on their way to it are cut instead, and all
 * are equally wide, so that the next erasing knows how many rows there are without knowing which
 * frame was wrapped.
 */
class LiveBlock {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];
  #isOpen = true;
  readonly #close = (): void => this.close();
  /** After a pause in the background the screen is somebody else's. */
  readonly #forget = (): void => {
    this.#lines = [];
  };

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    process.once("exit", this.#close);
    process.on("SIGCONT", this.#forget);
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#terminal.columns(), rows: this.#terminal.rows() };
  }

  /** Shows these lines in the place of the last ones, below `above`, which stays. */
  draw(texts: readonly string[], above = ""): void {
    const width = this.size.columns - 1;
    const lines = texts.map((text) => text.padEnd(width));
    const { paintWarning } = this.#terminal;
    if (!this.#isOpen || (above === "" && lines.join("\n") === this.#lines.join("\n"))) return;
    const text = lines.map((line) => `${inColour(line, paintWarning)}\n`).join("");
    const block = text === "" ? "" : `${CUT_LONG_LINES}${text}${WRAP_LONG_LINES}`;
    this.#terminal.warn(`${this.#erase()}${above}${block}`);
    this.#lines = lines;
  }

  /** Takes the block away for good. */
  close(): void {
    if (!this.#isOpen) return;
    this.draw([], sealed("\r"));
    this.#isOpen = false;
    process.off("exit", this.#close);
    process.off("SIGCONT", this.#forget);
  }

  /** Goes up to the first row of the block: a terminal that got narrower has wrapped its lines. */
  #erase(): string {
    const { columns, rows } = this.size;
    const taken = this.#lines.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)),
      0,
    );
    const up = Math.min(taken, rows - 1);
    return sealed(`\r${up > 0 ? `\x1b[${up}A` : ""}${ERASE_BELOW}`);
  }
}
