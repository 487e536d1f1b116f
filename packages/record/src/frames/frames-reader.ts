/** Reads the files of one run in frames: its own, and those of runs that went on from it. */
import { hostname } from "node:os";
import type { Frame } from "@ablate/frames";
import { type LogPosition, processExists, provenanceOf } from "@ablate/store";
import type { ByteSource } from "../byte-source.ts";
import { configText, seedIn } from "../config-text.ts";
import { secondsOrNull } from "../json-values.ts";
import type { LogEntry, LogReader, LogTimes, RunEntry } from "../log.ts";
import { LogError } from "../log-error.ts";
import { momentOf } from "../moment.ts";
import { type FileState, positionOf, stateAt, unread } from "./file-state.ts";
import { takeFrames } from "./frame-cursor.ts";
import { entriesOf, type StepsEntry, stepsOf } from "./frame-entries.ts";
import { nonlinearitiesIn } from "./read-probe.ts";
import type { RunHead } from "./run-head.ts";
import { joinSteps, unrecordedSteps } from "./step-blocks.ts";

/** A file of frames whose first one is read. */
export type FramesFile = {
  readonly path: string;
  readonly source: ByteSource;
  readonly head: RunHead;
  /** Where its second frame begins. */
  readonly begin: number;
};

/** What a run is said to have ended with whose file ends without saying so. */
const NO_END = { state: "interrupted", reason: "no end in its log", error: null } as const;

export class FramesReader implements LogReader {
  readonly #files: readonly FramesFile[];
  readonly #states: FileState[];
  /** The file that is read. */
  #at = 0;
  #hasToldDetail = false;
  /** Those that probes have named so far. */
  readonly #nonlinearities = new Map<string, string>();

  /** @param files - each goes on where those before it were */
  constructor(files: readonly FramesFile[], positions: readonly LogPosition[]) {
    this.#files = files;
    const known = positions.flatMap((one) => stateAt(one) ?? []);
    known.sort((a, b) => b.position - a.position);
    this.#states = files.map(
      (file) => known.find(({ id }) => id === file.head.id) ?? unreadFile(file),
    );
    this.#at = Math.max(
      0,
      this.#states.findLastIndex(({ position }) => position > 0),
    );
    // A file that comes to light before one that is read already: all is read anew, in order.
    if (this.#states.slice(0, this.#at).some(({ position }) => position === 0)) this.#forget();
  }

  read(budget: number): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    for (let left = budget; left > 0; ) {
      const size = this.#file.source.size();
      if (size === undefined) break;
      if (size < this.#state.position) {
        // A copy that has less than what was read of the file elsewhere.
        if (this.#state.path !== this.#file.path) break;
        const told = `${this.#file.path} is shorter than the part that was read; it is read again`;
        entries.push({ type: "trouble", message: told });
        this.#forget();
      }
      if (this.#state.position === 0) entries.push(...this.#begin());
      const before = this.#state.position;
      entries.push(...this.#filled(left));
      if (this.#state.next < this.#file.head.start) break;
      entries.push(...this.#more(left, size));
      left -= this.#state.position - before;
      if (left > 0 && this.#state.position === before && !this.#toNext()) break;
    }
    return joinSteps(entries);
  }

  positions(): readonly LogPosition[] {
    return this.#states
      .filter(({ position }) => position > 0)
      .map((state, i) => positionOf({ ...state, path: this.#files[i]?.path ?? state.path }));
  }

  times(): LogTimes {
    return { trainSeconds: this.#trainSeconds || null, endedAt: this.#now };
  }

  isWritten(): boolean | null {
    const { host, pid } = (this.#files.at(-1) ?? this.#file).head;
    if (host !== hostname() || pid === null || pid === 0) return null;
    return processExists(pid);
  }

  close(): void {}

  get #file(): FramesFile {
    const { [this.#at]: file } = this.#files;
    if (file === undefined) throw new Error(`there is no file ${this.#at} of a log`);
    return file;
  }

  get #state(): FileState {
    return this.#states[this.#at] ?? unreadFile(this.#file);
  }

  /** Seconds of training so far, of all processes that have trained the run. */
  get #trainSeconds(): number {
    return this.#states.slice(0, this.#at + 1).reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /** When what was read last was written. */
  get #now(): number | null {
    const { time } = this.#file.head;
    return time > 0 ? momentOf(time + 1000 * this.#state.seconds) : null;
  }

  #set(changes: Partial<FileState>): void {
    this.#states[this.#at] = { ...this.#state, ...changes };
  }

  #forget(): void {
    for (const [i, file] of this.#files.entries()) this.#states[i] = unreadFile(file);
    this.#at = 0;
  }

  /** Goes on to the next file, where there is one. */
  #toNext(): boolean {
    if (this.#at + 1 >= this.#files.length) return false;
    this.#at += 1;
    return true;
  }

  /** Says what the first frame of a file says. */
  #begin(): readonly LogEntry[] {
    const { head, begin } = this.#file;
    const before = this.#states[this.#at - 1];
    const next = Math.min(before?.next ?? 0, head.start);
    this.#set({ position: begin, next });
    if (before === undefined) return [runOf(head)];
    if (namesIn(head) === namesIn(this.#files[0]?.head ?? head)) return resumedOf(head, before);
    return this.#damaged("its parameters are not those of the run that it resumes", 0);
  }

  /** Says of steps that were made before the log, or lost, that nothing is recorded of them. */
  #filled(budget: number): readonly LogEntry[] {
    const { parameters, start } = this.#file.head;
    const entries: LogEntry[] = [];
    for (let left = budget; left > 0 && this.#state.next < start; ) {
      const { next } = this.#state;
      const { entry, bytes } = unrecordedSteps(next, start, parameters.length);
      const atMs = this.#now;
      entries.push(atMs === null ? entry : { ...entry, atMs });
      this.#set({ next: next + entry.block.count });
      left -= bytes;
    }
    return entries;
  }

  #more(budget: number, size: number): readonly LogEntry[] {
    const { position, end, damagedAt } = this.#state;
    if (end !== null || damagedAt === size) return [];
    const { frames, end: to, damage } = takeFrames(this.#file.source, position, budget);
    const entries: LogEntry[] = [];
    try {
      for (const frame of frames) entries.push(...this.#entriesOf(frame));
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      return [...entries, ...this.#damaged(error.message, size)];
    }
    this.#set({ position: to });
    if (damage === null) return entries;
    return [...entries, ...this.#damaged(damage, size)];
  }

  /** Tells of damage once; should the file be whole later, it is read on. */
  #damaged(reason: string, size: number): readonly LogEntry[] {
    const isKnown = this.#state.damagedAt !== null;
    this.#set({ damagedAt: size });
    if (isKnown) return [];
    const { path } = this.#file;
    const place = `${path} is damaged after its step ${this.#state.next - 1}: ${reason}`;
    return [{ type: "trouble", message: `${place}; what comes before is kept` }];
  }

  #entriesOf(frame: Frame): readonly LogEntry[] {
    const { head } = this.#file;
    const seconds = secondsOrNull(frame.head, "seconds");
    if (frame.head.type === "steps") {
      const { next } = this.#state;
      const entry = stepsOf(frame, { parameters: head.parameters.length, next });
      this.#set({ next: next + entry.block.count, ...(seconds === null ? {} : { seconds }) });
      return entry.block.count === 0 ? [] : [this.#timed(entry, seconds)];
    }
    if (seconds !== null) this.#set({ seconds });
    const entries = this.#lenient(frame);
    const end = entries.find((one) => one.type === "end");
    if (end === undefined) return entries;
    this.#set({ end });
    // Where another file goes on, this was not the end of the run.
    if (this.#at + 1 < this.#files.length) return [];
    return entries.map((one) => (one.type === "end" ? { ...one, ...this.times() } : one));
  }

  #timed(entry: StepsEntry, seconds: number | null): StepsEntry {
    const atMs = this.#now;
    const trainSeconds = seconds === null ? {} : { trainSeconds: this.#trainSeconds };
    return { ...entry, ...trainSeconds, ...(atMs === null ? {} : { atMs }) };
  }

  /** Says which nonlinearities the layers of a probe have, where they are not known. */
  #named(frame: Frame): readonly LogEntry[] {
    const known = this.#nonlinearities;
    const unknown = nonlinearitiesIn(frame).filter(([layer, name]) => known.get(layer) !== name);
    if (unknown.length === 0) return [];
    for (const [layer, name] of unknown) known.set(layer, name);
    return [
      { type: "describe", description: { provenance: provenanceOf({ nonlinearities: known }) } },
    ];
  }

  /** Leaves out a frame that says what it cannot; the first one is told. */
  #lenient(frame: Frame): readonly LogEntry[] {
    try {
      const entries = entriesOf(frame, this.#file.head);
      return frame.head.type === "probe" ? [...this.#named(frame), ...entries] : entries;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (this.#hasToldDetail) return [];
      this.#hasToldDetail = true;
      const { path } = this.#file;
      const what = `${path}: a frame \`${String(frame.head.type)}\` is left out: ${error.message}`;
      return [{ type: "trouble", message: what }];
    }
  }
}

function unreadFile({ head: { id }, path }: FramesFile): FileState {
  return unread({ id, path });
}

function namesIn({ parameters }: RunHead): string {
  return JSON.stringify(parameters.map(({ name }) => name));
}

function runOf(head: RunHead): RunEntry {
  const { config, framework, steps, parameters, provenance, time } = head;
  const startedAt = momentOf(time);
  const seed = seedIn(config, head.seed);
  return { type: "run", config, seed, framework, steps, parameters, provenance, startedAt };
}

/** Says that training goes on from a checkpoint in another file, and how the one before it ended. */
function resumedOf(head: RunHead, before: FileState): readonly LogEntry[] {
  const { start, config, steps, provenance } = head;
  const { state, reason, error } = before.end ?? NO_END;
  const text = configText(config, seedIn(config, head.seed));
  return [
    { type: "event", kind: state, message: error ?? reason },
    { type: "rewind", step: start },
    { type: "event", kind: "resumed", message: `at step ${start}` },
    { type: "describe", description: { config: text, steps, provenance } },
  ];
}
