/** Gathers the lines that a training script prints. */
import { stripVTControlCharacters } from "node:util";
import type { ConsoleLine } from "@ablate/store";
import type { LogEntry } from "./log.ts";

/** More of what is handed over at once would not be kept. */
const MOST_LINES = 1000;

/** A line that grows on beyond it is handed over as it is. */
const LONGEST = 16_384;

type Stream = ConsoleLine["stream"];

export class ConsoleLines {
  #lines: Omit<ConsoleLine, "line">[] = [];
  #leftOut = 0;
  /** What is printed of a line that has no end yet. */
  readonly #open: Record<Stream, string> = { out: "", err: "" };

  /** Adds what was printed, in pieces as they come. */
  add(stream: Stream, printed: string, atMs: number | null): void {
    const lines = (this.#open[stream] + printed).split("\n");
    const last = lines.pop() ?? "";
    // A progress bar writes over itself.
    this.#open[stream] = last.slice(last.lastIndexOf("\r", last.length - 2) + 1).slice(-LONGEST);
    for (const text of lines) this.#lines.push({ atMs, stream, text: shownOf(text) });
    if (this.#lines.length > 2 * MOST_LINES) this.#leaveOut();
  }

  /** Returns what was gathered as an entry; none where nothing was. */
  take(): Extract<LogEntry, { type: "console" }>[] {
    this.#leaveOut();
    const entry = { type: "console", leftOut: this.#leftOut, lines: this.#lines } as const;
    this.#lines = [];
    this.#leftOut = 0;
    return entry.lines.length === 0 ? [] : [entry];
  }

  #leaveOut(): void {
    this.#leftOut += Math.max(0, this.#lines.length - MOST_LINES);
    this.#lines = this.#lines.slice(-MOST_LINES);
  }
}

/** Returns what is left to be seen of a line: without colours, and of what was written over itself the last. */
function shownOf(line: string): string {
  const plain = stripVTControlCharacters(line);
  const shown = plain.split("\r").findLast((part) => part.trim() !== "");
  return (shown ?? "").trimEnd();
}

/** Leaves out what later lines push out of what is kept. */
export function withLastLines(entries: readonly LogEntry[]): readonly LogEntry[] {
  const printed = entries.filter((entry) => entry.type === "console");
  const lines = printed.flatMap((entry) => entry.lines);
  if (lines.length <= MOST_LINES) return entries;
  const before = printed.reduce((sum, { leftOut }) => sum + leftOut, lines.length - MOST_LINES);
  const others = entries.filter(({ type }) => type !== "console");
  return [...others, { type: "console", leftOut: before, lines: lines.slice(-MOST_LINES) }];
}
