/** What `ablate worker` says: a line for each thing that happens, or JSON. */
import type { RemoteWorkerEvent } from "@ablate/remote";
import { asLine, count, counted, duration, ellipsis } from "@ablate/text";
import { type Paint, showInPlace, type Terminal } from "../command-line/terminal.ts";
import { eventJson } from "./event-json.ts";
import { stateStyle } from "./styles.ts";

/** A worker is connected, said once: where to, and what it can do. */
export type Connected = {
  readonly event: "connected";
  readonly database: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly protocol: number;
  /** Engines and their revisions: `simd 2`. */
  readonly engines: readonly string[];
  /** Runs that it trains at a time. */
  readonly slots: number;
};

export type WorkerEvent = Connected | RemoteWorkerEvent;

export type WorkerStyle = "human" | "quiet" | "json";

export type WorkerShown = {
  readonly onEvent: (event: WorkerEvent) => void;
  /** Takes away what is shown in place. */
  readonly close: () => void;
};

export function showWorker(terminal: Terminal, style: WorkerStyle): WorkerShown {
  if (style === "json") {
    return { onEvent: (event) => terminal.write(`${eventJson(event)}\n`), close: () => {} };
  }
  const line = new RunningLine(terminal);
  let database = "URL";
  return {
    onEvent: (event) => {
      if (event.event === "connected") database = event.database;
      const isTold = style === "human" || TROUBLE.has(event.event);
      const lines = isTold ? linesOf(event, database, terminal.paintWarning) : [];
      if (lines.length > 0) line.clear();
      for (const text of lines) terminal.warn(asLine(text));
      if (style === "human") line.follow(event);
    },
    close: () => line.clear(),
  };
}

const TROUBLE: ReadonlySet<WorkerEvent["event"]> = new Set([
  "mismatch",
  "engine",
  "failed",
  "lost",
  "database",
  "outbox",
]);

function linesOf(event: WorkerEvent, database: string, paint: Paint): readonly string[] {
  if (event.event === "connected") return connectedLines(event, paint);
  if (event.event === "waiting") return [waitingText(event.coordinators, database)];
  const text = sentenceOf(event, paint);
  return text === null ? [] : [text];
}

/** Returns what an event says to a user; null where it only moves numbers. */
function sentenceOf(
  event: Exclude<WorkerEvent, { event: "connected" | "waiting" }>,
  paint: Paint,
): string | null {
  switch (event.event) {
    case "mismatch":
      return `${paint("yellow", "version")}: ${event.message}`;
    case "engine":
      return `${paint("yellow", "engine")}: ${event.error}; its runs are left to other workers`;
    case "started": {
      const at = event.from === 0 ? "" : `, goes on at step ${count(event.from)}`;
      return `${event.run}: ${counted(event.steps, "step")}${at}`;
    }
    case "ended":
      return endedText(event, paint);
    case "failed":
      return `${event.run}: ${paint("red", "failed")}: ${event.error}`;
    case "lost":
      return `${event.run}: ${paint("yellow", "lost")}: ${event.error}; it is assigned again`;
    case "over":
      return `${event.run}: dropped, no coordinator waits for it any more`;
    case "database":
    case "outbox":
      return troubleText(event, paint);
    case "leaving": {
      const runs =
        event.runs.length === 0 ? "" : `, ${counted(event.runs.length, "run")} to hand on`;
      const most = duration(event.graceSeconds);
      return `leaving after the current block${runs}, in ${most} at most; Ctrl-C again leaves at once`;
    }
    default:
      return null;
  }
}

function connectedLines(
  { database, host, slots, ...event }: Connected,
  paint: Paint,
): readonly string[] {
  const most = slots === 1 ? "one run" : `${slots} runs`;
  const engines = event.engines.join(", ");
  return [
    `${paint("green", "database")}: connected to ${database}`,
    `worker ${event.pid} on ${host}: ablate ${event.version}, protocol ${event.protocol}, engines ${engines}; ${most} at a time`,
    "Ctrl-C once returns the current run after a checkpoint, twice stops at once",
  ];
}

function waitingText(
  coordinators: Extract<WorkerEvent, { event: "waiting" }>["coordinators"],
  database: string,
): string {
  if (coordinators.length === 0) {
    return `waits for runs, none is assigned now; start some: \`ablate run CONFIG --on ${database}\``;
  }
  const whose = coordinators.map(({ grid, host }) => `${grid} on ${host}`).join(", ");
  return `waits for runs of ${whose}`;
}

function endedText(event: Extract<WorkerEvent, { event: "ended" }>, paint: Paint): string {
  const { run, state, reason, step, stepsPerSecond } = event;
  const pace = stepsPerSecond === null ? "" : `  ${count(stepsPerSecond)} steps/s`;
  const after = `after ${counted(step, "step")}`;
  const end = paint(stateStyle(state) ?? "bold", state);
  return reason === "evicted"
    ? `${run}: ${paint("yellow", "handed on")} ${after}${pace}`
    : `${run}: ${end} ${after}${pace}`;
}

function troubleText(
  event: Extract<WorkerEvent, { event: "database" | "outbox" }>,
  paint: Paint,
): string {
  const after = duration(Math.ceil(event.seconds));
  if (event.state === "over") {
    const again = event.event === "database" ? "answers again" : "has room again";
    return `${paint("green", event.event)}: ${again}, after ${after}; training goes on`;
  }
  const what =
    event.event === "database"
      ? event.error
      : "it is full, the results sent so far are not stored yet";
  return `${paint("yellow", event.event)}: ${what}; training waits, nothing is lost`;
}

/** Milliseconds between two forms of the line that is rewritten. */
const FRAME_MS = 100;

/** The runs that are trained now, in a line that is rewritten where that is possible. */
class RunningLine {
  readonly #terminal: Terminal;
  readonly #runs = new Map<string, string>();
  #shownAt = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  follow(event: WorkerEvent): void {
    if (event.event === "progress") {
      const { run, step, steps, stepsPerSecond } = event;
      const pace = stepsPerSecond === null ? "" : `  ${count(stepsPerSecond)} steps/s`;
      this.#runs.set(run, `${run}  ${count(step)}/${count(steps)}${pace}`);
    } else if ("run" in event && ENDS.has(event.event)) this.#runs.delete(event.run);
    const now = performance.now();
    if (this.#runs.size === 0 || now - this.#shownAt < FRAME_MS) return;
    this.#shownAt = now;
    const text = [...this.#runs.values()].join("   ");
    showInPlace(this.#terminal, ellipsis(text, this.#terminal.columns() - 1));
  }

  clear(): void {
    if (this.#shownAt > 0) showInPlace(this.#terminal, "");
    this.#shownAt = 0;
  }
}

const ENDS: ReadonlySet<WorkerEvent["event"]> = new Set(["ended", "failed", "lost", "over"]);
