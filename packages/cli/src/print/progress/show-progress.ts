import type { GridEvent } from "@ablate/runner";
import { counted } from "@ablate/text";
import { glyphsFor } from "@ablate/tui";
import type { Terminal } from "../../command-line/terminal.ts";
import { verdictTeller } from "../verdict.ts";
import { GridProgress } from "./grid-progress.ts";
import { blockLines, gridText, runText } from "./layout.ts";
import { LiveBlock } from "./live-block.ts";
import { eventJson, linesOf } from "./sentences.ts";

export type ProgressStyle = "human" | "quiet" | "json";

/** Shows what happens to a grid until it is closed. */
export type Progress = {
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
/** With more runs at work than this, plain lines are about the grid. */
const PLAIN_RUNS = 4;

/** Draws a live block where stderr is a terminal, and prints lines every few seconds where it is not. */
export function showProgress(terminal: Terminal, style: ProgressStyle): Progress {
  if (style === "json") return silent(terminal, (event) => terminal.write(`${eventJson(event)}\n`));
  if (style === "quiet") return silent(terminal, warner(terminal));
  return terminal.rewrites ? live(terminal) : plain(terminal);
}

function silent(terminal: Terminal, onEvent: Progress["onEvent"]): Progress {
  return { onEvent, say: (text) => terminal.warn(`${text}\n`), close: () => {} };
}

const TOLD_QUIETLY: ReadonlySet<GridEvent["event"]> = new Set(["retried", "unused", "storage"]);

/** Tells of what goes wrong, and of runs that end with errors of their diagnosis. */
function warner({ warn, paintWarning }: Terminal): (event: GridEvent) => void {
  const withErrors = new Set<string>();
  const verdictOf = verdictTeller();
  return (event) => {
    const verdict = verdictOf(event);
    if (event.event === "findings") {
      if (event.findings.some(({ level }) => level === "error")) withErrors.add(event.run);
      else withErrors.delete(event.run);
    }
    const isWorse = event.event === "engine" && event.reason !== null;
    const isBad = event.event === "ended" && (event.error !== null || event.state === "diverged");
    if (isWorse || isBad || TOLD_QUIETLY.has(event.event)) {
      for (const line of linesOf(event, paintWarning)) warn(`${line}\n`);
    } else if (event.event === "ended" && verdict !== null && withErrors.has(event.run)) {
      warn(`${verdict}\n`);
    }
  };
}

/** Returns the lines of an event, with the verdict on its run below them. */
function linesTeller({ paintWarning }: Terminal): (event: GridEvent) => string[] {
  const verdictOf = verdictTeller();
  return (event) => [...linesOf(event, paintWarning), verdictOf(event) ?? []].flat();
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
      if (lines.length > 0) draw(lines.map((line) => `${line}\n`).join(""));
    },
    say: (text) => draw(`${text}\n`),
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
    for (const text of texts) warn(`  ${text}\n`);
  };
  return {
    onEvent: (event) => {
      const now = performance.now();
      progress.follow(event, now);
      if (event.event === "started") {
        warn(
          `[${event.index + 1}/${event.toTrain}] ${event.run}: ${counted(event.steps, "step")}\n`,
        );
      }
      if (event.event === "progress" && now - saidAt >= PLAIN_EVERY_MS) report(now);
      for (const line of linesAndVerdict(event)) warn(`${line}\n`);
    },
    say: (text) => warn(`${text}\n`),
    close: () => {},
  };
}
