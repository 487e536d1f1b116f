/** What the event files of one run say, gathered until it is handed over. */
import { Columns } from "../columns.ts";
import type { LogEntry, LogTimes, RunEntry } from "../log.ts";
import { momentOf } from "../moment.ts";
import { ProbeGatherer } from "../probe-gatherer.ts";
import { runEntry } from "../run-entry.ts";
import type { Hparams } from "./hparams.ts";

type Settings = Readonly<Record<string, unknown>>;

/** What a run needs beside the places in its files to be read on; plain JSON. */
export type RunState = {
  readonly config: Settings;
  /** Wall time of the first and of the last event, in seconds; 0: not known. */
  readonly first: number;
  readonly last: number;
  /** The largest step so far; -1: none. */
  readonly step: number;
  readonly layers: readonly string[];
  /** How its session has ended, and when, where that was said. */
  readonly end: SessionEnd | null;
};

type SessionEnd = { readonly state: NonNullable<Hparams["end"]>; readonly wall: number };

export const NEW_RUN: RunState = {
  config: {},
  first: 0,
  last: 0,
  step: -1,
  layers: [],
  end: null,
};

export class RunLog {
  readonly columns: Columns = new Columns();
  readonly probes: ProbeGatherer;
  readonly #entries: LogEntry[] = [];
  #config: Settings;
  #first: number;
  #last: number;
  #step: number;
  #end: SessionEnd | null;
  #framework: string | null = null;
  #isChanged = false;
  #hasNews = false;
  #isProbeAnew = false;
  #hasBegun: boolean;
  #isEnded: boolean;
  #hasOddSteps = false;
  /** Wall time of the current event. */
  #wall = 0;

  /** @param state - of the run so far; null: nothing of it was read */
  constructor(state: RunState | null, beside: Settings) {
    const { config, first, last, step, layers, end } = state ?? NEW_RUN;
    this.#config = { ...beside, ...config };
    this.#first = first;
    this.#last = last;
    this.#step = step;
    this.#end = end;
    this.#hasBegun = state !== null;
    this.#isEnded = this.#hasEnded;
    this.probes = new ProbeGatherer(layers);
  }

  get state(): RunState {
    return {
      config: this.#config,
      first: this.#first,
      last: this.#last,
      step: this.#step,
      layers: this.probes.layers,
      end: this.#end,
    };
  }

  /** Notes an event; says whether a run has such a step. */
  event(wall: number, step: number): boolean {
    this.#hasNews = true;
    this.#wall = wall;
    if (wall > 0 && (this.#first === 0 || wall < this.#first)) this.#first = wall;
    if (wall > this.#last) this.#last = wall;
    const isStep = Number.isSafeInteger(step) && step >= 0;
    if (isStep && step > this.#step) this.#step = step;
    return isStep;
  }

  /** Says once that numbers have steps that no run has. */
  oddStep(path: string, step: number): void {
    if (this.#hasOddSteps) return;
    this.#hasOddSteps = true;
    const why = step < 0 ? "steps count from 0" : "no step is that large";
    this.trouble(`${path}: numbers of step ${step} are left out: ${why}`);
  }

  /** Begins again at a step. */
  restart(step: number): void {
    if (step < 0 || step > this.#step) return;
    this.#flush();
    this.#entries.push({ type: "rewind", step });
    this.#step = step - 1;
  }

  /** Begins the probes again at a step. */
  restartProbes(): void {
    this.#flush();
    this.#isProbeAnew = true;
  }

  writer(name: string): void {
    if (name.startsWith("tensorflow.")) this.#framework = "tensorflow";
  }

  settings(settings: Settings): void {
    this.#config = { ...this.#config, ...settings };
    this.#isChanged = true;
  }

  /** Notes that its session ends with the current event. */
  end(state: SessionEnd["state"]): void {
    this.#end = { state, wall: this.#wall };
  }

  trouble(message: string): void {
    this.#entries.push({ type: "trouble", message });
  }

  /** Hands over what was gathered. @param isEnd - nothing more is there to be read for now */
  take(isEnd: boolean): LogEntry[] {
    this.#flush();
    const entries = this.#entries.splice(0);
    if (!this.#hasBegun && this.#hasNews) {
      entries.unshift(this.#runEntry());
      this.#hasBegun = true;
    } else if (this.#hasNews) entries.push({ type: "describe", description: this.#description() });
    this.#hasNews = false;
    this.#isChanged = false;
    if (isEnd && this.#end !== null && this.#hasEnded && !this.#isEnded) {
      entries.push(endEntry(this.#end.state, timesOf(this.state)));
    }
    if (isEnd) this.#isEnded = this.#hasEnded;
    return entries;
  }

  /** Whether nothing has come after the end of the session. */
  get #hasEnded(): boolean {
    return this.#end !== null && this.#end.wall >= this.#last;
  }

  #description(): Extract<LogEntry, { type: "describe" }>["description"] {
    const provenance = { last_event: isoTime(this.#last) };
    return this.#isChanged ? { config: JSON.stringify(this.#config), provenance } : { provenance };
  }

  #runEntry(): RunEntry {
    return runEntry({
      config: this.#config,
      framework: this.#framework,
      provenance: { started: isoTime(this.#first), last_event: isoTime(this.#last) },
      startedAt: momentOf(1000 * this.#first),
    });
  }

  #flush(): void {
    const series = this.columns.take();
    if (series.length > 0) this.#entries.push({ type: "metrics", series });
    for (const probe of this.probes.take()) {
      const isAnew = this.#isProbeAnew;
      this.#entries.push({ type: "probe", probe, ...(isAnew ? { isAnew } : {}) });
      this.#isProbeAnew = false;
    }
  }
}

function isoTime(seconds: number): string | null {
  return seconds > 0 && seconds < 1e11 ? new Date(1000 * seconds).toISOString() : null;
}

/** Returns how long events came, and up to when. */
export function timesOf({ first, last }: Pick<RunState, "first" | "last">): LogTimes {
  return { trainSeconds: last > first ? last - first : null, endedAt: momentOf(1000 * last) };
}

function endEntry(state: SessionEnd["state"], times: LogTimes): LogEntry {
  return {
    type: "end",
    state,
    reason: "its session has ended",
    error: state === "failed" ? "its session says that it failed" : null,
    ...times,
  };
}
