/** What `ablate record` says while it records, a line for each run. */
import type { RecordEvent } from "@ablate/record";
import { asLine, counted, duration, loss } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { type Paint, showInPlace, type Terminal } from "../command-line/terminal.ts";
import { eventJson } from "./event-json.ts";
import { stateStyle } from "./styles.ts";

export type LogsShown = {
  readonly onEvent: (event: RecordEvent) => void;
  /** Takes away what is shown in place. */
  readonly close: () => void;
};

/** Milliseconds between two forms of the line that is rewritten. */
const FRAME_MS = 100;

/** Prints events as lines, or as JSON; shows on a terminal how far all logs are. */
export function showLogs({ flags, terminal }: Invocation, isFollowed: boolean): LogsShown {
  if (flags.has("json")) {
    return { onEvent: (event) => terminal.write(`${eventJson(event)}\n`), close: () => {} };
  }
  const isQuiet = flags.has("quiet");
  const line = isQuiet ? null : new ProgressLine(terminal);
  return {
    onEvent: (event) => {
      line?.follow(event);
      const sentence = sentenceOf(event, isFollowed, terminal.paint);
      const isBad = BAD.has(event.event);
      if (sentence === null || (isQuiet && !isBad)) return;
      line?.clear();
      if (isBad) terminal.warn(asLine(`ablate: ${sentence}`));
      else terminal.write(asLine(sentence));
    },
    close: () => line?.clear(),
  };
}

const BAD: ReadonlySet<RecordEvent["event"]> = new Set(["trouble", "held", "storage"]);

/** How many logs are recorded, and how many steps. */
class ProgressLine {
  readonly #terminal: Terminal;
  readonly #steps = new Map<string, number>();
  #logs = 0;
  #ended = 0;
  #shownAt = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  follow(event: RecordEvent): void {
    if (event.event === "found") this.#logs = event.logs;
    if (event.event === "ended" || event.event === "unchanged") this.#ended += 1;
    if (event.event === "progress" || event.event === "ended") {
      this.#steps.set(event.run, event.step);
    }
    const now = performance.now();
    if (now - this.#shownAt < FRAME_MS) return;
    this.#shownAt = now;
    const steps = [...this.#steps.values()].reduce((sum, step) => sum + step, 0);
    const ended = Math.min(this.#ended, this.#logs);
    const text = `${ended} of ${counted(this.#logs, "log")} recorded, ${counted(steps, "step")}`;
    showInPlace(this.#terminal, text.slice(0, this.#terminal.columns() - 1));
  }

  clear(): void {
    if (this.#shownAt > 0) showInPlace(this.#terminal, "");
    this.#shownAt = 0;
  }
}

/** Returns what an event says to a user; null where it is no news. */
function sentenceOf(event: RecordEvent, isFollowed: boolean, paint: Paint): string | null {
  switch (event.event) {
    case "recording":
      return isFollowed ? `${event.run}: ${event.isResumed ? "goes on" : "begins"}` : null;
    case "ended": {
      const { run, step, state, reason, error } = event;
      const known = event.loss === null ? "" : `, loss ${loss(event.loss)}`;
      const why = error ?? (reason === state ? null : reason);
      const end = paint(stateStyle(state) ?? "bold", state);
      return `${run}: ${counted(step, "step")}${known}, ${end}${why === null ? "" : ` (${why})`}`;
    }
    case "unchanged":
      return event.isTrashed
        ? `${event.run}: in the trash, stays there`
        : `${event.run}: nothing new, ${event.state}`;
    case "held":
      return event.host === null
        ? `${event.run}: another process has taken it`
        : `${event.run}: process ${event.pid} on ${event.host} has it`;
    case "trouble":
      return event.message;
    case "storage":
      return storageText(event);
    default:
      return null;
  }
}

function storageText(event: Extract<RecordEvent, { event: "storage" }>): string | null {
  if (event.state === "waiting") {
    return `${event.error}; trying again for ${duration(event.limit)}`;
  }
  const waited = duration(event.seconds);
  return event.state === "over" ? `the store is written again, after ${waited}` : null;
}
