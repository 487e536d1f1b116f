import type { GridEvent } from "@ablate/runner";
import { count, duration, loss } from "@ablate/tui";
import type { Terminal } from "../terminal.ts";
import { engineText } from "./engine.ts";
import { verdictTeller } from "./verdict.ts";

type Of<Name extends GridEvent["event"]> = Extract<GridEvent, { readonly event: Name }>;

/** Milliseconds between two progress lines of a run where a line cannot be rewritten. */
const PLAIN_EVERY_MS = 5000;
const BAR_CELLS = 20;

export type ProgressStyle = "human" | "quiet" | "json";

/** Shows a grid's events: one line per run, rewritten in place where stderr is a terminal. */
export function showProgress(terminal: Terminal, style: ProgressStyle): (event: GridEvent) => void {
  if (style === "json") return (event) => terminal.write(`${eventJson(event)}\n`);
  if (style === "quiet") return (event) => warn(terminal, event);
  const show = terminal.rewrites ? rewritten(terminal) : plain(terminal);
  const verdictOf = verdictTeller();
  return (event) => show(event, verdictOf(event));
}

/** Shows an event and the verdict that comes with it, if any. */
type Show = (event: GridEvent, verdict: string | null) => void;

/** One event as one line of JSON, keys as in the views. */
export function eventJson(event: GridEvent): string {
  const keys = Object.entries(event).map(([key, value]) => [snakeCase(key), value] as const);
  return JSON.stringify(Object.fromEntries(keys));
}

function snakeCase(key: string): string {
  if (key === "stepsPerSecond") return "steps_per_s";
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function rewritten(terminal: Terminal): Show {
  const prefixes = new Map<string, string>();
  let line = "";
  const rewrite = (text: string): void =>
    terminal.note(`\r${clip(text, terminal.columns() - 1)}\x1b[K`);
  return (event, verdict) => {
    const prefix = "run" in event ? (prefixes.get(event.run) ?? event.run) : "";
    if (event.event === "started") {
      line = `${position(event)} ${event.run}`;
      prefixes.set(event.run, line);
      if (event.from > 0) terminal.note("\r\x1b[K");
      noteOrigin(terminal, event);
      rewrite(line);
    } else if (event.event === "progress") {
      const text = progressText(event);
      const room = terminal.columns() - 1 - prefix.length - text.length - 2;
      line = `${prefix} ${bar(event.step / event.steps, room)} ${text}`;
      rewrite(line);
    } else if (event.event === "ended") {
      prefixes.delete(event.run);
      rewrite(`${prefix} ${endText(event)}`);
      terminal.note(verdict === null ? "\n" : `\n${verdict}\n`);
    } else if (event.event === "findings") {
      if (verdict === null) return;
      terminal.note(`\r\x1b[K${verdict}\n`);
      rewrite(line);
    } else if (isAside(event)) {
      terminal.note("\r\x1b[K");
      note(terminal, event);
      rewrite(line);
    } else note(terminal, event);
  };
}

function plain(terminal: Terminal): Show {
  const shownAt = new Map<string, number>();
  return (event, verdict) => {
    if (event.event === "started") {
      shownAt.set(event.run, performance.now());
      terminal.note(`${position(event)} ${event.run}: ${count(event.steps)} steps\n`);
      noteOrigin(terminal, event);
    } else if (event.event === "progress") {
      if (performance.now() - (shownAt.get(event.run) ?? 0) < PLAIN_EVERY_MS) return;
      shownAt.set(event.run, performance.now());
      terminal.note(`${event.run}: ${progressText(event)}\n`);
    } else if (event.event === "ended") {
      shownAt.delete(event.run);
      terminal.note(`${event.run}: ${endText(event)}\n`);
      if (verdict !== null) terminal.note(`${verdict}\n`);
    } else if (event.event === "findings") {
      if (verdict !== null) terminal.note(`${verdict}\n`);
    } else note(terminal, event);
  };
}

/** What stands on a line of its own while the line of a run is rewritten. */
function isAside(event: GridEvent): event is Of<"engine" | "retried" | "unused"> {
  return event.event === "engine" || event.event === "retried" || event.event === "unused";
}

/** Where a run goes on that does not start at step 0. */
function noteOrigin(terminal: Terminal, { run, from, of }: Of<"started">): void {
  if (from === 0) return;
  const whose = of === null || of === run ? "" : ` from ${of}`;
  terminal.note(`${run}: goes on${whose} at step ${count(from)}\n`);
}

function note(
  terminal: Terminal,
  event: Of<"planned" | "skipped" | "engine" | "retried" | "unused" | "done">,
): void {
  if (event.event === "engine") {
    terminal.note(`engine ${event.engine}: ${engineText(event)}\n`);
  } else if (event.event === "planned") {
    const done = event.runs - event.toTrain;
    const runs = event.runs === 1 ? "1 run" : `${event.runs} runs`;
    const before = done === 0 ? "" : `, ${done} not to train`;
    terminal.note(`${event.grid}: ${runs}${before}\n`);
  } else if (event.event === "retried") {
    const at = event.from === 0 ? "" : ` goes on at step ${count(event.from)}`;
    terminal.note(`${event.run}: ${event.error}; attempt ${event.attempt}${at}\n`);
  } else if (event.event === "unused") {
    terminal.note(`${event.run}: ${event.message}\n`);
  } else if (event.event === "skipped") {
    terminal.note(`${event.run}: ${SKIPPED[event.state] ?? event.state}\n`);
  } else if (event.trained > 0) {
    const trained = event.trained === 1 ? "1 run" : `${event.trained} runs`;
    terminal.note(`${event.grid}: ${trained} in ${duration(event.seconds)}\n`);
  }
}

const SKIPPED: Readonly<Record<string, string>> = {
  finished: "already done",
  diverged: "already done: diverged, and would again; --restart trains it once more",
  failed: "failed before; --retry-failed tries it again",
  running: "another process is training it",
};

function warn(terminal: Terminal, event: GridEvent): void {
  if (event.event === "engine" && event.reason !== null) note(terminal, event);
  if (event.event === "retried" || event.event === "unused") note(terminal, event);
  if (event.event !== "ended") return;
  if (event.error !== null || event.state === "diverged") {
    terminal.note(`${event.run}: ${endText(event)}\n`);
  }
}

function position(event: Of<"started">): string {
  return `[${event.index + 1}/${event.toTrain}]`;
}

function progressText(event: Of<"progress">): string {
  const left = (event.steps - event.step) / event.stepsPerSecond;
  return [
    `${count(event.step)}/${count(event.steps)}`,
    `loss ${loss(event.loss)}`,
    `${count(event.stepsPerSecond)} steps/s`,
    `${duration(left)} left`,
  ].join("  ");
}

function endText(event: Of<"ended">): string {
  if (event.error !== null) return `${event.state}: ${event.error}`;
  if (event.state === "diverged") {
    return `diverged: the loss of step ${count(event.step - 1)} is not finite`;
  }
  const evaluated =
    event.trainLoss === null
      ? `loss ${loss(event.loss)}`
      : `train ${loss(event.trainLoss)}  valid ${loss(event.validLoss)}`;
  if (event.rule !== null) {
    return `${event.state} by rule ${event.rule} after ${count(event.step)} steps  ${evaluated}`;
  }
  const at = event.state === "stopped" ? ` after ${count(event.step)} steps` : "";
  return `${event.state}${at}  ${evaluated}  ${count(event.stepsPerSecond)} steps/s`;
}

/** As many cells as there is room for, none where a bar would say little. */
function bar(share: number, room: number): string {
  const cells = room < 5 ? 0 : Math.min(room, BAR_CELLS);
  const full = Math.round(share * cells);
  return `${"█".repeat(full)}${"░".repeat(cells - full)}`;
}

/** Cuts `text` to `width` characters so that a rewritten line never wraps. */
function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
